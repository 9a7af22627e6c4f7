//! Doors and vendors that do not do what they should.

use postern_contract::delivery::{Attention, GrantState};
use postern_vendor_clouds::{Direction, Fault, Target, door::ReportedState};

use crate::stage::{Stage, config, driver, eventually, key};

#[tokio::test(flavor = "multi_thread")]
async fn an_opener_that_is_offline_is_told_and_the_right_to_open_is_kept() {
    let stage = Stage::set().await;
    let armed = stage.armed("PARCEL-1").await;
    stage.myq().set_online(&stage.door, false).unwrap();
    let refused = stage.ask_to_open(&armed, &key()).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (409, "door_offline"),
        "{}",
        refused.body
    );
    stage.myq().set_online(&stage.door, true).unwrap();
    let again = stage
        .until(armed.id, |view| view.state == GrantState::Armed)
        .await;
    assert_eq!(again.attention, None);
    let answer = stage.ask_to_open(&armed, &key()).await;
    assert_eq!(answer.status.as_u16(), 202, "{}", answer.body);
    stage.until(armed.id, |view| view.state == GrantState::Open).await;
    assert_eq!(stage.times_opened(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_that_somebody_has_opened_is_not_touched() {
    let stage = Stage::set().await;
    let armed = stage.armed("PARCEL-1").await;
    stage
        .myq()
        .press_wall_button(&stage.door, Some(Direction::Open))
        .unwrap();
    eventually("the cloud says open", || {
        stage.myq().door(&stage.door).unwrap().reported.state == ReportedState::Open
    })
    .await;
    let refused = stage.ask_to_open(&armed, &key()).await;
    assert_eq!(refused.code(), "door_already_open", "{}", refused.body);
    assert_eq!(stage.myq().commands_received(&stage.door).unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_of_unknown_outcome_is_read_back_and_never_repeated() {
    let stage = Stage::set().await;
    let armed = stage.armed("PARCEL-1").await;
    stage
        .myq()
        .fail_next(Target::Command, Fault::status(500).after_motion(), 1)
        .unwrap();
    let answer = stage.ask_to_open(&armed, &key()).await;
    assert_eq!(answer.status.as_u16(), 202, "{}", answer.body);
    assert_eq!(answer.body["attention"], "outcome_unknown");
    let open = stage.until(armed.id, |view| view.state == GrantState::Open).await;
    assert_eq!(open.attention, None);
    assert_eq!(stage.myq().commands_received(&stage.door).unwrap(), 1);
    stage.closed_and_completed(armed.id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vendor_that_is_down_is_told_as_such_and_nothing_is_sent() {
    let stage = Stage::set().await;
    let armed = stage.armed("PARCEL-1").await;
    stage
        .myq()
        .fail_next(Target::Read, Fault::status(503), 20)
        .unwrap();
    let refused = stage.ask_to_open(&armed, &key()).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (503, "vendor_unavailable"),
        "{}",
        refused.body
    );
    stage.myq().clear_faults().unwrap();
    let locked = Fault {
        status: Some(429),
        retry_after: Some(120),
        ..Fault::default()
    };
    stage.myq().fail_next(Target::Read, locked, 20).unwrap();
    let busy = stage.ask_to_open(&armed, &key()).await;
    assert_eq!(
        (busy.status.as_u16(), busy.code()),
        (503, "vendor_busy"),
        "{}",
        busy.body
    );
    assert_eq!(busy.body["retry_after_s"], 120);
    assert_eq!(stage.myq().commands_received(&stage.door).unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ran_out_is_refreshed_on_the_way_and_the_door_opens() {
    let stage = Stage::set().await;
    let armed = stage.armed("PARCEL-1").await;
    stage.myq().expire_access_tokens(None).unwrap();
    let answer = stage.ask_to_open(&armed, &key()).await;
    assert_eq!(answer.status.as_u16(), 202, "{}", answer.body);
    stage.until(armed.id, |view| view.state == GrantState::Open).await;
    assert_eq!(stage.times_opened(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_the_vendor_ended_is_told_to_both_sides() {
    let stage = Stage::set().await;
    let armed = stage.armed("PARCEL-1").await;
    stage.myq().expire_access_tokens(None).unwrap();
    stage.myq().revoke_refresh_tokens(None).unwrap();
    let refused = stage.ask_to_open(&armed, &key()).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (409, "link_broken"),
        "{}",
        refused.body
    );
    let links = stage.customer.links().await.unwrap();
    assert_eq!(links[0].state, postern_contract::customer::LinkState::Broken);
    stage
        .until(armed.id, |view| view.state == GrantState::Revoked)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_that_meets_something_is_tried_once_more_and_then_a_person_is_told() {
    let mut config = config();
    config.limits.close_again_after = jiff::SignedDuration::from_millis(300);
    config.limits.close_settle = jiff::SignedDuration::from_secs(3);
    let stage = Stage::with(config).await;
    let open = stage.opened("PARCEL-1").await;
    stage.myq().obstruct_next_closes(&stage.door, 5).unwrap();
    stage
        .carrier
        .verb(open.id, "close", &key(), &driver())
        .await
        .unwrap();
    // The guardian tries once more; a try that the opener refuses unsent does not count.
    let stopped = |story: &[&str]| story.iter().filter(|name| **name == "close_stopped").count();
    let mut story = stage.story(open.id).await;
    while stopped(&story) < 2 {
        let known = story.len() as u64;
        stage.until(open.id, |view| view.log_length > known).await;
        story = stage.story(open.id).await;
    }
    let left = stage.carrier.delivery(open.id).await.unwrap();
    assert!(matches!(
        left.attention,
        Some(Attention::Obstructed | Attention::DoorLeftOpen)
    ));
    // No third, whoever asks.
    let third = stage
        .carrier
        .verb(open.id, "close", &key(), &driver())
        .await
        .unwrap();
    assert_eq!(
        (third.status.as_u16(), third.code()),
        (409, "close_not_allowed"),
        "{}",
        third.body
    );
    assert_eq!(third.body["bar"], "suspended_after_obstructions");
    // Somebody clears the way and closes by hand.
    stage.myq().obstruct_next_closes(&stage.door, 0).unwrap();
    stage
        .myq()
        .press_wall_button(&stage.door, Some(Direction::Close))
        .unwrap();
    let closed = stage
        .until(open.id, |view| view.state == GrantState::Closed)
        .await;
    assert_eq!(closed.attention, None);
}
