//! What wakes the function on AWS, read into types: a batch of the table's stream, or an operator's word to tell a delivery again.
//!
//! What an operator writes is read strictly. The envelope of a batch is AWS's own and may grow; only what is needed is read.

use postern_contract::ids::DeliveryId;
use serde::Deserialize;
use serde_dynamo::Item;
use serde_json::Value;

use crate::Change;

/// Where a record of a table's stream says it comes from.
const FROM_A_STREAM: &str = "aws:dynamodb";
/// What a record is called whose item was not there before.
const MADE: &str = "INSERT";

/// An event of the function.
#[derive(Debug, PartialEq)]
pub enum Event {
    /// Changes of the record.
    Changes(Vec<Change>),
    /// An operator's word: whatever of a delivery's log was not told is told.
    TellAgain(DeliveryId),
}

/// An event that is none of ours.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// It is no batch, and no word of an operator.
    #[error(
        "the event is neither a batch of a table's stream (`Records`) nor `{{\"tell_again\": \"dlv_…\"}}`"
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
    #[error("the event has a record from `{0}`, and only `{FROM_A_STREAM}` is read")]
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
        if event.get("Records").is_none() {
            return Err(EventError::Unknown);
        }
        let batch: Batch = serde_json::from_value(event).map_err(malformed("batch of a stream"))?;
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
    fn what_is_no_batch_of_the_stream_is_refused() {
        let mut elsewhere = record("INSERT", "1");
        elsewhere["eventSource"] = json!("aws:sqs");
        for event in [
            json!({}),
            json!(null),
            json!({ "Records": 1 }),
            json!({ "Records": [{}] }),
            json!({ "Records": [elsewhere] }),
            json!({ "tell_again": "dlv_1" }),
            json!({ "tell_again": true }),
        ] {
            assert!(Event::read(event.clone()).is_err(), "{event}");
        }
    }
}
