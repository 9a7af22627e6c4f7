//! The `webhooks` binary, as Lambda runs it: polling a Runtime API, here one on loopback, over the embedded record.
#![cfg(test)]

use postern_core::store::Store;
use postern_embedded_record::EmbeddedRecord;
use postern_lambda_host::{Function, LambdaHost};
use postern_test_world::World;
use serde_json::{Value, json};

fn webhooks(host: &LambdaHost, record: &str) -> Function {
    host.function(env!("CARGO_BIN_EXE_webhooks"))
        .with("AWS_ENDPOINT_URL_DYNAMODB", record)
        // Nobody listens there: what is not the record cannot be reached.
        .with("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        .with("POSTERN_DEPLOYMENT", "postern-us-test")
        .with("POSTERN_TABLE", "postern")
        .with("POSTERN_CODES_KEY", "alias/codes")
        .with("POSTERN_PUSHES_QUEUE", "http://127.0.0.1:1/pushes")
}

/// What Lambda brings of a stream: every record, as its API has it.
async fn batch(record: &EmbeddedRecord) -> Value {
    let mut tail = record.tail("postern");
    let mut records = Vec::new();
    loop {
        let more = tail.next().await.unwrap();
        if more.is_empty() {
            return json!({ "Records": records });
        }
        records.extend(more.into_iter().map(|record| {
            let image = record.new_image.map(serde_dynamo::Item::from);
            json!({
                "eventName": record.event_name, "eventSource": "aws:dynamodb",
                "dynamodb": { "SequenceNumber": record.sequence_number, "NewImage": image },
            })
        }));
    }
}

fn id(prefix: &str) -> String {
    format!("{prefix}_01M84BA2F0NTY3J1JYY483FS24")
}

#[tokio::test]
async fn it_reads_the_stream_and_tells_each_event_once() {
    let world = World::new().await;
    world.ready(1).await;
    let booked = world.try_book(1).await.unwrap();
    let host = LambdaHost::start().await.unwrap();
    let running = webhooks(&host, world.record.url()).start().unwrap();

    // What the stream did not bring, an operator may have told by hand; it comes once all the same.
    let again = host.invoke(json!({ "tell_again": booked.id })).await.unwrap();
    assert_eq!(again, Ok(json!({ "entries": 1 })));
    let batch = batch(&world.record).await;
    // Hints that cannot be left are no reason to tell it all again: a sweep finds what is due.
    for _ in 0..2 {
        let answer = host.invoke(batch.clone()).await.unwrap();
        assert_eq!(answer, Ok(json!({ "batchItemFailures": [] })));
    }
    let north = "north".parse().unwrap();
    let store: &Store = &world.platform.store;
    let told = store.feed(&north, 0, 10, world.now()).await.unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].event.subject, booked.id.to_string());
    assert_eq!(told[0].event.kind.as_str(), "com.postern.delivery.booked");

    let swept = host.invoke(json!({ "sweep": true })).await.unwrap();
    assert_eq!(swept, Ok(json!({ "found": 0, "late": 0 })));
    let nothing = json!({ "messageId": "m-1", "body": "{}", "eventSource": "aws:sqs" });
    let nobodys = json!({ "carrier": "north", "webhook": id("wh"), "push": id("psh") }).to_string();
    let nobodys = json!({ "messageId": "m-2", "body": nobodys, "eventSource": "aws:sqs" });
    let pushed = host
        .invoke(json!({ "Records": [nothing, nobodys] }))
        .await
        .unwrap();
    assert_eq!(pushed, Ok(json!({ "batchItemFailures": [] })));

    let refused = host.invoke(json!({ "hello": "world" })).await.unwrap();
    assert_eq!(refused.unwrap_err()["errorType"], "EventRefused");
    running.end().unwrap();
}

#[tokio::test]
async fn a_missing_setting_is_named_at_the_start() {
    let host = LambdaHost::start().await.unwrap();
    for setting in ["POSTERN_TABLE", "POSTERN_CODES_KEY", "POSTERN_PUSHES_QUEUE"] {
        let output = webhooks(&host, "http://127.0.0.1:1")
            .without(setting)
            .run()
            .unwrap();
        assert!(!output.status.success());
        let logged = String::from_utf8_lossy(&output.stdout);
        assert!(logged.contains(&format!("{setting} is missing")), "{logged}");
    }
}
