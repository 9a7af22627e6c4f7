//! On the way down: closed by the driver, by the guardian, by hand, and never a third time into an obstruction.

use postern_contract::{
    adapter::{AdapterErrorKind, Disposition},
    delivery::{Actor, Attention, Direction, GrantState, Progress, RevocationReason},
    door::{DoorKind, DoorState},
    event::DeliveryEvent,
    unattended::UnattendedCloseBar,
};

use super::{
    fixtures::{accepted, blocked, command, driver, not_executed, seconds, seen, stale, unknown},
    story::Story,
};
use crate::grant::{Command, Refusal};

fn close_by(name: &str) -> Command {
    Command::Close {
        command: command(60),
        driver: driver(name),
    }
}

/// Told to close, and stopped by an obstruction on the way.
fn stopped_once() -> Story {
    let mut story = Story::closing();
    story.accept();
    story.wait(12);
    let reading = blocked(DoorState::Open, story.now);
    let names = story.observe(reading);
    assert_eq!(names, ["close_stopped", "attention_raised"]);
    story
}

fn stopped_twice() -> Story {
    let mut story = stopped_once();
    story.wait(30);
    assert_eq!(
        story.see(DoorState::Open),
        ["attention_cleared", "attention_raised"]
    );
    assert_eq!(story.close_by_guardian(), ["close_requested"]);
    story.accept();
    story.wait(12);
    let reading = blocked(DoorState::Stopped, story.now);
    let names = story.observe(reading);
    assert_eq!(names, ["close_stopped", "attention_cleared", "attention_raised"]);
    story
}

#[test]
fn the_driver_closes_and_the_order_is_on_record_before_it_leaves() {
    let mut story = Story::open_door();
    let asked = close_by("driver-7");
    let events = story.ask(asked).unwrap();
    let expected = DeliveryEvent::CloseRequested {
        command: command(60),
        by: Actor::Carrier,
        try_number: 1,
        send_by: story.now + seconds(10),
    };
    assert_eq!(events, [expected]);
    let pending = story.grant.pending(Direction::Close).unwrap();
    assert_eq!(pending.progress, Progress::Requested);
    assert_eq!((story.grant.state, story.grant.closes), (GrantState::Closing, 1));
    assert_eq!(story.grant.last_close_at, Some(story.now));
}

#[test]
fn only_the_driver_inside_closes_and_only_a_door_that_was_opened() {
    assert_eq!(
        Story::open_door().refuses(close_by("driver-8")),
        Refusal::WrongDriver
    );
    assert_eq!(
        Story::opening().refuses(close_by("driver-7")),
        Refusal::DoorMoving
    );
    for mut story in [Story::booked(), Story::armed(), Story::not_opened()] {
        assert_eq!(story.refuses(close_by("driver-7")), Refusal::DoorNeverOpened);
    }
}

#[test]
fn closing_again_while_it_closes_or_is_closed_does_nothing() {
    assert_eq!(Story::closing().does(close_by("driver-7")), [""; 0]);
    assert_eq!(Story::closed().does(close_by("driver-7")), [""; 0]);
}

#[test]
fn the_guardian_closes_a_door_that_is_open_and_no_other() {
    let mut story = Story::open_door();
    assert_eq!(story.close_by_guardian(), ["close_requested"]);
    let by = |story: &Story| match story.log.last().unwrap().event {
        DeliveryEvent::CloseRequested { by, .. } => by,
        ref other => panic!("{other:?}"),
    };
    assert_eq!(by(&story), Actor::Guardian);
    let mut story = Story::open_door();
    let reason = RevocationReason::Disabled;
    story.does(Command::Revoke { reason });
    story.close_by_guardian();
    assert_eq!(by(&story), Actor::Household);
    for mut story in [
        Story::booked(),
        Story::armed(),
        Story::opening(),
        Story::closing(),
        Story::closed(),
    ] {
        assert_eq!(story.close_by_guardian(), [""; 0]);
    }
}

