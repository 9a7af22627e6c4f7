//! Conditions, versions, transactions.

use postern_contract::{ids::CarrierId, text::DoorRef};
use postern_core::{
    consent::Consent,
    store::{CodeRecord, DoorClaim, Key, StoreError, Write},
};
use postern_keys::Sealed;
use serde_json::{Value, json};

use super::{after, delivery, household, noon, record, watched};

fn carrier() -> CarrierId {
    "north".parse().unwrap()
}

fn code(number: u32) -> CodeRecord {
    CodeRecord {
        number,
        sealed: Sealed::from_bytes(vec![7; 40]),
        hash: "ab".repeat(32),
        redeemed_at: None,
    }
}

#[tokio::test]
async fn a_grant_and_its_code_come_back_in_one_query() {
    let (record, store) = record().await;
    let doc = json!({"state": "armed", "tries": 2, "nested": {"at": null, "list": [1, "two"]}});
    let grant = Write::put_grant(delivery(1), &carrier(), household(1), Some(noon()), &doc, None).unwrap();
    store
        .transact(vec![grant, Write::put_code(delivery(1), &code(1))])
        .await
        .unwrap();
    let (store, recorder) = watched(&record);
    let loaded = store.load_grant::<Value>(delivery(1)).await.unwrap().unwrap();
    assert_eq!((loaded.grant.doc, loaded.grant.version), (doc, 1));
    assert_eq!(loaded.household, household(1));
    assert_eq!(loaded.code, Some(code(1)));
    assert_eq!(recorder.waves(), 1);
    assert!(store.load_grant::<Value>(delivery(2)).await.unwrap().is_none());
}

#[tokio::test]
async fn of_ten_writers_over_one_version_exactly_one_wins() {
    let (_record, store) = record().await;
    let put = |state: usize, expected| {
        Write::put_grant(
            delivery(1),
            &carrier(),
            household(1),
            None,
            &json!({ "state": state }),
            expected,
        )
        .unwrap()
    };
    store.transact(vec![put(0, None)]).await.unwrap();
    let mut racers = tokio::task::JoinSet::new();
    for number in 1..=10 {
        let (store, write) = (store.clone(), put(number, Some(1)));
        racers.spawn(async move { store.transact(vec![write]).await });
    }
    let results = racers.join_all().await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    for lost in results.into_iter().filter_map(Result::err) {
        assert!(lost.is_condition(0), "{lost}");
    }
    let loaded = store.load_grant::<Value>(delivery(1)).await.unwrap().unwrap();
    assert_eq!(loaded.grant.version, 2);
}

#[tokio::test]
async fn a_transaction_with_one_failed_condition_does_nothing_and_names_it() {
    let (_record, store) = record().await;
    let off = Consent::initial();
    store
        .transact(vec![Write::put_consent(household(1), &off, None).unwrap()])
        .await
        .unwrap();
    let put = Write::put_grant(delivery(1), &carrier(), household(1), None, &json!({}), None).unwrap();
    let error = store
        .transact(vec![put, Write::check_consent(household(1), 1)])
        .await
        .unwrap_err();
    let StoreError::ConditionFailed {
        index: 1,
        item: Some(item),
    } = error
    else {
        panic!("got {error:?}");
    };
    assert_eq!(postern_core::store::decode::<Consent>(*item).unwrap(), off);
    assert!(store.load_grant::<Value>(delivery(1)).await.unwrap().is_none());
}

#[tokio::test]
async fn a_consent_check_demands_both_the_switch_and_the_version() {
    let (_record, store) = record().await;
    let first = Consent::initial();
    let on = first.changed(|consent| consent.enabled = true);
    let put = |consent: &Consent, expected| Write::put_consent(household(1), consent, expected).unwrap();
    store.transact(vec![put(&first, None)]).await.unwrap();
    let check = |version| store.transact(vec![Write::check_consent(household(1), version)]);
    assert!(check(1).await.unwrap_err().is_condition(0));
    store.transact(vec![put(&on, Some(1))]).await.unwrap();
    assert!(check(1).await.unwrap_err().is_condition(0));
    check(2).await.unwrap();
    assert_eq!(store.consent(household(1)).await.unwrap(), Some(on.clone()));
    assert!(
        Write::put_consent(household(1), &on, Some(2)).is_err(),
        "a version was written twice"
    );
}

