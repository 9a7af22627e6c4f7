//! HTTP with a vendor, under a deadline, with an outcome that can be relied on.

mod client;
mod failure;
mod line;
mod reply;
mod request;
mod restraint;
mod retry;
mod service;

pub use client::{ClientError, ClientOptions, DeadlineClient};
pub use failure::{SendError, SendFailure};
pub use reply::{RESPONSE_BYTES_MAX, Reply, parse_retry_after};
pub use request::{VendorRequest, describe_url};
pub use restraint::RestraintPolicy;
pub use retry::{Jitter, RetryPolicy};
pub use service::{ServiceAnswer, VendorService};
