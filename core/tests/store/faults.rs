//! What the store makes of throttling, conflicts and lost answers.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use postern_core::store::{Applied, Key, Store, StoreError, Write};
use postern_embedded_record::{EmbeddedRecord, Fault, Faults};

use super::{after, delivery, faulty, household, link, noon, record};

/// A store whose first `times` calls go wrong so, and a count of all its calls.
fn failing(record: &EmbeddedRecord, fault: Fault, times: u32) -> (Store, Arc<AtomicU32>) {
    let calls = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&calls);
    let faults = Faults::new(move |_| (counted.fetch_add(1, Ordering::SeqCst) < times).then_some(fault));
    (faulty(record, faults), calls)
}

fn create() -> Vec<Write> {
    let once = Write::put_marker(Key::Active(household(1), delivery(1)));
    vec![once.on(postern_core::store::Condition::Absent)]
}

#[tokio::test]
async fn a_transaction_gets_through_whatever_goes_wrong_twice_and_is_done_once() {
    for fault in [
        Fault::Throttled,
        Fault::AccountThrottled,
        Fault::Conflict,
        Fault::ServerError,
        Fault::NotConnected,
        Fault::TimeoutBefore,
        Fault::TimeoutAfter,
    ] {
        let (record, plain) = record().await;
        let (store, calls) = failing(&record, fault, 2);
        // The condition would fail, if a repeat after a lost answer were not known as a repeat.
        store
            .transact(create())
            .await
            .unwrap_or_else(|error| panic!("{fault:?}: {error}"));
        assert_eq!(calls.load(Ordering::SeqCst), 3, "{fault:?}");
        assert_eq!(
            plain.active_of(household(1)).await.unwrap(),
            [delivery(1)],
            "{fault:?}"
        );
        assert!(
            plain.transact(create()).await.unwrap_err().is_condition(0),
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn a_lasting_fault_ends_in_an_error_that_says_whether_it_was_done() {
    for fault in [Fault::Throttled, Fault::AccountThrottled, Fault::Conflict] {
        let (record, plain) = record().await;
        let (store, calls) = failing(&record, fault, u32::MAX);
        let error = store.transact(create()).await.unwrap_err();
        let as_expected = match fault {
            Fault::Conflict => matches!(error, StoreError::Conflict),
            _ => matches!(error, StoreError::Throttled),
        };
        assert!(as_expected, "{fault:?} became {error:?}");
        assert!((2..=9).contains(&calls.load(Ordering::SeqCst)), "{fault:?}");
        assert_eq!(plain.active_of(household(1)).await.unwrap(), [], "{fault:?}");
    }
    for (fault, expected, done) in [
        (Fault::NotConnected, Applied::NotApplied, false),
        (Fault::ServerError, Applied::Unknown, false),
        (Fault::TimeoutBefore, Applied::Unknown, false),
        (Fault::TimeoutAfter, Applied::Unknown, true),
    ] {
        let (record, plain) = record().await;
        let (store, _) = failing(&record, fault, u32::MAX);
        let error = store.transact(create()).await.unwrap_err();
        let StoreError::Unreachable { applied, .. } = error else {
            panic!("{fault:?} became {error:?}");
        };
        assert_eq!(applied, expected, "{fault:?}");
        assert_eq!(
            !plain.active_of(household(1)).await.unwrap().is_empty(),
            done,
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn throttling_after_a_lost_answer_is_still_a_doubt() {
    let (record, _plain) = record().await;
    let calls = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&calls);
    let faults = Faults::new(move |_| {
        let first = counted.fetch_add(1, Ordering::SeqCst) == 0;
        Some(if first {
            Fault::TimeoutAfter
        } else {
            Fault::Throttled
        })
    });
    let error = faulty(&record, faults).transact(create()).await.unwrap_err();
    let doubt = matches!(
        error,
        StoreError::Unreachable {
            applied: Applied::Unknown,
            ..
        }
    );
    assert!(doubt, "{error:?}");
}

#[tokio::test]
async fn a_refusal_after_a_lost_answer_is_still_a_doubt_and_one_before_it_is_not() {
    for (lost, is_doubt) in [(Some(Fault::TimeoutAfter), true), (None, false)] {
        let (record, plain) = record().await;
        let calls = AtomicU32::new(0);
        let faults = Faults::new(move |_| {
            let first = calls.fetch_add(1, Ordering::SeqCst) == 0;
            lost.filter(|_| first).or(Some(Fault::CredentialsExpired))
        });
        let error = faulty(&record, faults).transact(create()).await.unwrap_err();
        let done = !plain.active_of(household(1)).await.unwrap().is_empty();
        assert_eq!(done, is_doubt);
        match error {
            StoreError::Unreachable {
                applied: Applied::Unknown,
                ..
            } if is_doubt => {}
            StoreError::Rejected { code, .. } if !is_doubt => assert_eq!(code, "ExpiredTokenException"),
            other => panic!("{lost:?} became {other:?}"),
        }
    }
}

#[tokio::test]
async fn what_a_batch_leaves_for_later_is_asked_for_again_but_not_for_ever() {
    let (record, plain) = record().await;
    plain.transact(create()).await.unwrap();
    let there = Key::Active(household(1), delivery(1));
    let keys = [there.clone(), Key::Household(household(1)), there];
    let (store, calls) = failing(&record, Fault::LeftForLater, 3);
    let found = store.get_many(&keys, true).await.unwrap();
    let is_there: Vec<bool> = found.iter().map(Option::is_some).collect();
    assert_eq!(is_there, [true, false, true]);
    assert_eq!(calls.load(Ordering::SeqCst), 4);
    let (store, _) = failing(&record, Fault::LeftForLater, u32::MAX);
    let error = store.get_many(&keys, true).await.unwrap_err();
    assert!(matches!(error, StoreError::Throttled), "{error:?}");
}

#[tokio::test]
async fn reads_and_leases_get_through_too() {
    let (record, plain) = record().await;
    plain.transact(create()).await.unwrap();
    let tie = postern_core::household::Link {
        id: link(1),
        vendor: "myq".parse().unwrap(),
        state: postern_contract::customer::LinkState::Active,
        credentials: postern_contract::text::SealedBlob::new("sealed"),
        refresh_at: after(60),
        linked_at: noon(),
    };
    plain
        .transact(vec![Write::new_link(household(1), &tie).unwrap()])
        .await
        .unwrap();
    for fault in [
        Fault::Throttled,
        Fault::ServerError,
        Fault::TimeoutBefore,
        Fault::TimeoutAfter,
    ] {
        let (store, _) = failing(&record, fault, 2);
        assert_eq!(
            store.active_of(household(1)).await.unwrap(),
            [delivery(1)],
            "{fault:?}"
        );
        let (store, _) = failing(&record, fault, 2);
        let lease = store
            .take_lease(household(1), link(1), "me", after(30), noon())
            .await
            .unwrap();
        assert!(lease.is_some(), "{fault:?}: a lost answer lost the lease");
    }
}

#[tokio::test]
async fn a_missing_table_is_neither_throttling_nor_doubt() {
    let record = EmbeddedRecord::memory().unwrap();
    let store = Store::new(&record.client(), "nowhere");
    let error = store.transact(create()).await.unwrap_err();
    assert!(
        matches!(&error, StoreError::Rejected { code, .. } if code == "ResourceNotFoundException"),
        "{error:?}"
    );
}
