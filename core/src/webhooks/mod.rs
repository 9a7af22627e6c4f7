//! Webhook endpoints: where carriers want to be told of events, and what signs what they are told.
//!
//! All endpoints of a carrier are one item of the record: so there are never more than [`ENDPOINTS_MAX`], however many are made at
//! the same time, and one read finds where an event has to go.

mod address;
mod answer;
mod endpoint;
mod manage;
mod refusal;

pub use self::{
    address::{Addresses, is_public},
    endpoint::{ENDPOINTS_MAX, Endpoint, OLD_SECRET_KEPT, OldSecret},
    manage::{change, create, delete, get, list, rotate},
    refusal::WebhookRefusal,
};
