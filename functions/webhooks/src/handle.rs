//! One invocation.

use postern_core::{feed::publish_again, store::StoreError};
use serde::Serialize;
use serde_json::Value;

use crate::{Event, EventError, Message, Teller, push_all, sweep, tell};

/// What the function answers.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// To a batch: what has to come again. Of a stream, Lambda goes on with the lowest number
    /// (<https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>,
    /// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>).
    Told {
        /// They.
        #[serde(rename = "batchItemFailures")]
        failures: Vec<Failure>,
    },
    /// To the schedule.
    Swept {
        /// For how many pushes a follow-up was left.
        found: usize,
        /// How many of them were late.
        late: usize,
    },
    /// To an operator: all of the delivery is in the feed.
    ToldAgain {
        /// How many entries its log has.
        entries: usize,
    },
}

/// A change, or a message, that has to come again.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The stream's number of it, or the queue's name for it.
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
    /// What is due could not be found out.
    #[error("the sweep failed: {0}")]
    Sweep(#[source] StoreError),
}

/// Answers one event.
///
/// # Errors
/// [`HandleError`]: then the whole event comes again.
pub async fn handle(teller: &Teller, event: Value) -> Result<Answer, HandleError> {
    let event = Event::read(event).inspect_err(|error| tracing::error!(%error, "an event was refused"))?;
    match event {
        Event::Changes(changes) => {
            let failures = tell(teller, changes).await;
            let failures = failures.into_iter().map(|item| Failure { item }).collect();
            Ok(Answer::Told { failures })
        }
        Event::Pushes(messages) => {
            let failures = pushed(teller, messages).await;
            let failures = failures.into_iter().map(|item| Failure { item }).collect();
            Ok(Answer::Told { failures })
        }
        Event::Sweep => {
            let swept = sweep(teller).await.map_err(HandleError::Sweep)?;
            tracing::info!(found = swept.found, late = swept.late, "swept");
            Ok(Answer::Swept {
                found: swept.found,
                late: swept.late,
            })
        }
        Event::TellAgain(delivery) => {
            let entries = publish_again(&teller.outbox, delivery).await;
            let entries = entries.map_err(HandleError::TellAgain)?;
            Ok(Answer::ToldAgain { entries })
        }
    }
}

/// Attempts what the messages name, and gives those messages that have to come again. One that names nothing does not: the record says
/// what is due.
async fn pushed(teller: &Teller, messages: Vec<Message>) -> Vec<String> {
    let (mut ids, mut places) = (Vec::new(), Vec::new());
    for message in messages {
        match message.place {
            Ok(place) => {
                ids.push(message.id);
                places.push(place);
            }
            Err(fault) => tracing::error!(item = message.id, fault, "a message names no push"),
        }
    }
    let failed = push_all(teller, places).await;
    failed.into_iter().map(|place| ids[place].clone()).collect()
}
