//! What wakes the function on AWS, read into types: a batch of the table's stream, a batch of the pushes' queue, the schedule's word to
//! sweep, or an operator's word to tell a delivery again.
//!
//! What an operator and we ourselves write is read strictly. The envelope of a batch is AWS's own and may grow; only what is needed is read.

use postern_contract::ids::DeliveryId;
use postern_core::webhooks::PushPlace;
use serde::Deserialize;
use serde_dynamo::Item;
use serde_json::Value;

use crate::Change;

/// Where a record of a table's stream says it comes from.
const FROM_A_STREAM: &str = "aws:dynamodb";
/// Where a record of a queue says it comes from.
const FROM_A_QUEUE: &str = "aws:sqs";
/// What a record is called whose item was not there before.
const MADE: &str = "INSERT";

/// An event of the function.
#[derive(Debug, PartialEq)]
pub enum Event {
    /// Changes of the record.
    Changes(Vec<Change>),
    /// Messages of the pushes' queue.
    Pushes(Vec<Message>),
    /// The schedule's word to look for pushes that were forgotten.
    Sweep,
    /// An operator's word: whatever of a delivery's log was not told is told.
    TellAgain(DeliveryId),
}

/// One message of the queue.
#[derive(Debug, PartialEq, Eq)]
pub struct Message {
    /// The queue's name for it.
    pub id: String,
    /// Which push is to be looked at, or what is wrong with the body.
    pub place: Result<PushPlace, String>,
}

/// An event that is none of ours.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// It is no batch, and no word of an operator.
    #[error(
        "the event is neither a batch of a table's stream or of a queue (`Records`), nor `{{\"sweep\": true}}`, nor \
         `{{\"tell_again\": \"dlv_…\"}}`"
    )]
    Unknown,
    /// It begins like one of the two and is not one.
    #[error("the event is no proper {what}: {fault}")]
    Malformed {
        /// What it begins like.
        what: &'static str,
        /// The fault.
        fault: String,
    },
    /// A record comes from elsewhere.
    #[error(
        "the event has a record from `{0}`, and only `{FROM_A_STREAM}` and `{FROM_A_QUEUE}` are read, each by itself"
    )]
    Elsewhere(String),
}

