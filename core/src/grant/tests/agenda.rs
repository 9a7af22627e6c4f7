//! The guardian's agenda: each chore is due at its time, and once done it is not due again.

use postern_contract::{
    adapter::AdapterErrorKind,
    delivery::{GrantState, RevocationReason},
    door::DoorState,
};

use super::{
    fixtures::{ENDS, MIDNIGHT, STARTS, at, blocked, driver, not_executed, seconds, seen, unknown},
    story::Story,
};
use crate::grant::{Chore, Command, chore, due_at, next_look};

fn next(story: &Story) -> Option<(i64, Chore)> {
    let (due, what) = chore(&story.grant, story.now, &story.limits)?;
    assert_eq!(due_at(&story.grant, story.now, &story.limits), Some(due));
    Some((due.duration_since(story.now).as_secs(), what))
}

/// In how many seconds the guardian looks again.
fn again(story: &Story) -> Option<i64> {
    let at = next_look(&story.grant, story.now, &story.limits)?;
    Some(at.duration_since(story.now).as_secs())
}

fn revoke(story: &mut Story) {
    let reason = RevocationReason::Disabled;
    story.does(Command::Revoke { reason });
}

#[test]
fn a_booked_delivery_expires_and_a_dispatched_one_is_armed_on_its_day() {
    let mut story = Story::booked();
    let chore_of = |story: &Story| chore(&story.grant, story.now, &story.limits);
    assert_eq!(chore_of(&story), Some((at(ENDS), Chore::Expire)));
    story.does(Command::Dispatch { driver: None });
    assert_eq!(chore_of(&story), Some((at(MIDNIGHT), Chore::Arm)));
    let mut missed = story.clone();
    missed.now = at(ENDS);
    assert_eq!(chore_of(&missed), Some((at(ENDS), Chore::Expire)));
    story.now = at(MIDNIGHT);
    let reading = seen(DoorState::Closed, story.now);
    assert_eq!(story.perform(Chore::Arm, reading), ["armed"]);
    assert_eq!(chore_of(&story), Some((at(ENDS), Chore::Expire)));
    assert_eq!(next_look(&story.grant, at(STARTS), &story.limits), Some(at(ENDS)));
}

#[test]
fn an_order_on_record_lapses_unless_its_outcome_is_known_and_then_the_door_is_read() {
    for mut story in [Story::opening(), Story::closing()] {
        assert_eq!(next(&story), Some((12, Chore::Lapse)));
        assert_eq!(again(&story), Some(12));
        let mut lapsed = story.clone();
        lapsed.wait(12);
        lapsed.does(Command::Lapse);
        assert_eq!(next(&lapsed), Some((-11, Chore::ReadDoor)));
        story.accept();
        assert_eq!(next(&story), Some((1, Chore::ReadDoor)));
    }
}

#[test]
fn a_moving_door_is_looked_at_soon_and_then_ever_more_rarely() {
    let mut story = Story::opening();
    story.accept();
    assert_eq!(again(&story), Some(1));
    let pauses: Vec<_> = [1, 15, 64, 400, 4000]
        .into_iter()
        .map(|waited| {
            story.wait(waited);
            again(&story).unwrap()
        })
        .collect();
    assert_eq!(pauses, [1, 2, 10, 60, 60]);
}

#[test]
fn an_open_door_is_closed_after_five_minutes_and_read_until_then() {
    let mut story = Story::open_door();
    assert_eq!(next(&story), Some((300, Chore::CloseDoor)));
    assert_eq!(again(&story), Some(1));
    story.wait(299);
    assert_eq!(again(&story), Some(1));
    story.wait(1);
    let reading = seen(DoorState::Open, story.now);
    assert_eq!(story.perform(Chore::CloseDoor, reading), ["close_requested"]);
    let mut revoked = Story::open_door();
    revoke(&mut revoked);
    assert_eq!(next(&revoked), Some((0, Chore::CloseDoor)));
}

#[test]
fn a_close_that_failed_is_tried_again_after_half_a_minute_and_then_each_minute() {
    let mut story = Story::open_door();
    for pause in [30, 60, 60, 60] {
        story.close();
        story.settle(not_executed(AdapterErrorKind::VendorUnavailable));
        assert_eq!(next(&story), Some((pause, Chore::CloseDoor)));
        story.wait(pause);
    }
}

