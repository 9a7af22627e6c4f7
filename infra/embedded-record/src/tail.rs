//! The stream of a table, read to its end and on: what an event source mapping does on AWS, through the same API.

use std::collections::HashMap;

use aws_sdk_dynamodbstreams::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
    error::DisplayErrorContext,
    types::{AttributeValue, OperationType, ShardIteratorType},
};

/// How many records are read at once.
const RECORDS_MAX: i32 = 100;

/// The stream could not be read.
#[derive(Debug, thiserror::Error)]
#[error("the record's stream could not be read: {0}")]
pub struct TailError(String);

impl TailError {
    fn of(error: impl std::error::Error) -> Self {
        Self(DisplayErrorContext(error).to_string())
    }
}

/// One record of the stream.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamRecord {
    /// Its number in the stream.
    pub sequence_number: String,
    /// What happened: `INSERT`, `MODIFY` or `REMOVE`.
    pub event_name: String,
    /// The item as it is after it.
    pub new_image: Option<HashMap<String, AttributeValue>>,
}

/// A reader of a table's stream, from the oldest record that is kept.
#[derive(Debug)]
pub struct Tail {
    client: Client,
    table: String,
    iterator: Option<String>,
}

impl Tail {
    pub(crate) fn new(url: &str, table: &str) -> Self {
        let config = aws_sdk_dynamodbstreams::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("ca-central-1"))
            .endpoint_url(url)
            .credentials_provider(Credentials::new("local", "local", None, None, "local"))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        Self {
            client: Client::from_conf(config),
            table: table.to_owned(),
            iterator: None,
        }
    }

    /// The next records, in the stream's order; none when there are no more yet. The engine has one shard a table, which never ends.
    ///
    /// # Errors
    /// [`TailError`]: what was not handed out is handed out by a later call.
    pub async fn next(&mut self) -> Result<Vec<StreamRecord>, TailError> {
        let iterator = match self.iterator.clone() {
            Some(iterator) => iterator,
            None => self.begin().await?,
        };
        let request = self.client.get_records().shard_iterator(&iterator);
        let answer = request.limit(RECORDS_MAX).send().await.map_err(TailError::of)?;
        let records = answer.records.unwrap_or_default().into_iter();
        let records = records.map(record).collect::<Result<_, _>>()?;
        self.iterator = Some(answer.next_shard_iterator.unwrap_or(iterator));
        Ok(records)
    }

    async fn begin(&self) -> Result<String, TailError> {
        let missing = |what: &str| TailError(format!("the table has no {what}"));
        let streams = self.client.list_streams().table_name(&self.table).send().await;
        let streams = streams.map_err(TailError::of)?.streams.unwrap_or_default();
        let arn = streams.into_iter().find_map(|stream| stream.stream_arn);
        let arn = arn.ok_or_else(|| missing("stream"))?;
        let described = self.client.describe_stream().stream_arn(&arn).send().await;
        let shards = described
            .map_err(TailError::of)?
            .stream_description
            .and_then(|stream| stream.shards)
            .unwrap_or_default();
        let shard = shards.into_iter().find_map(|shard| shard.shard_id);
        let asked = self
            .client
            .get_shard_iterator()
            .stream_arn(&arn)
            .shard_id(shard.ok_or_else(|| missing("shard"))?)
            .shard_iterator_type(ShardIteratorType::TrimHorizon);
        let iterator = asked.send().await.map_err(TailError::of)?.shard_iterator;
        iterator.ok_or_else(|| missing("place to begin at"))
    }
}

fn record(record: aws_sdk_dynamodbstreams::types::Record) -> Result<StreamRecord, TailError> {
    let missing = |what: &str| TailError(format!("a record has no {what}"));
    let written = record.dynamodb.ok_or_else(|| missing("change"))?;
    Ok(StreamRecord {
        sequence_number: written
            .sequence_number
            .ok_or_else(|| missing("sequence number"))?,
        event_name: record
            .event_name
            .as_ref()
            .map(OperationType::as_str)
            .ok_or_else(|| missing("name"))?
            .to_owned(),
        new_image: written.new_image,
    })
}