#[tokio::test]
async fn a_code_is_redeemed_once_and_only_by_its_number() {
    let (_record, store) = record().await;
    store
        .transact(vec![Write::put_code(delivery(1), &code(2))])
        .await
        .unwrap();
    let redeem = |number| store.transact(vec![Write::redeem_code(delivery(1), number, noon())]);
    assert!(redeem(1).await.unwrap_err().is_condition(0));
    redeem(2).await.unwrap();
    assert!(redeem(2).await.unwrap_err().is_condition(0));
    let grant = Write::put_grant(delivery(1), &carrier(), household(1), None, &json!({}), None).unwrap();
    store.transact(vec![grant]).await.unwrap();
    let loaded = store.load_grant::<Value>(delivery(1)).await.unwrap().unwrap();
    assert_eq!(loaded.code.unwrap().redeemed_at, Some(noon()));
    store
        .transact(vec![Write::forget_code(delivery(1))])
        .await
        .unwrap();
    assert!(redeem(2).await.unwrap_err().is_condition(0));
}

#[tokio::test]
async fn a_door_moves_from_one_household_to_another_only_from_where_it_was_seen() {
    let (_record, store) = record().await;
    let (vendor, door_ref) = ("myq".parse().unwrap(), "SER#1".parse::<DoorRef>().unwrap());
    let claim = |number| DoorClaim {
        household: household(number),
        door: postern_contract::ids::DoorId::from_parts(1, number),
    };
    let take = |to, from| store.transact(vec![Write::claim_door(&vendor, &door_ref, claim(to), from)]);
    take(1, None).await.unwrap();
    assert!(take(2, None).await.unwrap_err().is_condition(0));
    take(2, Some(claim(1))).await.unwrap();
    assert!(take(3, Some(claim(1))).await.unwrap_err().is_condition(0));
    assert_eq!(
        store.door_claim(&vendor, &door_ref).await.unwrap(),
        Some(claim(2))
    );
    let check = |number| {
        store.transact(vec![Write::check_door_claim(
            &vendor,
            &door_ref,
            household(number),
        )])
    };
    assert!(check(1).await.unwrap_err().is_condition(0));
    check(2).await.unwrap();
}

#[tokio::test]
async fn a_due_entry_is_found_from_its_moment_on_and_leaves_with_it() {
    let (_record, store) = record().await;
    let put = |due, expected| {
        Write::put_grant(delivery(1), &carrier(), household(1), due, &json!({}), expected).unwrap()
    };
    store.transact(vec![put(Some(after(10)), None)]).await.unwrap();
    let due = async |until| {
        let mut found = Vec::new();
        for shard in 0..postern_core::store::DUE_SHARDS {
            found.extend(store.due(shard, until, 10).await.unwrap());
        }
        found
    };
    assert_eq!(due(after(9)).await, []);
    let found = due(after(10)).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].at, after(10));
    store.transact(vec![put(None, Some(1))]).await.unwrap();
    assert_eq!(due(after(1_000)).await, []);
}

#[tokio::test]
async fn too_many_writes_are_refused_before_anything_is_sent() {
    let (_record, store) = record().await;
    let writes = (0..101)
        .map(|n| Write::put_marker(Key::Active(household(1), delivery(n))))
        .collect();
    assert!(matches!(
        store.transact(writes).await,
        Err(StoreError::Corrupt { .. })
    ));
    assert_eq!(store.active_of(household(1)).await.unwrap(), []);
}

#[tokio::test]
async fn a_body_of_another_shape_is_reported_without_its_content() {
    let (_record, store) = record().await;
    let write = Write::put(Key::Household(household(1)), &json!({"address": "12 Elm St"})).unwrap();
    store.transact(vec![write]).await.unwrap();
    let error = store.household(household(1)).await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }));
    assert!(!error.to_string().contains("Elm"), "{error}");
}
