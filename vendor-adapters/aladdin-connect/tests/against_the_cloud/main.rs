//! The adapter for Aladdin Connect, through its one JSON entry, against the simulated cloud.
#![cfg(test)]

mod bench;
mod harness;
mod linking;
mod listing;
mod orders;
mod partner;
mod secrecy;
mod troubles;
