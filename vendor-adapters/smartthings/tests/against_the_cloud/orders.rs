//! Opening and closing, and everything that is refused before it is sent.

use postern_contract::adapter::{AdapterErrorKind, Disposition, Outcome};
use postern_contract::door::DoorState;
use postern_vendor_clouds::Direction;
use postern_vendor_clouds::config::CommandAnswer;
use serde_json::json;

use crate::harness::{Bench, accepted};

#[tokio::test]
async fn a_delivery_opens_a_door_of_every_layout_and_closes_it_with_one_command_each() {
    for name in ["Main door", "Second bay", "Workshop"] {
        let bench = Bench::linked().await;
        let door = bench.named(name);
        let opened = bench.open(&door).await.unwrap();
        assert_eq!(
            (opened.disposition, opened.before.state),
            (Disposition::Sent, DoorState::Closed)
        );
        let ordered_at = bench.clock.now();
        // Accepted is on its way to the hub: what is shown is still the door at rest.
        assert_eq!(bench.read(&door).await.unwrap().state, DoorState::Closed);
        bench.pass(5);
        assert_eq!(bench.read(&door).await.unwrap().state, DoorState::Opening);
        bench.pass(30);
        assert!(bench.read(&door).await.unwrap().proves_open_after(ordered_at));
        let ordered_at = bench.clock.now();
        assert_eq!(bench.close(&door).await.unwrap().disposition, Disposition::Sent);
        bench.pass(4);
        // The warning sounds; the vendor has no word for it.
        assert_eq!(bench.read(&door).await.unwrap().state, DoorState::Open);
        bench.pass(6);
        assert_eq!(bench.read(&door).await.unwrap().state, DoorState::Closing);
        bench.pass(60);
        assert!(bench.read(&door).await.unwrap().proves_closed_after(ordered_at));
        let serial = bench.control().door_named(name).unwrap();
        assert_eq!(bench.control().commands_received(&serial).unwrap(), 2);
        for way in [Direction::Open, Direction::Close] {
            assert_eq!(bench.control().times_moved(&serial, way).unwrap(), 1, "{name}");
        }
        let others = ["Main door", "Second bay", "Workshop", "Microwave"];
        for other in others.into_iter().filter(|other| *other != name) {
            let serial = bench.control().door_named(other).unwrap();
            assert_eq!(bench.control().commands_received(&serial).unwrap(), 0, "{other}");
        }
    }
}

#[tokio::test]
async fn accepted_and_completed_are_both_no_more_than_sent_and_failed_is_unknown() {
    for (answer, disposition) in [
        (CommandAnswer::Accepted, Some(Disposition::Sent)),
        (CommandAnswer::Completed, Some(Disposition::Sent)),
        (CommandAnswer::Failed, None),
    ] {
        let bench = Bench::linked().await;
        bench.set(|settings| settings.command_answer = answer);
        match (bench.open(&bench.door()).await, disposition) {
            (Ok(opened), Some(disposition)) => assert_eq!(opened.disposition, disposition),
            (Err(failed), None) => assert_eq!(
                (failed.kind, failed.outcome),
                (AdapterErrorKind::Rejected, Outcome::Unknown)
            ),
            (other, _) => panic!("{answer:?}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_movement_that_a_driver_made_up_is_no_end_of_one() {
    let bench = Bench::linked().await;
    let door = bench.door();
    bench.set(|settings| settings.optimistic_transitions = true);
    bench.control().set_stuck(&bench.main_door(), true).unwrap();
    let ordered_at = bench.clock.now();
    bench.open(&door).await.unwrap();
    bench.pass(1);
    let seen = bench.read(&door).await.unwrap();
    assert_eq!(seen.state, DoorState::Opening);
    assert!(!seen.proves_open_after(ordered_at));
    bench.pass(30);
    assert_eq!(bench.read(&door).await.unwrap().state, DoorState::Unknown);
}

#[tokio::test]
async fn a_door_that_is_already_there_or_on_its_way_is_left_alone() {
    let bench = Bench::linked().await;
    let door = bench.door();
    let closed = bench.close(&door).await.unwrap();
    assert_eq!(closed.disposition, Disposition::AlreadyThere);
    bench.open(&door).await.unwrap();
    bench.pass(5);
    let mut again = bench.open_input(&door);
    again["expected"] = json!(["closed", "opening", "open"]);
    let moving = accepted(bench.call("door.open", again).await).unwrap();
    assert_eq!(moving.disposition, Disposition::AlreadyMoving);
    assert_eq!(bench.control().commands_received(&bench.main_door()).unwrap(), 1);
}

#[tokio::test]
async fn an_order_is_refused_when_the_door_does_not_stand_as_expected() {
    let bench = Bench::linked().await;
    let (door, serial) = (bench.door(), bench.main_door());
    bench
        .control()
        .press_wall_button(&serial, Some(Direction::Open))
        .unwrap();
    bench.pass(60);
    let refused = bench.open(&door).await.unwrap_err();
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
async fn a_door_that_stopped_on_its_way_or_was_reset_gets_no_order() {
    let bench = Bench::linked().await;
    let (door, serial) = (bench.door(), bench.main_door());
    bench.control().stop_next_halfway(&serial, 1).unwrap();
    bench.open(&door).await.unwrap();
    bench.pass(60);
    assert_eq!(
        bench.read(&door).await.unwrap().state,
        DoorState::Unknown,
        "there is no word for it"
    );
    let mut close = bench.close_input(&door);
    close["expected"] = json!(["open", "stopped", "unknown"]);
    let refused = accepted(bench.call("door.close", close).await).unwrap_err();
    assert_eq!(refused.outcome, Outcome::NotExecuted);
    let bench = Bench::linked().await;
    bench.patch("Main door", |patch| patch.position_unknown = Some(true));
    let mut open = bench.open_input(&door);
    open["expected"] = json!(["closed", "open", "unknown"]);
    let refused = accepted(bench.call("door.open", open).await).unwrap_err();
    assert_eq!(
        (refused.kind, refused.outcome),
        (AdapterErrorKind::Rejected, Outcome::NotExecuted)
    );
}

#[tokio::test]
async fn a_door_that_is_away_gets_no_order_and_a_conflict_after_all_is_unknown() {
    let bench = Bench::linked().await;
    let (door, serial) = (bench.door(), bench.main_door());
    bench.control().set_online(&serial, false).unwrap();
    let refused = bench.open(&door).await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.outcome),
        (AdapterErrorKind::DoorOffline, Outcome::NotExecuted)
    );
    assert!(refused.reading.is_some());
    assert_eq!(bench.control().commands_received(&serial).unwrap(), 0);
    // Without health the absence shows only in the answer.
    bench.set(|settings| settings.without_health = true);
    let refused = bench.open(&door).await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.outcome),
        (AdapterErrorKind::DoorOffline, Outcome::Unknown)
    );
    assert_eq!(bench.control().commands_received(&serial).unwrap(), 1);
}

#[tokio::test]
async fn a_reversed_close_is_never_seen_as_closed() {
    let bench = Bench::linked().await;
    let (door, serial) = (bench.door(), bench.main_door());
    bench.open(&door).await.unwrap();
    bench.pass(60);
    bench.control().obstruct_next_closes(&serial, 1).unwrap();
    bench.close(&door).await.unwrap();
    for _ in 0..60 {
        bench.pass(1);
        let seen = bench.read(&door).await.unwrap();
        assert_ne!(seen.state, DoorState::Closed, "{seen:?}");
    }
    assert_eq!(bench.read(&door).await.unwrap().state, DoorState::Open);
}