#[test]
fn a_door_seen_closed_after_the_order_is_closed_and_nothing_else_counts() {
    let mut story = Story::closing();
    story.accept();
    let ordered_at = story.now;
    story.wait(15);
    for reading in [
        seen(DoorState::Closed, ordered_at),
        stale(DoorState::Closed, story.now),
        blocked(DoorState::Closed, story.now),
        postern_contract::door::DoorReading {
            online: false,
            ..seen(DoorState::Closed, story.now)
        },
        seen(DoorState::Warning, story.now),
        seen(DoorState::Closing, story.now),
        seen(DoorState::Unknown, story.now),
    ] {
        assert_eq!(story.observe(reading.clone()), [""; 0], "{reading:?}");
    }
    let events = story.ask(Command::Observe {
        reading: seen(DoorState::Closed, story.now),
    });
    assert!(matches!(
        events.unwrap()[..],
        [DeliveryEvent::Closed { ordered: true, .. }]
    ));
    assert_eq!(story.grant.closed_at, Some(story.now));
    assert_eq!(
        (story.grant.state, &story.grant.command),
        (GrantState::Closed, &None)
    );
}

#[test]
fn a_door_closed_by_hand_is_closed_and_was_not_ordered() {
    let mut story = Story::open_door();
    let opened = story.now;
    assert_eq!(story.observe(seen(DoorState::Closed, opened)), [""; 0]);
    story.wait(30);
    assert_eq!(story.see(DoorState::Open), [""; 0]);
    assert_eq!(story.see(DoorState::Closed), ["closed"]);
    let last = &story.log.last().unwrap().event;
    assert!(matches!(last, DeliveryEvent::Closed { ordered: false, .. }));
}

#[test]
fn a_door_found_closed_when_the_order_came_is_closed_by_the_evidence_after_its_opening() {
    let mut story = Story::closing();
    let before = seen(DoorState::Closed, story.now - seconds(20));
    let found = accepted(Disposition::AlreadyThere, before);
    assert_eq!(story.settle(found), ["closed"]);
}

#[test]
fn a_vendor_that_remembers_the_door_closed_from_before_the_opening_closes_nothing() {
    let mut story = Story::closing();
    let before = seen(DoorState::Closed, story.now - seconds(600));
    let found = accepted(Disposition::AlreadyThere, before);
    assert_eq!(story.settle(found), ["close_accepted"]);
    assert_eq!(story.grant.state, GrantState::Closing);
}

#[test]
fn a_close_that_a_blocked_door_reverses_counts_and_a_person_is_told() {
    let story = stopped_once();
    assert_eq!(
        (story.grant.state, story.grant.stopped_closes),
        (GrantState::Open, 1)
    );
    assert_eq!(story.grant.attention, Some(Attention::Obstructed));
    assert_eq!(story.grant.command, None);
}

#[test]
fn a_close_that_never_comes_to_its_end_counts_as_stopped() {
    for state in [
        DoorState::Closing,
        DoorState::Unknown,
        DoorState::Open,
        DoorState::Warning,
    ] {
        let mut story = Story::closing();
        story.accept();
        story.wait(90);
        assert_eq!(story.see(state), [""; 0]);
        story.wait(1);
        assert_eq!(story.see(state), ["close_stopped", "attention_raised"]);
        assert_eq!(story.grant.attention, Some(Attention::DoorLeftOpen));
    }
}

#[test]
fn after_two_stopped_closes_nobody_here_closes_the_door_again() {
    let mut story = stopped_twice();
    let bar = UnattendedCloseBar::SuspendedAfterObstructions;
    assert_eq!(
        story.refuses(close_by("driver-7")),
        Refusal::CloseNotAllowed { bar }
    );
    assert_eq!(story.close_by_guardian(), [""; 0]);
    assert_eq!(story.grant.attention, Some(Attention::Obstructed));
    // A person clears the way and closes it.
    story.wait(600);
    assert_eq!(story.see(DoorState::Closed), ["closed", "attention_cleared"]);
}

