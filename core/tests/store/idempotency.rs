//! Idempotency keys.

use jiff::{SignedDuration, Timestamp};
use postern_core::store::{Begun, Key, Store, Write};

use super::{after, delivery, household, noon, record};

const LOCK: SignedDuration = SignedDuration::from_secs(30);

async fn begin(store: &Store, fingerprint: &str, now: Timestamp) -> Begun {
    store
        .begin_idempotent("north", "key-1", fingerprint, now, LOCK)
        .await
        .unwrap()
}

#[tokio::test]
async fn of_ten_repeats_at_once_one_runs() {
    let (_record, store) = record().await;
    let mut racers = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let store = store.clone();
        racers.spawn(async move { begin(&store, "f", noon()).await });
    }
    let begun = racers.join_all().await;
    assert_eq!(
        begun
            .iter()
            .filter(|begun| matches!(begun, Begun::Fresh(_)))
            .count(),
        1
    );
    assert_eq!(begun.iter().filter(|begun| **begun == Begun::Running).count(), 9);
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer_and_another_request_is_told_apart() {
    let (_record, store) = record().await;
    let Begun::Fresh(ticket) = begin(&store, "f", noon()).await else {
        panic!("the key was taken");
    };
    let effect = Write::list_active(household(1), delivery(1));
    store
        .transact(vec![effect, Write::answered(&ticket, r#"{"id":1}"#)])
        .await
        .unwrap();
    assert_eq!(
        begin(&store, "f", after(1)).await,
        Begun::Done(r#"{"id":1}"#.to_owned())
    );
    assert_eq!(begin(&store, "g", after(1)).await, Begun::AnotherRequest);
    let other = store
        .begin_idempotent("south", "key-1", "f", noon(), LOCK)
        .await
        .unwrap();
    assert!(
        matches!(other, Begun::Fresh(_)),
        "one tenant's key was seen by another"
    );
}

#[tokio::test]
async fn a_dead_holders_claim_is_taken_over_by_the_same_request_only_and_the_dead_come_too_late() {
    let (_record, store) = record().await;
    let Begun::Fresh(dead) = begin(&store, "f", noon()).await else {
        panic!("the key was taken");
    };
    assert_eq!(begin(&store, "f", after(29)).await, Begun::Running);
    assert_eq!(begin(&store, "g", after(31)).await, Begun::AnotherRequest);
    let Begun::Fresh(heir) = begin(&store, "f", after(31)).await else {
        panic!("a dead claim was not taken over");
    };
    let effect = Write::put_marker(Key::Active(household(1), delivery(1)));
    let late = store.transact(vec![effect, Write::answered(&dead, "late")]).await;
    assert!(late.unwrap_err().is_condition(1));
    assert_eq!(store.active_of(household(1)).await.unwrap(), []);
    store
        .transact(vec![Write::answered(&heir, "done")])
        .await
        .unwrap();
    assert_eq!(
        begin(&store, "f", after(32)).await,
        Begun::Done("done".to_owned())
    );
}

#[tokio::test]
async fn an_abandoned_key_and_a_day_old_one_are_free_again() {
    let (_record, store) = record().await;
    let Begun::Fresh(ticket) = begin(&store, "f", noon()).await else {
        panic!("the key was taken");
    };
    store.transact(vec![Write::abandoned(&ticket)]).await.unwrap();
    let Begun::Fresh(ticket) = begin(&store, "g", after(1)).await else {
        panic!("an abandoned key stayed taken");
    };
    store
        .transact(vec![Write::answered(&ticket, "old")])
        .await
        .unwrap();
    let next_day = after(24 * 3600 + 5);
    assert!(matches!(begin(&store, "h", next_day).await, Begun::Fresh(_)));
}
