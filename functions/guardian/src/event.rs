//! What wakes the guardian on AWS, read into types: a batch of the follow-ups' queue, or the schedule's word to sweep.
//!
//! What we write ourselves, a message's body and the schedule's input, is read strictly. Around it lies AWS's own envelope, which may
//! grow, and of which only what is needed is read.

use postern_core::ports::Subject;
use serde::Deserialize;
use serde_json::Value;

/// Where a record of a queue says it comes from.
const FROM_A_QUEUE: &str = "aws:sqs";

/// An event of the function.
#[derive(Debug, PartialEq, Eq)]
pub enum Event {
    /// Messages of the follow-ups' queue.
    FollowUps(Vec<Message>),
    /// The schedule's word to look at everything that is due.
    Sweep,
}

/// One message of the queue.
#[derive(Debug, PartialEq, Eq)]
pub struct Message {
    /// The queue's name for it.
    pub id: String,
    /// What is to be looked at, or what is wrong with the body.
    pub subject: Result<Subject, String>,
}

/// An event that is none of ours.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// It is no batch of a queue, and no sweep.
    #[error("the event is neither a batch of a queue (`Records`) nor the schedule's `{{\"sweep\": true}}`")]
    Unknown,
    /// It begins like one of the two and is not one.
    #[error("the event is no proper {what}: {fault}")]
    Malformed {
        /// What it begins like.
        what: &'static str,
        /// The fault.
        fault: String,
    },
    /// A record comes from elsewhere than a queue.
    #[error("the event has a record from `{0}`, and only `{FROM_A_QUEUE}` wakes the guardian")]
    Elsewhere(String),
}

#[derive(Deserialize)]
struct Batch {
    #[serde(rename = "Records")]
    records: Vec<Record>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    message_id: String,
    body: String,
    event_source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sweep {
    sweep: bool,
}

impl Event {
    /// Reads an event.
    ///
    /// # Errors
    /// [`EventError`]. A message whose body is no subject is no error of the batch: it is told with the message.
    pub fn read(event: Value) -> Result<Self, EventError> {
        let malformed = |what| {
            move |error: serde_json::Error| EventError::Malformed {
                what,
                fault: error.to_string(),
            }
        };
        if event.get("Records").is_some() {
            let batch: Batch = serde_json::from_value(event).map_err(malformed("batch of a queue"))?;
            let messages = batch.records.into_iter().map(message).collect::<Result<_, _>>()?;
            return Ok(Self::FollowUps(messages));
        }
        if event.get("sweep").is_none() {
            return Err(EventError::Unknown);
        }
        let word: Sweep = serde_json::from_value(event).map_err(malformed("sweep"))?;
        if word.sweep {
            Ok(Self::Sweep)
        } else {
            Err(EventError::Unknown)
        }
    }
}

fn message(record: Record) -> Result<Message, EventError> {
    if record.event_source != FROM_A_QUEUE {
        return Err(EventError::Elsewhere(record.event_source));
    }
    Ok(Message {
        id: record.message_id,
        subject: serde_json::from_str(&record.body).map_err(|error| error.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use postern_contract::ids::{DeliveryId, HouseholdId, LinkId};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// A record as SQS sends it
    /// (<https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html>, "Example Amazon SQS message event").
    fn record(id: &str, body: &str) -> Value {
        json!({
            "messageId": id, "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a...", "body": body,
            "attributes": {
                "ApproximateReceiveCount": "1", "SentTimestamp": "1545082649183", "SenderId": "AIDAIENQZJOLO23YVJ4VO",
                "ApproximateFirstReceiveTimestamp": "1545082649185",
            },
            "messageAttributes": {}, "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3", "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:ca-central-1:123456789012:follow-ups", "awsRegion": "ca-central-1",
        })
    }

    fn subjects() -> [Subject; 2] {
        let household = HouseholdId::from_parts(1, 1);
        [
            Subject::Delivery {
                delivery: DeliveryId::from_parts(1, 2),
            },
            Subject::Link {
                household,
                link: LinkId::from_parts(1, 3),
            },
        ]
    }

    #[test]
    fn a_batch_gives_its_subjects() {
        let bodies = subjects().map(|subject| serde_json::to_string(&subject).unwrap());
        let event = json!({ "Records": [record("m-1", &bodies[0]), record("m-2", &bodies[1])] });
        let [one, two] = subjects();
        let expected = vec![
            Message {
                id: "m-1".to_owned(),
                subject: Ok(one),
            },
            Message {
                id: "m-2".to_owned(),
                subject: Ok(two),
            },
        ];
        assert_eq!(Event::read(event), Ok(Event::FollowUps(expected)));
    }

    #[test]
    fn a_body_that_is_no_subject_does_not_spoil_its_batch() {
        let good = serde_json::to_value(subjects()[0]).unwrap();
        let mut extra = good.clone();
        extra["reason"] = json!("because");
        let mut other = good.clone();
        other["type"] = json!("kit");
        for body in [
            String::new(),
            "{}".to_owned(),
            "[]".to_owned(),
            extra.to_string(),
            other.to_string(),
        ] {
            let event = json!({ "Records": [record("m-1", &body), record("m-2", &good.to_string())] });
            let Ok(Event::FollowUps(messages)) = Event::read(event) else {
                panic!("{body} spoils the batch")
            };
            assert!(messages[0].subject.is_err(), "{body}");
            assert_eq!(messages[1].subject, Ok(subjects()[0]));
        }
    }

    #[test]
    fn only_the_schedules_own_word_sweeps() {
        assert_eq!(Event::read(json!({ "sweep": true })), Ok(Event::Sweep));
        for event in [
            json!({ "sweep": false }),
            json!({ "sweep": "true" }),
            json!({ "sweep": true, "shard": 1 }),
            json!({}),
            json!(null),
            json!("sweep"),
            json!({ "Records": 1 }),
            json!({ "Records": [{ "messageId": "m-1", "body": "{}" }] }),
            json!({ "Records": [{ "messageId": "m-1", "body": "{}", "eventSource": "aws:s3" }] }),
        ] {
            assert!(Event::read(event.clone()).is_err(), "{event}");
        }
    }

    proptest! {
        #[test]
        fn no_body_upsets_the_reader(body in "\\PC{0,60}") {
            let event = json!({ "Records": [record("m-1", &body)] });
            prop_assert!(matches!(Event::read(event), Ok(Event::FollowUps(messages)) if messages.len() == 1));
        }
    }
}
