//! Those who have no right to open: each asks, and the door stays where it is.

use jiff::SignedDuration;
use postern_contract::{
    carrier::{BookDelivery, Dispatch, OpenDoor},
    customer::Preferences,
    delivery::{DeliveryView, GrantState},
    place::{Fix, Position},
};
use postern_end_to_end::stage::{Stage, key, open_for};
use postern_local::play::booking;

use crate::Verdict;

pub(crate) async fn nothing_opens_that_has_no_right_to(stage: Stage) -> Verdict {
    let armed = stage.armed("PARCEL-1").await;
    let right = open_for(&armed);
    let elsewhere = Fix::new(Position::new(43.60, -80.30).unwrap(), 8.0).unwrap();
    let mine: Dispatch = serde_json::from_value(serde_json::json!({"driver": right.driver})).unwrap();

    let early = early(&stage).await;
    asks(&stage, "before the window", &early, open_for(&early)).await?;

    let bound = stage.booked("PARCEL-1").await;
    stage.carrier.dispatch(bound.id, &key(), &mine).await.unwrap();
    let other = OpenDoor {
        driver: "driver-8".parse().unwrap(),
        ..right.clone()
    };
    asks(&stage, "another driver", &bound, other).await?;

    let away = OpenDoor {
        position: elsewhere,
        ..right.clone()
    };
    asks(&stage, "from far away", &armed, away).await?;

    let wrong = OpenDoor {
        tracking_number: "PARCEL-9".parse().unwrap(),
        ..right.clone()
    };
    asks(&stage, "with another parcel", &armed, wrong).await?;

    let paused = Preferences {
        paused_until: Some(stage.local.platform.now() + SignedDuration::from_hours(1)),
        ..Preferences::default()
    };
    stage.customer.prefer(&paused).await.unwrap();
    asks(&stage, "while the household pauses", &armed, right.clone()).await?;
    stage.customer.prefer(&Preferences::default()).await.unwrap();

    let cancelled = stage.armed("PARCEL-1").await;
    let reason = serde_json::json!({"reason": "lost"});
    stage
        .carrier
        .verb(cancelled.id, "cancel", &key(), &reason)
        .await
        .unwrap();
    asks(&stage, "after the carrier cancelled", &cancelled, right.clone()).await?;

    stage.customer.turn_off().await.unwrap();
    asks(&stage, "after off was answered", &armed, right).await
}

/// A delivery whose code is minted and whose window has not begun.
async fn early(stage: &Stage) -> DeliveryView {
    let early = BookDelivery {
        window: stage.window_later_today(SignedDuration::from_mins(5)).await,
        ..booking(stage.local.platform.now(), "PARCEL-1")
    };
    let booked = stage.carrier.book(&key(), &early).await.unwrap();
    let out = stage
        .carrier
        .dispatch(booked.id, &key(), &Dispatch::default())
        .await
        .unwrap();
    assert_eq!(out.state, GrantState::Armed);
    out
}

async fn asks(stage: &Stage, who: &str, delivery: &DeliveryView, open: OpenDoor) -> Verdict {
    let answer = stage
        .carrier
        .verb(delivery.id, "open", &key(), &open)
        .await
        .unwrap();
    let untouched = stage.myq().commands_received(&stage.door).unwrap() == 0 && stage.times_opened() == 0;
    if answer.status.as_u16() == 409 && untouched {
        Ok(())
    } else {
        Err(format!("{who}: {} {}", answer.status, answer.body))
    }
}
