//! Opening and closing, and everything that is refused before it is sent.

use std::time::Duration;

use postern_contract::adapter::{AdapterErrorKind, Disposition, Outcome};
use postern_contract::door::DoorState;
use postern_vendor_clouds::Direction;
use postern_vendor_clouds::control::DoorPatch;
use serde_json::json;

use crate::harness::{Bench, accepted};

#[tokio::test]
async fn a_delivery_opens_the_door_and_closes_it_with_one_command_each() {
    let bench = Bench::linked().await;
    let door = bench.only_door().await.door;
    let door = door.as_str();
    let opened = bench.open(door).await.unwrap();
    assert_eq!(
        (opened.disposition, opened.before.state),
        (Disposition::Sent, DoorState::Closed)
    );
    let ordered_at = bench.clock.now();
    // The cloud's 2xx comes before anything has moved: what it shows is still the door at rest.
    let seen = bench.read(door).await.unwrap();
    assert_eq!(seen.state, DoorState::Closed);
    assert!(!seen.proves_open_after(ordered_at));
    bench.pass(5);
    assert_eq!(bench.read(door).await.unwrap().state, DoorState::Opening);
    bench.pass(30);
    assert!(bench.read(door).await.unwrap().proves_open_after(ordered_at));

    let ordered_at = bench.clock.now();
    assert_eq!(bench.close(door).await.unwrap().disposition, Disposition::Sent);
    bench.pass(4);
    // The warning sounds; myQ has no word for it.
    assert_eq!(bench.read(door).await.unwrap().state, DoorState::Open);
    bench.pass(6);
    assert_eq!(bench.read(door).await.unwrap().state, DoorState::Closing);
    bench.pass(60);
    assert!(bench.read(door).await.unwrap().proves_closed_after(ordered_at));

    let serial = bench.main_door();
    assert_eq!(bench.control().commands_received(&serial).unwrap(), 2);
    for way in [Direction::Open, Direction::Close] {
        assert_eq!(bench.control().times_moved(&serial, way).unwrap(), 1);
    }
}

#[tokio::test]
async fn every_success_status_of_the_cloud_is_an_acceptance() {
    for status in [200, 202, 204] {
        let bench = Bench::linked().await;
        let door = bench.only_door().await.door;
        let mut settings = bench.control().settings().unwrap();
        settings.command_status = status;
        bench.control().set_settings(settings).unwrap();
        assert_eq!(
            bench.open(door.as_str()).await.unwrap().disposition,
            Disposition::Sent
        );
    }
}

#[tokio::test]
async fn a_door_that_is_already_there_or_on_its_way_is_left_alone() {
    let bench = Bench::linked().await;
    let door = bench.only_door().await.door;
    let door = door.as_str();
    assert_eq!(
        bench.close(door).await.unwrap().disposition,
        Disposition::AlreadyThere
    );
    bench.open(door).await.unwrap();
    bench.pass(5);
    let mut again = bench.open_input(door);
    again["expected"] = json!(["closed", "opening", "open"]);
    let moving = accepted(bench.call("door.open", again.clone()).await).unwrap();
    assert_eq!(moving.disposition, Disposition::AlreadyMoving);
    bench.pass(30);
    let there = accepted(bench.call("door.open", again).await).unwrap();
    assert_eq!(there.disposition, Disposition::AlreadyThere);
    bench.close(door).await.unwrap();
    bench.pass(10);
    assert_eq!(
        bench.close(door).await.unwrap().disposition,
        Disposition::AlreadyMoving
    );
    assert_eq!(bench.control().commands_received(&bench.main_door()).unwrap(), 2);
}

#[tokio::test]
async fn an_order_is_refused_when_the_door_does_not_stand_as_expected() {
    let bench = Bench::linked().await;
    let door = bench.only_door().await.door;
    let door = door.as_str();
    bench
        .control()
        .press_wall_button(&bench.main_door(), Some(Direction::Open))
        .unwrap();
    bench.pass(6);
    let refused = bench.close(door).await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.outcome),
        (AdapterErrorKind::Rejected, Outcome::NotExecuted)
    );
    assert_eq!(refused.reading.unwrap().state, DoorState::Opening);
    bench.pass(60);
    let refused = bench.open(door).await.unwrap_err();
    assert_eq!(refused.kind, AdapterErrorKind::Rejected);
    assert_eq!(
        refused.reading.unwrap().state,
        DoorState::Open,
        "an open garage nobody expected is news"
    );
    assert_eq!(bench.control().commands_received(&bench.main_door()).unwrap(), 0);
}

