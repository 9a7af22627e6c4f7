//! Tells carriers what happened in their deliveries.
//!
//! The record's stream wakes it: each entry of a delivery's log becomes an event in its carrier's feed and, for each of the carrier's
//! endpoints that want it, a push; each push that came to be is posted. What is to be done is the core's; here a batch of the stream
//! is read, and here is what posts. On AWS the batch is Lambda's event, and pushes come by a queue; the local platform reads the stream
//! of its embedded record, hands the same changes in, and keeps timers in the queue's place.

mod event;
mod handle;
mod post;
mod push;
mod stream;

pub use self::{
    event::{Event, EventError, Message},
    handle::{Answer, Failure, HandleError, handle},
    post::{Poster, PosterError, TIME_MAX},
    push::{Swept, Teller, push, push_all, sweep},
    stream::{Change, tell},
};