#[test]
fn the_patience_with_a_door_starts_anew_with_each_opening() {
    let mut story = Story::closed();
    let driver = driver("driver-7");
    story.does(Command::Reissue { driver });
    story.open();
    story.wait(10);
    story.see(DoorState::Open);
    assert_eq!(next(&story), Some((300, Chore::CloseDoor)));
    story.close();
    story.settle(not_executed(AdapterErrorKind::VendorUnavailable));
    assert_eq!(next(&story), Some((30, Chore::CloseDoor)));
}

#[test]
fn a_door_that_two_obstructions_stopped_stays_on_the_agenda_until_it_is_closed() {
    let mut story = Story::closing();
    for _ in 0..2 {
        story.accept();
        story.wait(12);
        let reading = blocked(DoorState::Open, story.now);
        story.observe(reading);
        story.wait(60);
        story.see(DoorState::Open);
        story.close_by_guardian();
    }
    assert_eq!(
        (story.grant.state, story.grant.stopped_closes),
        (GrantState::Open, 2)
    );
    for _ in 0..20 {
        story.wait(again(&story).unwrap());
        let (due, what) = next(&story).unwrap();
        assert!(due <= 0 && what == Chore::CloseDoor);
        let reading = seen(DoorState::Open, story.now);
        let names = story.perform(what, reading);
        assert!(!names.contains(&"close_requested"));
    }
    let reading = seen(DoorState::Closed, story.now);
    assert_eq!(
        story.perform(Chore::CloseDoor, reading),
        ["closed", "attention_cleared"]
    );
}

#[test]
fn a_door_that_may_open_late_is_watched_before_anything_else_is_done() {
    let mut story = Story::not_opened();
    assert_eq!(next(&story), Some((0, Chore::ReadDoor)));
    revoke(&mut story);
    assert_eq!(next(&story).unwrap().1, Chore::ReadDoor);
    story.wait(600);
    assert_eq!(next(&story).unwrap().1, Chore::ReadDoor);
    assert_eq!(story.see(DoorState::Closed), ["still_closed"]);
    assert_eq!(next(&story), Some((0, Chore::FinishRevocation)));
    let reading = seen(DoorState::Closed, story.now);
    assert_eq!(story.perform(Chore::FinishRevocation, reading), ["revoked"]);
    let mut story = Story::not_opened();
    story.wait(600);
    assert_eq!(story.see(DoorState::Closed), ["still_closed"]);
    assert_eq!(next(&story).unwrap().1, Chore::Expire);
}

#[test]
fn a_reissued_code_lapses_and_the_delivery_is_completed_half_an_hour_after_its_door_was_closed() {
    let mut story = Story::closed();
    assert_eq!(next(&story), Some((60, Chore::ReadDoor)));
    assert_eq!(again(&story), Some(60));
    story.wait(60);
    assert_eq!(story.see(DoorState::Closed), ["still_closed"]);
    assert_eq!(next(&story), Some((1740, Chore::Complete)));
    story.wait(40);
    let driver = driver("driver-7");
    story.does(Command::Reissue { driver });
    assert_eq!(next(&story), Some((300, Chore::LapseReissue)));
    story.wait(300);
    let reading = seen(DoorState::Closed, story.now);
    assert_eq!(
        story.perform(Chore::LapseReissue, reading.clone()),
        ["reissue_lapsed"]
    );
    assert_eq!(next(&story), Some((1400, Chore::Complete)));
    story.wait(1400);
    assert_eq!(story.perform(Chore::Complete, reading), ["completed"]);
}

#[test]
fn the_log_of_an_ended_delivery_is_signed_and_then_nothing_is_left_to_do() {
    let mut story = Story::armed();
    revoke(&mut story);
    assert_eq!(next(&story), Some((0, Chore::SignLog)));
    assert_eq!(again(&story), Some(1));
    let reading = seen(DoorState::Closed, story.now);
    story.perform(Chore::SignLog, reading);
    assert_eq!((next(&story), again(&story)), (None, None));
}

#[test]
fn an_unknown_outcome_is_followed_by_looks_until_the_door_tells() {
    let mut story = Story::opening();
    story.settle(unknown());
    let ordered_at = story.now;
    let mut looks = 0;
    while story.grant.state == GrantState::Opening {
        looks += 1;
        assert!(looks < 60, "the door was read without end");
        story.wait(again(&story).unwrap());
        assert_eq!(next(&story).unwrap().1, Chore::ReadDoor);
        story.see(DoorState::Closed);
    }
    assert_eq!(story.grant.state, GrantState::Armed);
    assert!(story.now.duration_since(ordered_at) < seconds(110));
}
