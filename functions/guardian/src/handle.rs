//! One invocation: a batch of follow-ups, or a sweep.

use std::collections::HashMap;

use postern_core::{Platform, guardian, measures, ports::Subject};
use serde::Serialize;
use serde_json::Value;
use tokio::task::JoinSet;
use tracing::Instrument as _;

use crate::{Event, EventError, Message, tend};

/// What the function answers.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// To a batch: the messages that are to come again, or, when they came too often, to go to the dead-letter queue.
    /// (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>, "partial batch responses").
    FollowUps {
        /// They.
        #[serde(rename = "batchItemFailures")]
        failures: Vec<Failure>,
    },
    /// To the schedule.
    Swept {
        /// How many subjects were looked at.
        looked_at: usize,
        /// How many of the looks failed. They stay due.
        failed: usize,
    },
}

/// A message that is to come again.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The queue's name for it.
    #[serde(rename = "itemIdentifier")]
    pub item: String,
}

/// Why an invocation failed as a whole.
#[derive(Debug, thiserror::Error)]
pub enum HandleError {
    /// The event is none of ours.
    #[error(transparent)]
    Event(#[from] EventError),
    /// What is due could not be found out.
    #[error("the sweep failed: {0}")]
    Sweep(#[source] postern_core::Error),
}

/// Answers one event.
///
/// The looks of a batch run side by side, each subject once however many messages name it. A look that fails or panics fails its own
/// messages only.
///
/// # Errors
/// [`HandleError`]: then the whole event comes again.
pub async fn handle(platform: &Platform, event: Value) -> Result<Answer, HandleError> {
    let event = Event::read(event).inspect_err(|error| tracing::error!(%error, "an event was refused"))?;
    match event {
        Event::FollowUps(messages) => {
            let failures = follow_ups(platform, messages).await;
            let failures = failures.into_iter().map(|item| Failure { item }).collect();
            Ok(Answer::FollowUps { failures })
        }
        Event::Sweep => {
            let swept = guardian::sweep(platform).await.map_err(HandleError::Sweep)?;
            tracing::info!(looked_at = swept.looked_at, failed = swept.failed, "swept");
            Ok(Answer::Swept {
                looked_at: swept.looked_at,
                failed: swept.failed,
            })
        }
    }
}

/// Tends every subject, and gives the messages that failed.
async fn follow_ups(platform: &Platform, messages: Vec<Message>) -> Vec<String> {
    let mut failed = Vec::new();
    let mut waiting: HashMap<Subject, Vec<String>> = HashMap::new();
    for message in messages {
        match message.subject {
            Ok(subject) => waiting.entry(subject).or_default().push(message.id),
            Err(fault) => {
                tracing::error!(
                    item = message.id,
                    fault,
                    "a message is no follow-up; it goes to the dead-letter queue"
                );
                failed.push(message.id);
            }
        }
    }
    let mut looks = JoinSet::new();
    let mut running = HashMap::new();
    for (subject, messages) in waiting {
        let platform = platform.clone();
        let task = looks.spawn(async move { tend(&platform, subject).await }.in_current_span());
        running.insert(task.id(), (subject, messages));
    }
    while let Some(ended) = looks.join_next_with_id().await {
        let (task, fault) = match ended {
            Ok((task, Ok(_))) => (task, None),
            Ok((task, Err(error))) => (task, Some(error.to_string())),
            Err(panic) => (panic.id(), Some("it panicked".to_owned())),
        };
        if let (Some((subject, messages)), Some(fault)) = (running.remove(&task), fault) {
            tracing::error!(?subject, fault, "a look failed; the subject stays due");
            measures::look_failed();
            failed.extend(messages);
        }
    }
    failed
}
