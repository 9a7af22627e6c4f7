//! HTTP with a vendor, under a deadline, with an outcome that can be relied on.

mod client;
mod failure;
mod reply;
mod request;
mod retry;

pub use client::{ClientError, ClientOptions, DeadlineClient, ServiceAnswer, VendorService};
pub use failure::{SendError, SendFailure};
pub use reply::{RESPONSE_BYTES_MAX, Reply, parse_retry_after};
pub use request::{VendorRequest, describe_url};
pub use retry::{Jitter, RetryPolicy};
