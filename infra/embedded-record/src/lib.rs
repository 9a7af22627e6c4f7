//! The record inside one process: DynamoDB's API on SQLite (dynoxide), behind the official SDK client.
//!
//! [`EmbeddedRecord`] serves the engine over HTTP on a loopback port from a thread of its own, because the engine's handlers
//! block. The client that it hands out is the same `aws_sdk_dynamodb::Client` as on AWS, so that what is tested here is what
//! is deployed. Two things that a real table does by itself are done by [`EmbeddedRecord::maintain`]: removing what has
//! expired, and forgetting stream records after a day.
//!
//! For tests, a client may carry a [`Recorder`], which counts the waves of round trips, and [`Faults`], which answer in
//! DynamoDB's stead: throttling, transaction conflicts, time-outs before and after the commit. The engine alone shows none.

mod engine;
mod fault;
mod inline;
mod lock;
mod recorder;
mod tail;
mod wrap;

pub use engine::{EmbeddedRecord, EmbeddedRecordError};
pub use fault::{Fault, Faults, Request};
pub use inline::{Hook, InlineRecord};
pub use recorder::{Exchange, Recorder};
pub use tail::{StreamRecord, Tail, TailError};