#[test]
fn the_second_try_is_numbered_two_and_a_new_opening_starts_to_count_anew() {
    let mut story = stopped_twice();
    let tries = |story: &Story| {
        let numbers = story.log.iter().filter_map(|entry| match entry.event {
            DeliveryEvent::CloseRequested { try_number, .. } => Some(try_number),
            _ => None,
        });
        numbers.collect::<Vec<_>>()
    };
    assert_eq!(tries(&story), [1, 2]);
    story.wait(10);
    story.see(DoorState::Closed);
    let driver = driver("driver-7");
    story.does(Command::Reissue { driver });
    story.open();
    story.wait(10);
    story.see(DoorState::Open);
    story.close();
    assert_eq!(tries(&story), [1, 2, 1]);
}

#[test]
fn when_the_rules_forbid_the_close_a_person_is_told_once() {
    let mut story = Story::open_door();
    story.grant.door.kind = DoorKind::OnePiece;
    let bar = UnattendedCloseBar::NotSectional;
    assert_eq!(
        story.refuses(close_by("driver-7")),
        Refusal::CloseNotAllowed { bar }
    );
    assert_eq!(story.close_by_guardian(), ["attention_raised"]);
    assert_eq!(story.grant.attention, Some(Attention::DoorLeftOpen));
    assert_eq!(story.close_by_guardian(), [""; 0]);
}

#[test]
fn a_close_that_was_not_carried_out_tells_what_needs_a_person_and_is_not_counted() {
    use AdapterErrorKind as Kind;
    for (kind, attention) in [
        (Kind::DoorObstructed, Attention::Obstructed),
        (Kind::DoorOffline, Attention::DoorUnreachable),
        (Kind::VendorUnavailable, Attention::DoorUnreachable),
        (Kind::RateLimited, Attention::DoorUnreachable),
        (Kind::TimedOut, Attention::DoorUnreachable),
        (Kind::CredentialsExpired, Attention::DoorUnreachable),
        (Kind::LinkRevoked, Attention::DoorUnreachable),
        (Kind::DoorNotFound, Attention::DoorLeftOpen),
        (Kind::DoorLockedOut, Attention::DoorLeftOpen),
        (Kind::Unsupported, Attention::DoorLeftOpen),
        (Kind::Rejected, Attention::DoorLeftOpen),
        (Kind::InvalidRequest, Attention::DoorLeftOpen),
        (Kind::Internal, Attention::DoorLeftOpen),
    ] {
        let mut story = Story::closing();
        let names = story.settle(not_executed(kind));
        assert_eq!(names, ["close_not_executed", "attention_raised"]);
        assert_eq!(story.grant.attention, Some(attention), "{kind:?}");
        assert_eq!(
            (story.grant.state, story.grant.stopped_closes),
            (GrantState::Open, 0)
        );
        assert_eq!(story.close(), ["close_requested"]);
    }
}

#[test]
fn a_close_of_unknown_outcome_is_watched_and_not_repeated() {
    let mut story = Story::closing();
    assert_eq!(story.settle(unknown()), ["close_unknown", "attention_raised"]);
    assert_eq!(story.grant.attention, Some(Attention::OutcomeUnknown));
    assert_eq!((story.close(), story.close_by_guardian()), (vec![], vec![]));
    // A reading from before the order shows nothing; one from after it does.
    assert_eq!(
        story.observe(seen(DoorState::Closed, story.now - seconds(1))),
        [""; 0]
    );
    story.wait(20);
    assert_eq!(story.see(DoorState::Closed), ["closed", "attention_cleared"]);
    assert_eq!(story.grant.attention, None);
}

#[test]
fn once_the_way_is_clear_the_obstruction_is_no_longer_told_but_the_open_door_is() {
    let mut story = stopped_once();
    story.wait(5);
    let still_blocked = blocked(DoorState::Open, story.now);
    assert_eq!(story.observe(still_blocked), [""; 0]);
    story.wait(5);
    assert_eq!(
        story.see(DoorState::Open),
        ["attention_cleared", "attention_raised"]
    );
    assert_eq!(story.grant.attention, Some(Attention::DoorLeftOpen));
    assert_eq!(story.see(DoorState::Open), [""; 0]);
}
