//! The adapter for Nice G.O., through its one JSON entry, against the simulated cloud.
#![cfg(test)]

mod harness;
mod linking;
mod listing;
mod orders;
mod secrecy;
mod troubles;
