//! The adapter for Aladdin Connect, through its one JSON entry, against the simulated cloud.
#![cfg(test)]

mod harness;
mod linking;
mod listing;
mod orders;
mod secrecy;
mod troubles;
