//! Webhook endpoints: where carriers want to be told of events, and what signs what they are told.
//!
//! All endpoints of a carrier are one item of the record: so there are never more than [`ENDPOINTS_MAX`], however many are made at
//! the same time, and one read finds where an event has to go.

mod address;
mod again;
mod answer;
mod endpoint;
mod manage;
mod push;
mod refusal;
mod secret;
mod send;

pub use self::{
    address::{Addresses, is_public},
    again::{REPLAY_MAX, pushes, replay, test},
    endpoint::{ENDPOINTS_MAX, Endpoint, FAILING_MAX, FreshSecret, OLD_SECRET_KEPT, OldSecret},
    manage::{change, change_if, create, delete, delete_if, get, list, rotate},
    push::{ATTEMPTS_MAX, Attempt, CLAIMED_FOR, Due, PAUSES_S, Push, PushPlace, RETRY_AFTER_MAX, Told},
    refusal::WebhookRefusal,
    send::{Letter, begin, settle},
};