#[derive(Deserialize)]
struct Batch<R> {
    #[serde(rename = "Records")]
    records: Vec<R>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Queued {
    message_id: String,
    body: String,
    event_source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sweep {
    sweep: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    event_name: String,
    event_source: String,
    dynamodb: Written,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Written {
    sequence_number: String,
    #[serde(default)]
    new_image: Option<Item>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TellAgain {
    tell_again: DeliveryId,
}

impl Event {
    /// Reads an event.
    ///
    /// # Errors
    /// [`EventError`].
    pub fn read(event: Value) -> Result<Self, EventError> {
        let malformed = |what| {
            move |error: serde_json::Error| EventError::Malformed {
                what,
                fault: error.to_string(),
            }
        };
        if event.get("tell_again").is_some() {
            let word: TellAgain = serde_json::from_value(event).map_err(malformed("word to tell again"))?;
            return Ok(Self::TellAgain(word.tell_again));
        }
        if event.get("sweep").is_some() {
            let word: Sweep = serde_json::from_value(event).map_err(malformed("sweep"))?;
            return if word.sweep {
                Ok(Self::Sweep)
            } else {
                Err(EventError::Unknown)
            };
        }
        let Some(records) = event.get("Records") else {
            return Err(EventError::Unknown);
        };
        if records.get(0).and_then(|first| first.get("eventSource")) == Some(&FROM_A_QUEUE.into()) {
            let batch: Batch<Queued> =
                serde_json::from_value(event).map_err(malformed("batch of a queue"))?;
            let messages = batch.records.into_iter().map(message).collect::<Result<_, _>>()?;
            return Ok(Self::Pushes(messages));
        }
        let batch: Batch<Record> = serde_json::from_value(event).map_err(malformed("batch of a stream"))?;
        let changes = batch.records.into_iter().map(change).collect::<Result<_, _>>()?;
        Ok(Self::Changes(changes))
    }
}

fn change(record: Record) -> Result<Change, EventError> {
    if record.event_source != FROM_A_STREAM {
        return Err(EventError::Elsewhere(record.event_source));
    }
    let made = record.event_name == MADE;
    Ok(Change {
        sequence_number: record.dynamodb.sequence_number,
        made: record.dynamodb.new_image.filter(|_| made),
    })
}

fn message(record: Queued) -> Result<Message, EventError> {
    if record.event_source != FROM_A_QUEUE {
        return Err(EventError::Elsewhere(record.event_source));
    }
    Ok(Message {
        id: record.message_id,
        place: serde_json::from_str(&record.body).map_err(|error| error.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A record as a table's stream sends it
    /// (<https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>, "Example event").
    fn record(name: &str, number: &str) -> Value {
        json!({
            "eventID": "1", "eventVersion": "1.0", "eventName": name, "eventSource": "aws:dynamodb", "awsRegion": "us-east-1",
            "dynamodb": {
                "Keys": { "PK": { "S": "DLV#1" }, "SK": { "S": "LOG#1" } },
                "NewImage": { "PK": { "S": "DLV#1" }, "SK": { "S": "LOG#1" }, "n": { "N": "1" } },
                "SequenceNumber": number, "SizeBytes": 26, "StreamViewType": "NEW_AND_OLD_IMAGES",
            },
            "eventSourceARN": "arn:aws:dynamodb:us-east-1:123456789012:table/t/stream/2026",
        })
    }

    #[test]
    fn only_what_was_made_is_read() {
        let event =
            json!({ "Records": [record("INSERT", "111"), record("MODIFY", "222"), record("REMOVE", "333")] });
        let Ok(Event::Changes(changes)) = Event::read(event) else {
            panic!("a batch is read as one")
        };
        let made: Vec<(&str, bool)> = changes
            .iter()
            .map(|change| (change.sequence_number.as_str(), change.made.is_some()))
            .collect();
        assert_eq!(made, [("111", true), ("222", false), ("333", false)]);
    }

    #[test]
    fn a_batch_of_the_queue_gives_its_pushes_and_what_is_none() {
        let id = |prefix| format!("{prefix}_01M84BA2F0NTY3J1JYY483FS24");
        let body = json!({ "carrier": "north", "webhook": id("wh"), "push": id("psh") }).to_string();
        let queued = |body| json!({ "messageId": "m", "body": body, "eventSource": "aws:sqs", "awsRegion": "us-east-1" });
        let event = json!({ "Records": [queued(body), queued("{}".to_owned())] });
        let Ok(Event::Pushes(messages)) = Event::read(event) else {
            panic!("a batch is read as one")
        };
        assert_eq!(messages[0].place.as_ref().unwrap().carrier.as_str(), "north");
        assert!(messages[1].place.is_err());
        assert_eq!(Event::read(json!({ "sweep": true })), Ok(Event::Sweep));
    }

    #[test]
    fn what_is_no_batch_of_the_stream_is_refused() {
        let mut elsewhere = record("INSERT", "1");
        elsewhere["eventSource"] = json!("aws:s3");
        let queued = json!({ "messageId": "m", "body": "{}", "eventSource": "aws:sqs" });
        for event in [
            json!({}),
            json!(null),
            json!({ "Records": 1 }),
            json!({ "Records": [{}] }),
            json!({ "Records": [elsewhere] }),
            json!({ "Records": [queued, record("INSERT", "1")] }),
            json!({ "Records": [record("INSERT", "1"), queued] }),
            json!({ "sweep": false }),
            json!({ "sweep": true, "more": 1 }),
            json!({ "tell_again": "dlv_1" }),
            json!({ "tell_again": true }),
        ] {
            assert!(Event::read(event.clone()).is_err(), "{event}");
        }
    }
}
