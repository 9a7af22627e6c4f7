//! The ports: what the core asks of the world outside, each with two real lives (on AWS, and in one local process).
//!
//! The record is not here: it is the DynamoDB client itself in both lives. Sealing and signing are ports of `postern-keys`.

mod adapters;
mod chance;
mod clock;
mod follow_ups;

pub use self::{
    adapters::{AdapterTransport, Adapters, TransportError, wrong_answer},
    chance::{Chance, SystemChance},
    clock::{Clock, SystemClock},
    follow_ups::{FollowUpError, FollowUps, Subject},
};
