//! A door that seems at rest and is looked at all the same.

use postern_contract::{
    adapter::AdapterErrorKind,
    delivery::{Attention, GrantState},
    door::{DoorReading, DoorState},
};

use super::{
    fixtures::{seconds, seen, stale},
    story::Story,
};
use crate::grant::{Chore, Command, Refusal, chore};

const COMPLETE: Command = Command::Complete {
    dropped: None,
    taken: None,
    proof: None,
};

/// Two orders to open: the first seemed to do nothing, the second was followed by an open door, and the driver closed it.
fn closed_after_two_orders() -> Story {
    let mut story = Story::not_opened();
    story.wait(30);
    assert_eq!(story.open(), ["open_requested"]);
    story.accept();
    story.wait(10);
    assert_eq!(story.see(DoorState::Open), ["opened"]);
    story.wait(60);
    assert_eq!(story.close(), ["close_requested"]);
    story.accept();
    story.wait(20);
    assert_eq!(story.see(DoorState::Closed), ["closed"]);
    story
}

#[test]
fn of_two_orders_either_may_have_opened_the_door_so_the_other_is_watched_for_after_it_was_closed() {
    let mut story = closed_after_two_orders();
    assert!(story.grant.door_in_use());
    assert_eq!(story.refuses(COMPLETE), Refusal::DoorInUse);
    assert_eq!(
        chore(&story.grant, story.now, &story.limits).unwrap().1,
        Chore::ReadDoor
    );
    let mut late = story.clone();
    late.wait(30);
    assert_eq!(late.see(DoorState::Open), ["opened", "attention_raised"]);
    assert_eq!(late.grant.state, GrantState::Open);
    assert_eq!(late.grant.attention, Some(Attention::DoorLeftOpen));
    assert_eq!(late.close_by_guardian(), ["close_requested"]);
    story.wait(600);
    assert_eq!(story.see(DoorState::Closed), ["still_closed"]);
    assert!(!story.grant.door_in_use());
    assert_eq!(story.does(COMPLETE), ["completed"]);
}

#[test]
fn an_order_sent_while_another_is_watched_for_is_watched_for_during_its_own_time() {
    let mut story = Story::not_opened();
    let first = story.grant.watch_until.unwrap();
    story.now = first - seconds(60);
    story.open();
    story.accept();
    story.wait(10);
    assert_eq!(story.see(DoorState::Open), ["opened"]);
    story.wait(20);
    story.close();
    story.accept();
    story.wait(20);
    assert_eq!(story.see(DoorState::Closed), ["closed"]);
    story.now = first + seconds(120);
    assert_eq!(story.see(DoorState::Closed), ["still_closed"]);
    assert!(story.grant.door_in_use());
    story.wait(10);
    assert_eq!(story.see(DoorState::Open), ["opened", "attention_raised"]);
}

#[test]
fn of_two_orders_given_up_one_comes_late_and_the_other_is_watched_for_still() {
    let mut story = Story::not_opened();
    let mut alone = story.clone();
    assert_eq!(alone.see(DoorState::Open), ["opened"]);
    assert!(!alone.grant.watched());
    story.open();
    story.accept();
    story.wait(91);
    assert!(story.see(DoorState::Closed).contains(&"not_opened"));
    let until = story.grant.watch_until;
    story.wait(10);
    assert_eq!(story.see(DoorState::Open), ["opened"]);
    assert_eq!(story.grant.watch_until, until);
}

#[test]
fn a_watch_that_nothing_could_be_seen_of_does_not_end_by_itself_and_a_person_is_told() {
    for mut story in [Story::not_opened(), closed_after_two_orders()] {
        story.now = story.grant.watch_until.unwrap() + seconds(59);
        assert_eq!(story.does(Command::CannotSee), [""; 0]);
        story.wait(1);
        assert_eq!(story.does(Command::CannotSee), ["attention_raised"]);
        assert_eq!(story.grant.attention, Some(Attention::DoorUnreachable));
        assert_eq!(story.observe(stale(DoorState::Closed, story.now)), [""; 0]);
        assert!(story.grant.door_in_use());
        assert_eq!(
            story.see(DoorState::Closed),
            ["still_closed", "attention_cleared"]
        );
        assert!(!story.grant.door_in_use());
    }
}

#[test]
fn a_minute_after_closing_the_door_is_looked_at_once_more_and_then_no_more() {
    let mut story = Story::closed();
    story.wait(59);
    assert_eq!(story.see(DoorState::Closed), [""; 0]);
    story.wait(1);
    assert_eq!(story.see(DoorState::Closed), ["still_closed"]);
    assert_eq!(story.see(DoorState::Closed), [""; 0]);
    assert_eq!(
        chore(&story.grant, story.now, &story.limits).unwrap().1,
        Chore::Complete
    );
}

#[test]
fn a_closed_that_the_sensor_takes_back_is_not_believed_any_longer_and_the_door_is_closed_again() {
    let mut story = Story::closed();
    let opened_at = story.now - seconds(60);
    story.wait(60);
    let reading = DoorReading {
        changed_at: Some(opened_at),
        ..seen(DoorState::Open, story.now)
    };
    assert_eq!(story.observe(reading), ["opened", "attention_raised"]);
    assert_eq!(story.refuses(COMPLETE), Refusal::DoorNotClosed);
    story.wait(30);
    assert_eq!(story.close_by_guardian(), ["close_requested"]);
    story.accept();
    story.wait(20);
    assert_eq!(story.see(DoorState::Closed), ["closed", "attention_cleared"]);
    assert_eq!(story.does(COMPLETE), ["completed"]);
}

#[test]
fn a_closed_door_that_somebody_opened_since_is_told_and_not_touched() {
    let mut story = Story::closed();
    story.wait(60);
    let reading = DoorReading {
        changed_at: Some(story.now - seconds(5)),
        ..seen(DoorState::Open, story.now)
    };
    assert_eq!(story.observe(reading), ["moved_unordered"]);
    assert_eq!(story.close_by_guardian(), [""; 0]);
    story.wait(5);
    assert_eq!(story.see(DoorState::Closed), ["still_closed"]);
    assert_eq!(story.does(COMPLETE), ["completed"]);
}

#[test]
fn an_older_reading_that_comes_after_the_door_was_seen_closed_changes_nothing() {
    let mut story = Story::closed();
    for age in [0, 1, 30] {
        let reading = seen(DoorState::Open, story.now - seconds(age));
        assert_eq!(story.observe(reading), [""; 0]);
    }
}

#[test]
fn something_in_the_way_holds_the_guardian_back_until_it_is_gone() {
    let mut story = Story::open_door();
    story.wait(300);
    let reading = super::fixtures::blocked(DoorState::Open, story.now);
    assert_eq!(story.observe(reading.clone()), ["attention_raised"]);
    assert_eq!(story.grant.attention, Some(Attention::Obstructed));
    assert_eq!(story.observe(reading), [""; 0]);
    assert_eq!(story.close_by_guardian(), [""; 0]);
    story.wait(10);
    assert_eq!(story.see(DoorState::Open), ["attention_cleared"]);
    assert_eq!(story.close_by_guardian(), ["close_requested"]);
    let refused = super::fixtures::not_executed(AdapterErrorKind::DoorObstructed);
    assert_eq!(story.settle(refused), ["close_not_executed", "attention_raised"]);
}
