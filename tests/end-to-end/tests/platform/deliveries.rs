//! Deliveries from booking to completion, and what repeats do to them: nothing.

use postern_contract::{
    carrier::{Cancel, CarrierRecord, Complete, Reissue},
    delivery::GrantState,
};
use postern_core::store::Write;
use serde_json::{Value, json};

use crate::stage::{Stage, driver, key, open_for};

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_opens_the_door_once_closes_it_once_and_its_log_is_whole() {
    let stage = Stage::set().await;
    let open = stage.opened("PARCEL-1").await;
    let completed = stage.closed_and_completed(open.id).await;
    assert_eq!(completed.state, GrantState::Completed);
    assert_eq!((stage.times_opened(), stage.times_closed()), (1, 1));
    assert_eq!(
        stage.story(open.id).await,
        [
            "booked",
            "dispatched",
            "armed",
            "open_requested",
            "open_accepted",
            "opened",
            "close_requested",
            "close_accepted",
            "closed",
            "completed"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_identical_opens_at_once_move_the_door_once_and_get_one_answer() {
    let stage = Stage::set().await;
    let armed = stage.armed("PARCEL-1").await;
    let key = key();
    let calls = (0..200).map(|_| {
        let (carrier, body, key) = (stage.carrier.clone(), open_for(&armed), key.clone());
        tokio::spawn(async move { carrier.verb(armed.id, "open", &key, &body).await.unwrap() })
    });
    let mut answers: Vec<(u16, Value)> = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        let answer = call.await.unwrap();
        answers.push((answer.status.as_u16(), answer.body));
    }
    assert_eq!(answers[0].0, 202, "{}", answers[0].1);
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "not all answers are the same"
    );
    stage.until(armed.id, |view| view.state == GrantState::Open).await;
    assert_eq!(
        (
            stage.times_opened(),
            stage.myq().commands_received(&stage.door).unwrap()
        ),
        (1, 1)
    );
    stage.closed_and_completed(armed.id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn opens_under_many_keys_at_once_redeem_the_code_once() {
    let stage = Stage::set().await;
    let armed = stage.armed("PARCEL-1").await;
    let calls = (0..40).map(|_| {
        let (carrier, body, key) = (stage.carrier.clone(), open_for(&armed), key());
        tokio::spawn(async move { carrier.verb(armed.id, "open", &key, &body).await.unwrap() })
    });
    let mut accepted = 0;
    for call in calls.collect::<Vec<_>>() {
        let answer = call.await.unwrap();
        match answer.status.as_u16() {
            202 => accepted += 1,
            _ => assert_eq!(answer.code(), "already_used", "{}", answer.body),
        }
    }
    assert_eq!(accepted, 1);
    stage.until(armed.id, |view| view.state == GrantState::Open).await;
    assert_eq!(stage.myq().commands_received(&stage.door).unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_gets_the_first_answer_and_the_same_key_with_another_body_is_refused() {
    let stage = Stage::set().await;
    let armed = stage.armed("PARCEL-1").await;
    let (first, other) = (key(), json!({"reason": "another"}));
    let cancel = Cancel {
        reason: "the van broke down".parse().unwrap(),
    };
    let once = stage
        .carrier
        .verb(armed.id, "cancel", &first, &cancel)
        .await
        .unwrap();
    let again = stage
        .carrier
        .verb(armed.id, "cancel", &first, &cancel)
        .await
        .unwrap();
    assert_eq!((once.status.as_u16(), &once.body), (200, &again.body));
    let reused = stage
        .carrier
        .verb(armed.id, "cancel", &first, &other)
        .await
        .unwrap();
    assert_eq!(
        (reused.status.as_u16(), reused.code()),
        (422, "idempotency_key_reused")
    );
    assert_eq!(stage.story(armed.id).await.last(), Some(&"cancelled"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_an_answer_too_and_is_repeated_as_it_was() {
    let stage = Stage::set().await;
    let booked = stage.booked("PARCEL-1").await;
    let early = key();
    let first = stage.ask_to_open(&booked, &early).await;
    assert_eq!(
        (first.status.as_u16(), first.code()),
        (409, "not_out_for_delivery")
    );
    stage
        .carrier
        .dispatch(booked.id, &key(), &postern_contract::carrier::Dispatch::default())
        .await
        .unwrap();
    let again = stage.ask_to_open(&booked, &early).await;
    assert_eq!(again.code(), "not_out_for_delivery");
    assert_eq!(stage.times_opened(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_not_completed_before_its_door_is_closed() {
    let stage = Stage::set().await;
    let open = stage.opened("PARCEL-1").await;
    let too_early = stage
        .carrier
        .verb(open.id, "complete", &key(), &Complete::default())
        .await
        .unwrap();
    assert_eq!(
        (too_early.status.as_u16(), too_early.code()),
        (409, "door_not_closed")
    );
    stage.closed_and_completed(open.id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_driver_may_go_back_in_twice_and_no_more() {
    let stage = Stage::set().await;
    let open = stage.opened("PARCEL-1").await;
    let reissue = Reissue {
        driver: driver().driver,
    };
    stage.carrier.close(open.id, &key(), &driver()).await.unwrap();
    for _ in 0..2 {
        stage.carrier.reissue(open.id, &key(), &reissue).await.unwrap();
        let again = stage
            .carrier
            .open(open.id, &key(), &open_for(&open))
            .await
            .unwrap();
        assert_eq!(again.state, GrantState::Open);
        stage.carrier.close(open.id, &key(), &driver()).await.unwrap();
    }
    let third = stage
        .carrier
        .verb(open.id, "reissue", &key(), &reissue)
        .await
        .unwrap();
    assert_eq!(third.code(), "reissue_limit");
    assert_eq!((stage.times_opened(), stage.times_closed()), (3, 3));
    stage
        .carrier
        .complete(open.id, &key(), &Complete::default())
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_has_each_delivery_once_and_another_carrier_sees_none_of_it() {
    let stage = Stage::set().await;
    let mut booked = Vec::new();
    for number in 0..5 {
        booked.push(stage.booked(&format!("PARCEL-{number}")).await.id.to_string());
    }
    let mut listed = Vec::new();
    let mut path = "/v1/deliveries?limit=2".to_owned();
    loop {
        let page: Value = stage.carrier.get(&path).await.unwrap().done().unwrap();
        listed.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["id"].as_str().unwrap().to_owned()),
        );
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/v1/deliveries?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    booked.reverse();
    assert_eq!(listed, booked);
    let carriers = &stage.local.seeds.carriers;
    let other = postern_local::play::CarrierClient::connect(&stage.local.addresses, &carriers[1])
        .await
        .unwrap();
    let theirs: Value = other.get("/v1/deliveries").await.unwrap().done().unwrap();
    assert_eq!(theirs["items"], json!([]));
    let foreign = other.get(&format!("/v1/deliveries/{}", booked[0])).await.unwrap();
    assert_eq!((foreign.status.as_u16(), foreign.code()), (404, "not_found"));
    let cursor = path.split("cursor=").nth(1).unwrap();
    let stolen = other
        .get(&format!("/v1/deliveries?cursor={cursor}"))
        .await
        .unwrap();
    assert_eq!((stolen.status.as_u16(), stolen.code()), (400, "invalid_cursor"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_carrier_opens_nothing_more_but_may_still_close() {
    let stage = Stage::set().await;
    let (open, armed) = (stage.opened("PARCEL-1").await, stage.armed("PARCEL-2").await);
    let carrier = &stage.local.seeds.carriers[0];
    let store = &stage.local.platform.store;
    let known = store.carrier(&carrier.id).await.unwrap().unwrap();
    let suspended = CarrierRecord {
        active: false,
        ..known
    };
    store
        .transact(vec![Write::put_carrier(&carrier.id, &suspended).unwrap()])
        .await
        .unwrap();
    let refused = stage.ask_to_open(&armed, &key()).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (403, "carrier_inactive")
    );
    stage.closed_and_completed(open.id).await;
    assert_eq!(stage.times_opened(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_breaks_its_rule_is_named_with_the_rule_and_without_its_value() {
    let stage = Stage::set().await;
    let armed = stage.armed("PARCEL-1").await;
    let body = json!({
        "driver": "Jane Doe",
        "position": {"latitude": 43.5449, "longitude": -80.2480, "accuracy_m": 8.0},
        "tracking_number": "PARCEL-1",
    });
    let refused = stage.carrier.verb(armed.id, "open", &key(), &body).await.unwrap();
    assert_eq!((refused.status.as_u16(), refused.code()), (400, "invalid_field"));
    let detail = refused.body["detail"].as_str().unwrap();
    assert!(
        detail.contains("driver") && detail.contains("1 to 64"),
        "{detail}"
    );
    assert!(!detail.contains("Jane"), "{detail}");
}
