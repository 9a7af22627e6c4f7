//! The feed: a whole delivery, once, in its order, and nobody else's.

use postern_contract::{
    event::LogEntry,
    feed::{CarrierEvent, EventData},
};
use postern_local::play::CarrierClient;
use serde_json::json;

use crate::stage::{Stage, key};

/// The carrier's events, from the first until one of this type came.
async fn followed(carrier: &CarrierClient, last: &str) -> Vec<CarrierEvent> {
    let (mut events, mut after) = (Vec::new(), None);
    loop {
        let page = carrier.events(after, 20).await.unwrap();
        assert!(
            !page.items.is_empty(),
            "{last} never came; there were {events:#?}"
        );
        events.extend(page.items);
        after = Some(page.next_cursor);
        if events.iter().any(|event| event.kind.as_str() == last) {
            return events;
        }
    }
}

fn entry(event: &CarrierEvent) -> &LogEntry {
    match &event.data {
        EventData::Delivery(changed) => &changed.entry,
        EventData::Webhook(changed) => panic!("no endpoint has changed: {changed:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_delivery_comes_by_the_feed_once_and_in_the_order_of_its_log() {
    let stage = Stage::set().await;
    let open = stage.opened("PARCEL-1").await;
    stage.closed_and_completed(open.id).await;
    let events = followed(&stage.carrier, "com.postern.delivery.completed").await;
    assert_eq!(
        events.iter().map(entry).cloned().collect::<Vec<_>>(),
        stage.log(open.id).await
    );
    for (event, number) in events.iter().zip(1..) {
        assert_eq!(event.subject, open.id.to_string());
        assert_eq!(event.source, "/carriers/northwind");
        assert_eq!(event.sequence.map(String::from), Some(format!("{number:010}")));
        assert_eq!(
            event.kind.as_str(),
            format!("com.postern.delivery.{}", entry(event).event.name())
        );
    }
    let told = serde_json::to_value(events.last().unwrap()).unwrap();
    assert_eq!(
        (&told["specversion"], &told["data"]["state"]),
        (&json!("1.0"), &json!("completed"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_carrier_has_a_feed_of_its_own_and_it_is_empty() {
    let stage = Stage::set().await;
    stage.booked("PARCEL-1").await;
    followed(&stage.carrier, "com.postern.delivery.booked").await;
    let south = CarrierClient::connect(&stage.local.addresses, &stage.local.seeds.carriers[1]);
    let south = south.await.unwrap();
    let page = south.events(None, 0).await.unwrap();
    assert_eq!((page.items, page.next_cursor.number()), (vec![], 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_at_the_end_is_answered_when_something_happens() {
    let stage = Stage::set().await;
    let waiting = tokio::spawn({
        let carrier = stage.carrier.clone();
        async move { carrier.events(None, 25).await.unwrap() }
    });
    let booked = stage.booked("PARCEL-1").await;
    let page = waiting.await.unwrap();
    assert_eq!(page.items[0].subject, booked.id.to_string());
    let nothing = stage.carrier.events(Some(page.next_cursor), 0).await.unwrap();
    assert_eq!((nothing.items, nothing.next_cursor), (vec![], page.next_cursor));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_that_is_none_is_refused_by_its_name() {
    let stage = Stage::set().await;
    for after in ["-1", "x", "1.5", "999999999999999999", ""] {
        let answer = stage
            .carrier
            .get(&format!("/v1/events?after={after}"))
            .await
            .unwrap();
        assert_eq!(answer.status.as_u16(), 400, "{after}: {}", answer.body);
        assert_eq!(answer.body["field"], "after", "{}", answer.body);
    }
    // What is told is read with the right to read deliveries, and is no unsafe call.
    let posted = stage
        .carrier
        .post("/v1/events", &key(), &json!({}))
        .await
        .unwrap();
    assert_eq!(posted.status.as_u16(), 405);
}
