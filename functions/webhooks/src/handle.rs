//! One invocation.

use postern_core::feed::{Outbox, publish_again};
use serde::Serialize;
use serde_json::Value;

use crate::{Event, EventError, tell};

/// What the function answers.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// To a batch: what has to come again. Lambda goes on with the lowest number
    /// (<https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>).
    Told {
        /// They.
        #[serde(rename = "batchItemFailures")]
        failures: Vec<Failure>,
    },
    /// To an operator: all of the delivery is in the feed.
    ToldAgain {
        /// How many entries its log has.
        entries: usize,
    },
}

/// A change that has to come again.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The stream's number of it.
    #[serde(rename = "itemIdentifier")]
    pub item: String,
}

/// Why an invocation failed as a whole.
#[derive(Debug, thiserror::Error)]
pub enum HandleError {
    /// The event is none of ours.
    #[error(transparent)]
    Event(#[from] EventError),
    /// A delivery could not be told again.
    #[error("the delivery could not be told again: {0}")]
    TellAgain(#[source] postern_core::Error),
}

/// Answers one event.
///
/// # Errors
/// [`HandleError`]: then the whole event comes again.
pub async fn handle(outbox: &Outbox, event: Value) -> Result<Answer, HandleError> {
    let event = Event::read(event).inspect_err(|error| tracing::error!(%error, "an event was refused"))?;
    match event {
        Event::Changes(changes) => {
            let failures = tell(outbox, changes).await;
            let failures = failures.into_iter().map(|item| Failure { item }).collect();
            Ok(Answer::Told { failures })
        }
        Event::TellAgain(delivery) => {
            let entries = publish_again(outbox, delivery).await;
            let entries = entries.map_err(HandleError::TellAgain)?;
            Ok(Answer::ToldAgain { entries })
        }
    }
}
