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
    let door = bench.door();
    let door = door.as_str();
    let opened = bench.open(door).await.unwrap();
    assert_eq!(
        (opened.disposition, opened.before.state),
        (Disposition::Sent, DoorState::Closed)
    );
    let ordered_at = bench.clock.now();
    // The cloud's 2xx comes before anything has moved: what it shows is still the door at rest.
    assert_eq!(bench.read(door).await.unwrap().state, DoorState::Closed);
    bench.pass(5);
    assert_eq!(bench.read(door).await.unwrap().state, DoorState::Opening);
    bench.pass(30);
    assert!(bench.read(door).await.unwrap().proves_open_after(ordered_at));

    let ordered_at = bench.clock.now();
    assert_eq!(bench.close(door).await.unwrap().disposition, Disposition::Sent);
    bench.pass(4);
    // The warning sounds; the vendor has no word for it.
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
async fn an_order_goes_to_the_door_that_it_names_and_to_none_beside_it() {
    let bench = Bench::linked().await;
    let workshop = bench.control().door_named("Workshop").unwrap();
    bench.open(workshop.as_str()).await.unwrap();
    bench.pass(60);
    for door in bench.list().await.unwrap() {
        let expected = if door.name.as_str() == "Workshop" {
            DoorState::Open
        } else {
            DoorState::Closed
        };
        assert_eq!(door.reading.state, expected, "{}", door.name.as_str());
    }
}

#[tokio::test]
async fn a_door_that_is_already_there_or_on_its_way_is_left_alone() {
    let bench = Bench::linked().await;
    let door = bench.door();
    let door = door.as_str();
    let closed = bench.close(door).await.unwrap();
    assert_eq!(closed.disposition, Disposition::AlreadyThere);
    bench.open(door).await.unwrap();
    bench.pass(5);
    let mut again = bench.open_input(door);
    again["expected"] = json!(["closed", "opening", "open"]);
    let moving = accepted(bench.call("door.open", again).await).unwrap();
    assert_eq!(moving.disposition, Disposition::AlreadyMoving);
    assert_eq!(bench.control().commands_received(&bench.main_door()).unwrap(), 1);
}

#[tokio::test]
async fn an_order_on_what_the_cloud_showed_too_long_is_taken_and_moves_nothing() {
    let bench = Bench::linked().await;
    let (door, serial) = (bench.door(), bench.main_door());
    // The cloud shows for minutes what was, and somebody has opened the door by the button on the wall.
    let stale = Duration::from_secs(240);
    bench.control().freeze_report(&serial, stale).unwrap();
    bench
        .control()
        .press_wall_button(&serial, Some(Direction::Open))
        .unwrap();
    bench.pass(60);
    let opened = bench.open(door.as_str()).await.unwrap();
    assert_eq!(
        (opened.disposition, opened.before.state),
        (Disposition::Sent, DoorState::Closed)
    );
    bench.pass(240);
    assert_eq!(bench.read(door.as_str()).await.unwrap().state, DoorState::Open);
    assert_eq!(
        bench.control().times_moved(&serial, Direction::Open).unwrap(),
        1,
        "by the button"
    );
}

#[tokio::test]
async fn an_order_is_refused_when_the_door_does_not_stand_as_expected() {
    let bench = Bench::linked().await;
    let (door, serial) = (bench.door(), bench.main_door());
    bench
        .control()
        .press_wall_button(&serial, Some(Direction::Open))
        .unwrap();
    bench.pass(6);
    // A movement that nobody here ordered is seen as any other, and gets no order on top.
    assert_eq!(bench.read(door.as_str()).await.unwrap().state, DoorState::Opening);
    let refused = bench.open(door.as_str()).await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.outcome),
        (AdapterErrorKind::Rejected, Outcome::NotExecuted)
    );
    bench.pass(60);
    let refused = bench.open(door.as_str()).await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.outcome),
        (AdapterErrorKind::Rejected, Outcome::NotExecuted)
    );
    assert_eq!(
        refused.reading.unwrap().state,
        DoorState::Open,
        "an open garage nobody expected is news"
    );
    assert_eq!(bench.control().commands_received(&serial).unwrap(), 0);
}

