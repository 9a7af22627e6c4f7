//! Idempotency records: one first request, however many come at once.

use jiff::{SignedDuration, Timestamp};
use postern_contract::ids::DeliveryId;
use postern_core::store::{Answered, Asked, StoreError, Write};

use crate::{noon, record};

const ASKED: Asked<'static> = Asked {
    tenant: "north",
    key: "key-1",
    fingerprint: "f",
};

fn delivery() -> DeliveryId {
    DeliveryId::from_parts(1, 2)
}

fn after(seconds: i64) -> Timestamp {
    noon() + SignedDuration::from_secs(seconds)
}

#[tokio::test]
async fn of_ten_first_requests_at_once_one_is_first() {
    let (_record, store) = record().await;
    let tries = (0..10).map(|_| {
        let store = store.clone();
        tokio::spawn(async move {
            store
                .transact(vec![Write::request_running(ASKED, delivery(), after(12), noon())])
                .await
        })
    });
    let mut first = 0;
    for attempt in tries.collect::<Vec<_>>() {
        match attempt.await.unwrap() {
            Ok(()) => first += 1,
            Err(StoreError::ConditionFailed { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(first, 1);
}

#[tokio::test]
async fn a_running_request_becomes_an_answered_one_and_tenants_do_not_meet() {
    let (_record, store) = record().await;
    store
        .transact(vec![Write::request_running(ASKED, delivery(), after(12), noon())])
        .await
        .unwrap();
    let running = store
        .idempotency("north", "key-1", noon())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        running.progress,
        Answered::Running {
            delivery: delivery(),
            until: after(12)
        }
    );
    store
        .transact(vec![Write::request_finished(ASKED, "{}", noon())])
        .await
        .unwrap();
    let done = store
        .idempotency("north", "key-1", noon())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (done.fingerprint.as_str(), done.progress),
        ("f", Answered::Done("{}".to_owned()))
    );
    assert_eq!(store.idempotency("south", "key-1", noon()).await.unwrap(), None);
}

#[tokio::test]
async fn an_answer_is_kept_for_a_day_and_then_the_key_is_free_again() {
    let (_record, store) = record().await;
    store
        .transact(vec![Write::request_answered(ASKED, "first", noon())])
        .await
        .unwrap();
    let hour = 3600;
    let again = |now| vec![Write::request_answered(ASKED, "second", now)];
    assert!(store.transact(again(after(23 * hour))).await.is_err());
    assert_eq!(
        store
            .idempotency("north", "key-1", after(25 * hour))
            .await
            .unwrap(),
        None
    );
    store.transact(again(after(25 * hour))).await.unwrap();
}
