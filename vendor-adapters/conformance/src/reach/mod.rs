//! The ways to an adapter: a program under Lambda's Runtime API, an address, and whatever else the caller brings.

mod address;
mod program;

use async_trait::async_trait;
use postern_contract::conformance::Build;

pub use address::Address;
pub use program::{Program, ProgramPlan};

/// A way to an adapter.
#[async_trait]
pub trait Reach: Send + Sync {
    /// Sends one request and brings the reply, byte for byte.
    ///
    /// # Errors
    /// [`NoReply`] when there is none.
    async fn ask(&self, request: Vec<u8>) -> Result<Vec<u8>, NoReply>;

    /// Sees to it that the next request meets a copy that remembers nothing.
    ///
    /// # Errors
    /// [`Unseen`] where that is not in the caller's hands.
    async fn renew(&self) -> Result<(), Unseen>;

    /// What was logged since the last time.
    ///
    /// # Errors
    /// [`Unseen`] where logs cannot be seen.
    async fn logs(&self) -> Result<String, Unseen>;

    /// Which build it is.
    fn build(&self) -> Build;
}

/// A request had no reply.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoReply {
    /// The function failed, where it should have answered with an error.
    #[error("the function failed instead of answering: {0}")]
    Failed(String),
    /// Nothing came.
    #[error("no reply came within {0} seconds")]
    Silent(u64),
    /// It cannot be reached.
    #[error("it cannot be reached: {0}")]
    Gone(String),
}

/// What cannot be seen or done from here, as a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unseen(pub String);
