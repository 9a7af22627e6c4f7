//! Off means off: once the customer's *off* has been answered, no open leaves. In a binary of its own, since a thousand opens at once
//! leave nothing of a small machine to other tests.

use postern_contract::delivery::GrantState;
use postern_local::play::CarrierClient;

use postern_end_to_end::stage::{Stage, key, open_for};

/// How many deliveries are opened at once, and how often each.
const DELIVERIES: usize = 20;
const OPENS_EACH: usize = 50;

#[tokio::test(flavor = "multi_thread")]
async fn no_open_leaves_after_off_is_answered_under_a_thousand_opens_at_once() {
    let stage = Stage::set().await;
    let mut armed = Vec::new();
    for number in 0..DELIVERIES {
        armed.push(stage.armed(&format!("PARCEL-{number}")).await);
    }
    let calls: Vec<_> = (0..DELIVERIES * OPENS_EACH)
        .map(|number| {
            let delivery = armed[number % DELIVERIES].clone();
            let carrier: CarrierClient = stage.carrier.clone();
            let key = key();
            tokio::spawn(async move {
                carrier
                    .verb(delivery.id, "open", &key, &open_for(&delivery))
                    .await
                    .unwrap()
            })
        })
        .collect();
    let began = std::time::Instant::now();
    stage.customer.turn_off().await.unwrap();
    println!("off was answered after {:?}", began.elapsed());
    let received_by_then = stage.myq().commands_received(&stage.door).unwrap();
    for call in calls {
        let answer = call.await.unwrap();
        assert!(
            matches!(answer.status.as_u16(), 202 | 409 | 503),
            "{} {}",
            answer.status,
            answer.body
        );
    }
    let opens = |since| {
        let journal = stage.myq().motions(Some(&stage.door), since).unwrap();
        let json = serde_json::to_value(journal).unwrap();
        json.as_array()
            .unwrap()
            .iter()
            .filter(|line| line["command"] == "open")
            .count()
    };
    let all = opens(0);
    assert!(
        all <= received_by_then,
        "{all} opens came, {received_by_then} commands before off was answered"
    );
    // One that somebody had closed again before *off* came stands as delivered; every other has ended.
    for delivery in armed {
        let done = |state: GrantState| matches!(state, GrantState::Revoked | GrantState::Closed);
        stage.until(delivery.id, |view| done(view.state)).await;
    }
    assert_eq!(
        stage.times_opened(),
        stage.times_closed(),
        "what was opened was closed again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn off_closes_a_door_in_use_and_the_delivery_ends_revoked() {
    let stage = Stage::set().await;
    let open = stage.opened("PARCEL-1").await;
    let off = stage.customer.turn_off().await.unwrap();
    assert_eq!(
        (off.closing, off.revoked.len(), off.preferences.enabled),
        (vec![open.id], 0, false)
    );
    let ended = stage.until(open.id, |view| view.state.is_end()).await;
    assert_eq!((ended.state, ended.attention), (GrantState::Revoked, None));
    assert_eq!(stage.times_closed(), 1);
    let again = stage.ask_to_open(&open, &key()).await;
    assert_eq!(again.code(), "delivery_revoked");
}

#[tokio::test(flavor = "multi_thread")]
async fn off_ends_what_is_booked_and_on_does_not_bring_it_back() {
    let stage = Stage::set().await;
    let booked = stage.booked("PARCEL-1").await;
    let off = stage.customer.turn_off().await.unwrap();
    assert_eq!(off.revoked, vec![booked.id]);
    stage.customer.turn_on().await.unwrap();
    assert_eq!(
        stage.carrier.delivery(booked.id).await.unwrap().state,
        GrantState::Revoked
    );
    let closed = stage.opened("PARCEL-2").await;
    stage.closed_and_completed(closed.id).await;
}
