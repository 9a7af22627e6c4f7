//! Tells carriers what happened in their deliveries.
//!
//! The record's stream wakes it: each entry of a delivery's log becomes an event in its carrier's feed. What is to be done is the
//! core's; here a batch of the stream is read. On AWS the batch is Lambda's event; the local platform reads the stream of its
//! embedded record and hands the same changes in.

mod event;
mod handle;
mod stream;

pub use self::{
    event::{Event, EventError},
    handle::{Answer, Failure, HandleError, handle},
    stream::{Change, tell},
};
