//! A door that needs a person, and a person who sees to it.

use postern_contract::{
    adapter::AdapterErrorKind,
    delivery::{Attention, GrantState, RevocationReason},
    door::DoorState,
};

use super::{
    fixtures::{blocked, not_executed, unknown},
    story::Story,
};
use crate::grant::{Chore, Command, chore};

/// Two closes were stopped: no third, and a person is told.
fn stuck() -> Story {
    let mut story = Story::closing();
    for _ in 0..2 {
        story.accept();
        story.wait(12);
        let reading = blocked(DoorState::Stopped, story.now);
        story.observe(reading);
        story.wait(60);
        story.see(DoorState::Open);
        story.close_by_guardian();
    }
    assert_eq!(story.grant.state, GrantState::Open);
    assert!(story.grant.attention.is_some());
    story
}

fn due(story: &Story) -> Chore {
    chore(&story.grant, story.now, &story.limits).unwrap().1
}

#[test]
fn a_door_that_needs_nobody_is_not_taken_over() {
    for mut story in [
        Story::booked(),
        Story::armed(),
        Story::opening(),
        Story::open_door(),
        Story::closed(),
    ] {
        assert_eq!(story.does(Command::TakeOver), [""; 0]);
    }
}

#[test]
fn a_door_that_a_person_has_taken_over_is_read_and_moved_no_more() {
    let mut story = Story::open_door();
    story.close();
    story.settle(not_executed(AdapterErrorKind::DoorOffline));
    assert_eq!(story.does(Command::TakeOver), ["taken_over"]);
    assert_eq!(story.does(Command::TakeOver), [""; 0]);
    story.wait(600);
    assert_eq!(story.close_by_guardian(), [""; 0]);
    assert_eq!(due(&story), Chore::ReadDoor);
    assert_eq!(story.see(DoorState::Closed), ["closed", "attention_cleared"]);
    assert_eq!(story.grant.taken_over_at, None);
    assert_eq!(story.does(Command::Complete { dropped: None }), ["completed"]);
}

#[test]
fn what_nobody_saw_closed_for_two_hours_is_let_go_of_and_still_says_what_was_wrong() {
    let mut story = stuck();
    let wrong = story.grant.attention;
    story.does(Command::TakeOver);
    story.wait(7_199);
    assert_eq!(story.does(Command::LetGo), [""; 0]);
    story.wait(1);
    assert_eq!(due(&story), Chore::LetGo);
    assert_eq!(story.does(Command::LetGo), ["revoked"]);
    assert_eq!(story.grant.state, GrantState::Revoked);
    assert_eq!(story.grant.revocation, Some(RevocationReason::TakenOver));
    assert_eq!(story.grant.attention, wrong);
    assert_eq!(due(&story), Chore::SignLog);
}

#[test]
fn nothing_is_let_go_of_that_nobody_took_over() {
    let mut story = stuck();
    story.wait(100_000);
    assert_eq!(story.does(Command::LetGo), [""; 0]);
    assert_eq!(due(&story), Chore::CloseDoor);
}

#[test]
fn the_reason_of_an_earlier_revocation_stays() {
    let mut story = stuck();
    let reason = RevocationReason::Disabled;
    story.does(Command::Revoke { reason });
    story.does(Command::TakeOver);
    story.wait(7_200);
    story.does(Command::LetGo);
    assert_eq!(story.grant.revocation, Some(reason));
}

#[test]
fn an_open_of_which_nothing_is_known_can_be_taken_over_too() {
    let mut story = Story::opening();
    story.settle(unknown());
    assert_eq!(story.grant.attention, Some(Attention::OutcomeUnknown));
    assert_eq!(story.does(Command::TakeOver), ["taken_over"]);
    story.wait(10);
    let seen = story.see(DoorState::Open);
    assert_eq!(seen, ["opened", "attention_cleared", "attention_raised"]);
    assert_eq!(story.grant.attention, Some(Attention::DoorLeftOpen));
    assert_eq!(story.close_by_guardian(), [""; 0]);
    story.wait(7_200);
    assert_eq!(story.does(Command::LetGo), ["revoked"]);
}

#[test]
fn a_new_order_to_open_ends_the_taking_over() {
    let mut story = Story::not_opened();
    story.wait(661);
    assert_eq!(story.does(Command::CannotSee), ["attention_raised"]);
    assert_eq!(story.does(Command::TakeOver), ["taken_over"]);
    assert_eq!(story.open(), ["open_requested"]);
    assert_eq!(story.grant.taken_over_at, None);
}

#[test]
fn a_door_is_not_let_go_of_while_an_order_may_be_on_its_way() {
    let mut story = Story::opening();
    story.settle(unknown());
    story.does(Command::TakeOver);
    story.wait(10);
    story.see(DoorState::Open);
    story.wait(7_185);
    assert_eq!(story.close(), ["close_requested"]);
    story.accept();
    story.wait(6);
    assert_eq!(due(&story), Chore::ReadDoor);
    assert_eq!(story.does(Command::LetGo), [""; 0]);
    story.wait(6);
    assert_eq!(due(&story), Chore::LetGo);
    assert_eq!(story.does(Command::LetGo), ["revoked"]);
}
