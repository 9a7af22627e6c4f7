//! The embedded record's own promises: it serves, it keeps, it lets nobody else in, and it can be watched.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_sdk_dynamodb::{
    Client,
    types::{
        AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
        TimeToLiveSpecification,
    },
};
use jiff::Timestamp;
use postern_embedded_record::{EmbeddedRecord, EmbeddedRecordError, Fault, Faults, Recorder};

const TABLE: &str = "things";

async fn make_table(client: &Client) {
    client
        .create_table()
        .table_name(TABLE)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(
            AttributeDefinition::builder()
                .attribute_name("PK")
                .attribute_type(ScalarAttributeType::S)
                .build()
                .unwrap(),
        )
        .key_schema(
            KeySchemaElement::builder()
                .attribute_name("PK")
                .key_type(KeyType::Hash)
                .build()
                .unwrap(),
        )
        .send()
        .await
        .unwrap();
    let ttl = TimeToLiveSpecification::builder()
        .attribute_name("ttl")
        .enabled(true)
        .build()
        .unwrap();
    client
        .update_time_to_live()
        .table_name(TABLE)
        .time_to_live_specification(ttl)
        .send()
        .await
        .unwrap();
}

async fn put(client: &Client, name: &str) -> bool {
    let item = client
        .put_item()
        .table_name(TABLE)
        .item("PK", AttributeValue::S(name.to_owned()));
    item.send().await.is_ok()
}

async fn has(client: &Client, name: &str) -> bool {
    let got = client
        .get_item()
        .table_name(TABLE)
        .key("PK", AttributeValue::S(name.to_owned()));
    got.send().await.unwrap().item.is_some()
}

#[tokio::test]
async fn what_was_written_is_there_after_a_restart_and_two_cannot_hold_one_folder() {
    let folder = tempfile::tempdir().unwrap();
    let record = EmbeddedRecord::open(folder.path()).unwrap();
    make_table(&record.client()).await;
    assert!(put(&record.client(), "a").await);
    match EmbeddedRecord::open(folder.path()) {
        Err(EmbeddedRecordError::InUse { pid, .. }) => assert_eq!(pid, Some(std::process::id())),
        other => panic!("a second holder got {other:?}"),
    }
    record.shut_down();
    let again = EmbeddedRecord::open(folder.path()).unwrap();
    assert!(has(&again.client(), "a").await);
}

#[tokio::test]
async fn two_records_in_memory_know_nothing_of_each_other() {
    let (one, other) = (
        EmbeddedRecord::memory().unwrap(),
        EmbeddedRecord::memory().unwrap(),
    );
    make_table(&one.client()).await;
    make_table(&other.client()).await;
    assert!(put(&one.client(), "a").await);
    assert!(!has(&other.client(), "a").await);
}

#[tokio::test]
async fn a_recorder_counts_waves_and_cost() {
    let record = EmbeddedRecord::memory().unwrap();
    let recorder = Recorder::measuring_capacity();
    let client = record.client_with(Some(recorder.clone()), None);
    make_table(&client).await;
    recorder.clear();
    assert!(put(&client, "a").await);
    assert!(has(&client, "a").await);
    assert_eq!(recorder.waves(), 2);
    let operations: Vec<_> = recorder.exchanges().iter().map(|e| e.operation.clone()).collect();
    assert_eq!(operations, ["PutItem", "GetItem"]);
    assert!(
        recorder
            .exchanges()
            .iter()
            .all(|e| e.table.as_deref() == Some(TABLE))
    );
    assert!(
        (recorder.capacity() - 1.5).abs() < 1e-9,
        "{}",
        recorder.capacity()
    );
}

#[tokio::test]
async fn a_fault_before_the_commit_leaves_nothing_and_one_after_it_leaves_everything() {
    let record = EmbeddedRecord::memory().unwrap();
    make_table(&record.client()).await;
    for (fault, applied) in [
        (Fault::Throttled, false),
        (Fault::AccountThrottled, false),
        (Fault::Conflict, false),
        (Fault::ServerError, false),
        (Fault::NotConnected, false),
        (Fault::TimeoutBefore, false),
        (Fault::TimeoutAfter, true),
    ] {
        let calls = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&calls);
        let faults = Faults::new(move |request| {
            assert_eq!(request.operation, "PutItem");
            counted.fetch_add(1, Ordering::SeqCst);
            Some(fault)
        });
        let name = format!("{fault:?}");
        assert!(
            !put(&record.client_with(None, Some(faults)), &name).await,
            "{fault:?}"
        );
        assert_eq!(has(&record.client(), &name).await, applied, "{fault:?}");
        assert_eq!(
            calls.load(Ordering::SeqCst),
            1,
            "the client repeated a call by itself"
        );
    }
}

#[tokio::test]
async fn maintenance_removes_what_has_expired_and_nothing_else() {
    let record = EmbeddedRecord::memory().unwrap();
    let client = record.client();
    make_table(&client).await;
    for (name, ttl) in [("past", 1_000), ("future", 4_000_000_000_u64)] {
        let item = client
            .put_item()
            .table_name(TABLE)
            .item("PK", AttributeValue::S(name.to_owned()));
        item.item("ttl", AttributeValue::N(ttl.to_string()))
            .send()
            .await
            .unwrap();
    }
    record
        .maintain(Timestamp::from_second(1_800_000_000).unwrap())
        .unwrap();
    assert!(!has(&client, "past").await);
    assert!(has(&client, "future").await);
}
