//! The parcels are left at the doorstep: an end that opens nothing any more, and never with the door open.

use postern_contract::{
    adapter::AdapterErrorKind,
    delivery::{Doorstep, DoorstepReason, GrantState, RevocationReason},
    door::DoorState,
};

use super::{
    fixtures::{driver, not_executed, seconds, unknown},
    story::Story,
};
use crate::grant::{Chore, Command, Refusal, chore};

const AT_THE_DOORSTEP: Command = Command::LeaveAtDoorstep {
    reason: DoorstepReason::TooLarge,
    remark: None,
};

fn due(story: &Story) -> Chore {
    chore(&story.grant, story.now, &story.limits).unwrap().1
}

#[test]
fn before_the_door_was_used_it_ends_at_once_and_says_why() {
    for mut story in [Story::booked(), Story::armed()] {
        let remark = Some("beside the steps".parse().unwrap());
        let asked = Command::LeaveAtDoorstep {
            reason: DoorstepReason::Animal,
            remark: remark.clone(),
        };
        assert_eq!(story.does(asked), ["left_at_doorstep"]);
        let doorstep = Doorstep {
            reason: DoorstepReason::Animal,
            remark,
            at: story.now,
        };
        assert_eq!(story.grant.doorstep, Some(doorstep));
        assert_eq!(
            (story.grant.state, story.grant.code_ready),
            (GrantState::Cancelled, false)
        );
        let asked = story.order_open();
        assert_eq!(story.refuses(asked), Refusal::DeliveryCancelled);
        assert_eq!(story.does(AT_THE_DOORSTEP), [""; 0]);
    }
}

#[test]
fn after_an_order_that_was_not_carried_out_it_ends_at_once() {
    let mut story = Story::opening();
    story.settle(not_executed(AdapterErrorKind::DoorOffline));
    assert_eq!(story.does(AT_THE_DOORSTEP), ["left_at_doorstep"]);
}

#[test]
fn a_door_that_stands_open_is_closed_first() {
    for mut story in [Story::open_door(), Story::closing()] {
        assert_eq!(story.refuses(AT_THE_DOORSTEP), Refusal::DoorNotClosed);
    }
    let mut story = Story::closed();
    assert_eq!(story.does(AT_THE_DOORSTEP), ["left_at_doorstep"]);
}

#[test]
fn a_driver_who_was_let_back_in_may_leave_the_rest_at_the_doorstep() {
    let mut story = Story::closed();
    let driver = driver("driver-7");
    story.does(Command::Reissue { driver });
    assert_eq!(story.does(AT_THE_DOORSTEP), ["left_at_doorstep"]);
    assert_eq!(
        (story.grant.state, story.grant.code_ready),
        (GrantState::Cancelled, false)
    );
}

#[test]
fn where_the_door_may_yet_open_nothing_opens_any_more_and_it_ends_when_the_watch_does() {
    let mut story = Story::not_opened();
    assert!(story.grant.code_ready);
    assert_eq!(story.does(AT_THE_DOORSTEP), ["doorstep_requested"]);
    assert_eq!(story.does(AT_THE_DOORSTEP), [""; 0]);
    assert!(!story.grant.code_ready);
    let asked = story.order_open();
    assert_eq!(story.refuses(asked), Refusal::DeliveryCancelled);
    let complete = Command::Complete { dropped: None };
    assert_eq!(story.refuses(complete), Refusal::DeliveryCancelled);
    story.wait(600);
    assert_eq!(story.see(DoorState::Closed), ["still_closed"]);
    assert_eq!(due(&story), Chore::FinishRevocation);
    assert_eq!(story.does(AT_THE_DOORSTEP), ["left_at_doorstep"]);
    assert_eq!(story.grant.state, GrantState::Cancelled);
}

#[test]
fn a_door_that_opens_after_all_is_closed_at_once_and_then_it_ends() {
    let mut story = Story::opening();
    story.settle(unknown());
    assert_eq!(story.does(AT_THE_DOORSTEP), ["doorstep_requested"]);
    story.wait(10);
    assert_eq!(story.see(DoorState::Open), ["opened", "attention_cleared"]);
    let (at, what) = chore(&story.grant, story.now, &story.limits).unwrap();
    assert!(at <= story.now && what == Chore::CloseDoor);
    assert_eq!(story.close_by_guardian(), ["close_requested"]);
    story.accept();
    story.wait(20);
    assert_eq!(story.see(DoorState::Closed), ["closed", "left_at_doorstep"]);
    assert_eq!(story.grant.state, GrantState::Cancelled);
}

#[test]
fn an_order_that_turns_out_not_to_have_been_carried_out_ends_it() {
    let mut story = Story::opening();
    assert_eq!(story.does(AT_THE_DOORSTEP), ["doorstep_requested"]);
    let offline = not_executed(AdapterErrorKind::DoorOffline);
    assert_eq!(story.settle(offline), ["open_not_executed", "left_at_doorstep"]);
}

#[test]
fn a_household_that_takes_its_right_back_meanwhile_has_the_last_word() {
    let mut story = Story::not_opened();
    story.does(AT_THE_DOORSTEP);
    let reason = RevocationReason::Refused;
    assert_eq!(story.does(Command::Revoke { reason }), ["revocation_requested"]);
    story.wait(600);
    story.see(DoorState::Closed);
    assert_eq!(due(&story), Chore::FinishRevocation);
    assert_eq!(story.does(AT_THE_DOORSTEP), ["revoked"]);
}

#[test]
fn what_was_left_at_the_doorstep_is_never_completed() {
    let mut story = Story::not_opened();
    // The late order came after all, and the door was closed by hand: the other order may still come.
    story.open();
    story.accept();
    story.does(AT_THE_DOORSTEP);
    story.wait(5);
    story.see(DoorState::Open);
    story.wait(5);
    assert_eq!(story.see(DoorState::Closed), ["closed"]);
    assert!(story.grant.watched());
    story.wait(1900);
    assert_eq!(story.does(Command::CompleteByGuardian), [""; 0]);
    let watch_over = story.now + seconds(1);
    story.now = watch_over;
    story.see(DoorState::Closed);
    assert_eq!(due(&story), Chore::FinishRevocation);
    assert_eq!(story.does(AT_THE_DOORSTEP), ["left_at_doorstep"]);
}
