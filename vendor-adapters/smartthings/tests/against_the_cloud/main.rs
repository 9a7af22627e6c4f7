//! The adapter for SmartThings, through its one JSON entry, against the simulated cloud.
#![cfg(test)]

mod events;
mod harness;
mod linking;
mod listing;
mod orders;
mod pace;
mod secrecy;
mod troubles;