#[tokio::test]
async fn a_door_stopped_half_way_is_closed_only_by_an_order_that_expects_it() {
    let bench = Bench::linked().await;
    let (door, serial) = (bench.only_door().await.door, bench.main_door());
    bench.control().stop_next_halfway(&serial, 1).unwrap();
    bench.open(door.as_str()).await.unwrap();
    bench.pass(60);
    let refused = bench.close(door.as_str()).await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.outcome),
        (AdapterErrorKind::Rejected, Outcome::NotExecuted)
    );
    assert_eq!(refused.reading.unwrap().state, DoorState::Stopped);
    assert_eq!(bench.control().commands_received(&serial).unwrap(), 1);
    let mut close = bench.close_input(door.as_str());
    close["expected"] = json!(["open", "stopped"]);
    let ordered_at = bench.clock.now();
    let sent = accepted(bench.call("door.close", close).await).unwrap();
    assert_eq!(
        (sent.disposition, sent.before.state),
        (Disposition::Sent, DoorState::Stopped)
    );
    bench.pass(60);
    assert!(
        bench
            .read(door.as_str())
            .await
            .unwrap()
            .proves_closed_after(ordered_at)
    );
}

#[tokio::test]
async fn an_offline_door_keeps_its_last_state_and_gets_no_order() {
    let bench = Bench::linked().await;
    let door = bench.only_door().await.door;
    bench.control().set_online(&bench.main_door(), false).unwrap();
    let seen = bench.read(door.as_str()).await.unwrap();
    assert_eq!(
        (seen.state, seen.online, seen.stale),
        (DoorState::Closed, false, true)
    );
    assert_eq!(seen.shown_state(), DoorState::Unknown);
    let refused = bench.open(door.as_str()).await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.outcome),
        (AdapterErrorKind::DoorOffline, Outcome::NotExecuted)
    );
    assert!(refused.reading.is_some());
    assert_eq!(bench.control().commands_received(&bench.main_door()).unwrap(), 0);
}

#[tokio::test]
async fn an_absence_that_the_cloud_has_not_noticed_shows_in_the_answer_to_the_command() {
    let bench = Bench::linked().await;
    let door = bench.only_door().await.door;
    let gone = DoorPatch {
        online: Some(false),
        absence_noticed: Some(false),
        ..DoorPatch::default()
    };
    bench.control().patch_door(&bench.main_door(), &gone).unwrap();
    let refused = bench.open(door.as_str()).await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.outcome),
        (AdapterErrorKind::DoorOffline, Outcome::Unknown)
    );
    assert!(
        refused.reading.is_some_and(|seen| seen.online),
        "that is what the cloud said"
    );
    assert_eq!(bench.control().commands_received(&bench.main_door()).unwrap(), 1);
}

#[tokio::test]
async fn a_door_that_the_cloud_has_not_heard_for_long_is_stale_whatever_online_says() {
    let bench = Bench::linked().await;
    let door = bench.only_door().await.door;
    bench
        .control()
        .freeze_report(&bench.main_door(), Duration::from_secs(3600))
        .unwrap();
    bench.pass(800);
    assert!(!bench.read(door.as_str()).await.unwrap().stale);
    bench.pass(200);
    let seen = bench.read(door.as_str()).await.unwrap();
    assert!(seen.online && seen.stale);
    let refused = bench.open(door.as_str()).await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.outcome),
        (AdapterErrorKind::Rejected, Outcome::NotExecuted)
    );
    assert_eq!(bench.control().commands_received(&bench.main_door()).unwrap(), 0);
}

#[tokio::test]
async fn a_reversed_close_is_seen_as_an_obstruction_and_two_of_them_lock_the_door_out() {
    let bench = Bench::linked().await;
    let (door, serial) = (bench.only_door().await.door, bench.main_door());
    let door = door.as_str();
    bench.open(door).await.unwrap();
    bench.pass(60);
    bench.control().obstruct_next_closes(&serial, 2).unwrap();
    for _ in 0..2 {
        bench.close(door).await.unwrap();
        let mut obstructed = false;
        for _ in 0..40 {
            bench.pass(1);
            let seen = bench.read(door).await.unwrap();
            if seen.obstructed == Some(true) {
                assert_eq!(seen.state, DoorState::Opening);
                obstructed = true;
            }
        }
        assert!(obstructed, "the reversal was never seen");
        bench.pass(30);
    }
    let refused = bench.close(door).await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.outcome),
        (AdapterErrorKind::DoorLockedOut, Outcome::NotExecuted)
    );
    assert_eq!(
        bench.control().commands_received(&serial).unwrap(),
        3,
        "one open and two closes, no third"
    );
}

#[tokio::test]
async fn an_opener_that_forbids_it_is_not_even_asked() {
    let bench = Bench::linked().await;
    let door = bench.only_door().await.door;
    bench
        .control()
        .set_unattended_open_allowed(&bench.main_door(), false)
        .unwrap();
    let refused = bench.open(door.as_str()).await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.outcome),
        (AdapterErrorKind::DoorLockedOut, Outcome::NotExecuted)
    );
    assert_eq!(refused.reading.unwrap().state, DoorState::Closed);
    assert_eq!(bench.control().commands_received(&bench.main_door()).unwrap(), 0);
}
