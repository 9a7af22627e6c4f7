//! The myQ adapter, through its one JSON entry, against the simulated myQ cloud.
#![cfg(test)]

mod harness;
mod linking;
mod listing;
mod orders;
mod secrecy;
mod troubles;
