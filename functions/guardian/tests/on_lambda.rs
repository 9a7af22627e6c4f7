//! The `guardian` binary, as Lambda runs it: polling a Runtime API, here one on loopback, over the embedded record.
#![cfg(test)]

use jiff::{SignedDuration, Timestamp};
use postern_contract::{
    customer::LinkState,
    ids::{HouseholdId, LinkId},
    text::SealedBlob,
};
use postern_core::{
    household::Link,
    ports::Subject,
    store::{Store, Write},
};
use postern_embedded_record::EmbeddedRecord;
use postern_lambda_host::{Function, LambdaHost};
use serde_json::json;

fn guardian(host: &LambdaHost, record: &str) -> Function {
    host.function(env!("CARGO_BIN_EXE_guardian"))
        .with("AWS_ENDPOINT_URL_DYNAMODB", record)
        // Nobody listens there: what is not the record cannot be reached.
        .with("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        .with("POSTERN_DEPLOYMENT", "postern-us-test")
        .with("POSTERN_TABLE", "postern")
        .with("POSTERN_CODES_KEY", "alias/codes")
        .with("POSTERN_EVIDENCE_KEY", "alias/evidence")
        .with(
            "POSTERN_FOLLOW_UPS_QUEUE",
            "http://127.0.0.1:1/000000000000/follow-ups",
        )
        .with(
            "POSTERN_LINK_REDIRECT_URI",
            "https://customers.postern.example/linked",
        )
}

async fn record() -> (EmbeddedRecord, Store) {
    let record = EmbeddedRecord::memory().unwrap();
    let store = Store::new(&record.client(), "postern");
    store.create_table().await.unwrap();
    (record, store)
}

fn record_of(subject: &str, id: &str) -> serde_json::Value {
    json!({ "messageId": id, "body": subject, "eventSource": "aws:sqs", "receiptHandle": "x", "attributes": {} })
}

#[tokio::test]
async fn it_sweeps_looks_and_refuses() {
    let (record, store) = record().await;
    let host = LambdaHost::start().await.unwrap();
    let running = guardian(&host, record.url()).start().unwrap();

    let swept = host.invoke(json!({ "sweep": true })).await.unwrap();
    assert_eq!(swept, Ok(json!({ "looked_at": 0, "failed": 0 })));

    let household = HouseholdId::from_parts(1_800_000_000_000, 1);
    let due: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let link = Link {
        id: LinkId::from_parts(1_800_000_000_000, 2),
        vendor: "nobody".parse().unwrap(),
        state: LinkState::Active,
        credentials: SealedBlob::new("c2VhbGVk"),
        refresh_at: due,
        linked_at: due - SignedDuration::from_hours(1),
    };
    store
        .transact(vec![Write::new_link(household, &link).unwrap()])
        .await
        .unwrap();
    // It is due, nobody serves its vendor, and the queue cannot be reached: none of it fails the sweep.
    let swept = host.invoke(json!({ "sweep": true })).await.unwrap();
    assert_eq!(swept, Ok(json!({ "looked_at": 1, "failed": 0 })));

    let subject = serde_json::to_string(&Subject::Link {
        household,
        link: link.id,
    })
    .unwrap();
    let batch = json!({ "Records": [record_of(&subject, "m-1"), record_of("{\"type\":\"kit\"}", "m-2")] });
    let answer = host.invoke(batch).await.unwrap();
    assert_eq!(
        answer,
        Ok(json!({ "batchItemFailures": [{ "itemIdentifier": "m-2" }] }))
    );

    let refused = host
        .invoke(json!({ "hello": "world" }))
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(refused["errorType"], "EventRefused");
    assert!(
        refused["errorMessage"].as_str().unwrap().contains("sweep"),
        "{refused}"
    );

    let logged = running.end().unwrap();
    assert!(
        logged
            .lines()
            .all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()),
        "{logged}"
    );
    assert!(
        logged.contains("m-2") && logged.contains("no follow-up was left"),
        "{logged}"
    );
}

#[tokio::test]
async fn a_missing_setting_is_named_at_the_start() {
    let host = LambdaHost::start().await.unwrap();
    let output = guardian(&host, "http://127.0.0.1:1")
        .without("POSTERN_CODES_KEY")
        .run()
        .unwrap();
    assert!(!output.status.success());
    let logged = String::from_utf8_lossy(&output.stdout);
    assert!(logged.contains("POSTERN_CODES_KEY is missing"), "{logged}");
}
