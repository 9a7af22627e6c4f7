//! The guardian: finishes what was begun.
//!
//! What is due is decided by the core; here it is woken. On AWS two things wake it: the queue of follow-ups, with the subjects that
//! are to be looked at now, and a schedule, at which it sweeps up everything that is due and was not looked at. The local platform's
//! timers call [`tend`] as the queue does.

mod event;
mod handle;
mod tend;

pub use self::{
    event::{Event, EventError, Message},
    handle::{Answer, Failure, HandleError, handle},
    tend::tend,
};