#[tokio::test]
async fn a_door_that_timed_out_on_its_way_counts_as_open_and_is_closed_only_when_expected() {
    let bench = Bench::linked().await;
    let (door, serial) = (bench.door(), bench.main_door());
    bench.control().stop_next_halfway(&serial, 1).unwrap();
    bench.open(door.as_str()).await.unwrap();
    bench.pass(60);
    let refused = bench.close(door.as_str()).await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.outcome),
        (AdapterErrorKind::Rejected, Outcome::NotExecuted)
    );
    assert_eq!(refused.reading.unwrap().state, DoorState::Stopped);
    bench.control().stop_next_halfway(&serial, 1).unwrap();
    let mut close = bench.close_input(door.as_str());
    close["expected"] = json!(["open", "stopped"]);
    let ordered_at = bench.clock.now();
    accepted(bench.call("door.close", close.clone()).await).unwrap();
    bench.pass(60);
    let seen = bench.read(door.as_str()).await.unwrap();
    assert_eq!(seen.state, DoorState::Stopped, "it never reached the floor");
    assert!(!seen.proves_closed_after(ordered_at));
    accepted(bench.call("door.close", close).await).unwrap();
    bench.pass(60);
    let seen = bench.read(door.as_str()).await.unwrap();
    assert!(seen.proves_closed_after(ordered_at));
}

#[tokio::test]
async fn a_door_that_is_not_connected_gets_no_order() {
    let bench = Bench::linked().await;
    let door = bench.door();
    bench.control().set_online(&bench.main_door(), false).unwrap();
    let refused = bench.open(door.as_str()).await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.outcome),
        (AdapterErrorKind::DoorOffline, Outcome::NotExecuted)
    );
    assert!(refused.reading.is_some());
    assert_eq!(bench.control().commands_received(&bench.main_door()).unwrap(), 0);
}

#[tokio::test]
async fn an_opener_that_was_reset_gets_no_order_until_somebody_has_moved_it() {
    let bench = Bench::linked().await;
    let (door, serial) = (bench.door(), bench.main_door());
    let reset = DoorPatch {
        position_unknown: Some(true),
        ..DoorPatch::default()
    };
    bench.control().patch_door(&serial, &reset).unwrap();
    let seen = bench.read(door.as_str()).await.unwrap();
    assert_eq!((seen.state, seen.online), (DoorState::Unknown, true));
    for order in ["door.open", "door.close"] {
        let mut input = bench.open_input(door.as_str());
        if order == "door.close" {
            input = bench.close_input(door.as_str());
        }
        input["expected"] = json!(["closed", "open", "stopped", "unknown"]);
        let refused = accepted(bench.call(order, input).await).unwrap_err();
        assert_eq!(
            (refused.kind, refused.outcome),
            (AdapterErrorKind::Rejected, Outcome::NotExecuted)
        );
    }
    assert_eq!(bench.control().commands_received(&serial).unwrap(), 0);
    for way in [Direction::Open, Direction::Close] {
        bench.control().press_wall_button(&serial, Some(way)).unwrap();
        bench.pass(30);
    }
    bench.open(door.as_str()).await.unwrap();
}

#[tokio::test]
async fn an_order_that_is_taken_and_moves_nothing_leaves_the_door_where_it_was_seen() {
    let bench = Bench::linked().await;
    let (door, serial) = (bench.door(), bench.main_door());
    let unnoticed = DoorPatch {
        online: Some(false),
        absence_noticed: Some(false),
        ..DoorPatch::default()
    };
    bench.control().patch_door(&serial, &unnoticed).unwrap();
    let opened = bench.open(door.as_str()).await.unwrap();
    assert_eq!(opened.disposition, Disposition::Sent);
    bench.pass(60);
    assert_eq!(bench.read(door.as_str()).await.unwrap().state, DoorState::Closed);
    assert_eq!(bench.control().times_moved(&serial, Direction::Open).unwrap(), 0);
}

#[tokio::test]
async fn a_reversed_close_is_never_seen_as_closed() {
    let bench = Bench::linked().await;
    let (door, serial) = (bench.door(), bench.main_door());
    bench.open(door.as_str()).await.unwrap();
    bench.pass(60);
    bench.control().obstruct_next_closes(&serial, 1).unwrap();
    bench.close(door.as_str()).await.unwrap();
    for _ in 0..60 {
        bench.pass(1);
        let seen = bench.read(door.as_str()).await.unwrap();
        assert!(
            matches!(
                seen.state,
                DoorState::Open | DoorState::Closing | DoorState::Opening
            ),
            "{seen:?}"
        );
    }
    assert_eq!(bench.read(door.as_str()).await.unwrap().state, DoorState::Open);
}

#[tokio::test]
async fn an_opener_in_vacation_mode_gets_no_order() {
    let bench = Bench::linked().await;
    let (door, serial) = (bench.door(), bench.main_door());
    bench.open(door.as_str()).await.unwrap();
    bench.pass(60);
    let away = DoorPatch {
        vacation_mode: Some(true),
        ..DoorPatch::default()
    };
    bench.control().patch_door(&serial, &away).unwrap();
    let refused = bench.close(door.as_str()).await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.outcome),
        (AdapterErrorKind::DoorLockedOut, Outcome::NotExecuted)
    );
    assert_eq!(refused.reading.unwrap().state, DoorState::Open);
    assert_eq!(bench.control().commands_received(&serial).unwrap(), 1, "the open");
}
