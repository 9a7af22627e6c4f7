//! One delivery, played through the public HTTP addresses alone: as a customer with a browser, and as a carrier's system.
//!
//! `cargo run` plays it to show what Postern does, `--once` to prove that it does; the tests that cross crates use the same clients.

mod browser;
mod carrier;
mod customer;
mod http;
mod proof;
mod story;
mod timeline;

pub use self::{
    browser::{log_in, log_in_at_vendor},
    carrier::CarrierClient,
    customer::CustomerClient,
    http::{Answer, PlayError},
    proof::Proof,
    story::{Story, at_the_door, booking, household, play, set_up, settle_in},
};
