//! The ends: completed, cancelled, expired, revoked; and that an end is one.

use postern_contract::{
    adapter::AdapterErrorKind,
    delivery::{Actor, GrantState, RevocationReason},
    door::DoorState,
    event::DeliveryEvent,
};

use super::{
    fixtures::{ENDS, at, driver, not_executed, parcel, seconds, seen, unknown},
    story::Story,
};
use crate::grant::{Chore, Command, Refusal, chore};

const COMPLETE: Command = Command::Complete {
    dropped: None,
    taken: None,
    proof: None,
};
const REVOKE: Command = Command::Revoke {
    reason: RevocationReason::Disabled,
};

fn cancel() -> Command {
    let reason = "the parcel is lost".parse().unwrap();
    Command::Cancel { reason }
}

/// Let back in, half a minute ago.
fn reissued() -> Story {
    let mut story = Story::closed();
    let driver = driver("driver-7");
    story.does(Command::Reissue { driver });
    story.wait(30);
    story
}

#[test]
fn a_delivery_whose_door_was_seen_closed_is_completed_with_what_was_left_inside() {
    let mut story = Story::closed();
    let some = Command::Complete {
        dropped: Some(vec![parcel("B2")]),
        taken: None,
        proof: None,
    };
    let expected = DeliveryEvent::Completed {
        by: Actor::Carrier,
        dropped: vec![parcel("B2")],
        taken: Vec::new(),
        proof: None,
    };
    assert_eq!(story.clone().ask(some).unwrap(), [expected]);
    let everything = DeliveryEvent::Completed {
        by: Actor::Carrier,
        dropped: vec![parcel("A1"), parcel("B2")],
        taken: Vec::new(),
        proof: None,
    };
    assert_eq!(story.ask(COMPLETE).unwrap(), [everything]);
    assert_eq!(story.grant.state, GrantState::Completed);
    assert_eq!(story.does(COMPLETE), [""; 0]);
}

#[test]
fn nothing_is_completed_before_the_door_was_opened_and_seen_closed() {
    for mut story in [Story::booked(), Story::armed(), Story::not_opened()] {
        assert_eq!(story.refuses(COMPLETE), Refusal::DoorNeverOpened);
    }
    for mut story in [Story::opening(), Story::open_door(), Story::closing()] {
        assert_eq!(story.refuses(COMPLETE), Refusal::DoorNotClosed);
    }
    let foreign = Command::Complete {
        dropped: Some(vec![parcel("A1"), parcel("C3")]),
        taken: None,
        proof: None,
    };
    assert_eq!(Story::closed().refuses(foreign), Refusal::WrongParcel);
}

#[test]
fn a_driver_let_back_in_who_never_went_completes_and_one_whose_door_may_yet_open_does_not() {
    assert_eq!(reissued().does(COMPLETE), ["completed"]);
    let mut story = reissued();
    story.open();
    story.wait(91);
    assert_eq!(story.see(DoorState::Closed), ["not_opened", "armed"]);
    assert!(matches!(
        story.ask(COMPLETE),
        Err(Refusal::DoorNeverOpened | Refusal::DoorNotClosed)
    ));
    story.wait(600);
    assert_eq!(story.see(DoorState::Closed), ["still_closed"]);
    assert_eq!(story.does(COMPLETE), ["completed"]);
}

#[test]
fn the_guardian_looks_at_the_door_before_it_completes_and_completes_a_silent_one_as_it_was_seen() {
    let mut story = Story::closed();
    story.wait(7200);
    assert_eq!(
        chore(&story.grant, story.now, &story.limits).unwrap().1,
        Chore::ReadDoor
    );
    assert_eq!(story.does(Command::CompleteByGuardian), [""; 0]);
    let mut moved = story.clone();
    assert_eq!(moved.see(DoorState::Open), ["moved_unordered"]);
    assert_eq!(moved.see(DoorState::Open), ["completed"]);
    assert_eq!(story.does(Command::CannotSee), ["completed"]);
}

#[test]
fn the_guardian_completes_after_half_an_hour_and_claims_no_parcel() {
    let mut story = Story::closed();
    story.wait(60);
    assert_eq!(story.see(DoorState::Closed), ["still_closed"]);
    story.wait(1739);
    assert_eq!(story.does(Command::CompleteByGuardian), [""; 0]);
    story.wait(1);
    let expected = DeliveryEvent::Completed {
        by: Actor::Guardian,
        dropped: vec![],
        taken: Vec::new(),
        proof: None,
    };
    assert_eq!(story.ask(Command::CompleteByGuardian).unwrap(), [expected]);
    for mut story in [
        Story::armed(),
        Story::opening(),
        Story::open_door(),
        Story::closing(),
        reissued(),
    ] {
        story.wait(7200);
        assert_eq!(story.does(Command::CompleteByGuardian), [""; 0]);
    }
}

#[test]
fn a_carrier_cancels_while_the_door_is_untouched() {
    for mut story in [Story::booked(), Story::armed()] {
        assert_eq!(story.does(cancel()), ["cancelled"]);
        assert_eq!(story.grant.state, GrantState::Cancelled);
        assert!(!story.grant.code_ready);
        assert_eq!(story.does(cancel()), [""; 0]);
    }
    for mut story in [
        Story::opening(),
        Story::not_opened(),
        Story::open_door(),
        Story::closing(),
        Story::closed(),
        reissued(),
    ] {
        assert_eq!(story.refuses(cancel()), Refusal::DoorInUse);
    }
    let mut watched = Story::not_opened();
    watched.wait(600);
    watched.see(DoorState::Closed);
    assert_eq!(watched.does(cancel()), ["cancelled"]);
    let mut refused = Story::opening();
    refused.settle(not_executed(AdapterErrorKind::DoorOffline));
    assert_eq!(refused.does(cancel()), ["cancelled"]);
}

#[test]
fn an_unused_grant_expires_with_its_window_and_not_before() {
    for mut story in [Story::booked(), Story::armed()] {
        story.now = at(ENDS) - seconds(1);
        assert_eq!(story.does(Command::Expire), [""; 0]);
        story.wait(1);
        assert_eq!(story.does(Command::Expire), ["expired"]);
        assert_eq!(story.does(Command::Expire), [""; 0]);
    }
    for mut story in [
        Story::opening(),
        Story::open_door(),
        Story::closing(),
        Story::closed(),
        reissued(),
    ] {
        story.now = at(ENDS);
        assert_eq!(story.does(Command::Expire), [""; 0]);
    }
}

#[test]
fn a_grant_whose_open_may_come_late_expires_only_when_that_is_ruled_out() {
    let mut story = Story::armed();
    story.now = at(ENDS) - seconds(10);
    story.open();
    story.wait(91);
    story.see(DoorState::Closed);
    assert_eq!(story.does(Command::Expire), [""; 0]);
    let mut revoked = story.clone();
    revoked.does(REVOKE);
    story.wait(600);
    assert_eq!(story.does(Command::Expire), [""; 0]);
    assert_eq!(story.see(DoorState::Closed), ["still_closed"]);
    assert_eq!(story.does(Command::Expire), ["expired"]);
    revoked.wait(600);
    revoked.see(DoorState::Closed);
    assert_eq!(revoked.does(Command::Expire), ["revoked"]);
}

#[test]
fn a_household_that_takes_its_right_back_in_time_ends_the_grant() {
    for mut story in [Story::booked(), Story::armed()] {
        assert_eq!(story.does(REVOKE), ["revoked"]);
        assert_eq!(story.grant.revocation, Some(RevocationReason::Disabled));
        assert!(!story.grant.code_ready);
        assert_eq!(story.does(REVOKE), [""; 0]);
    }
}

#[test]
fn a_door_in_use_is_closed_before_the_grant_is_revoked() {
    let mut story = Story::open_door();
    assert_eq!(story.does(REVOKE), ["revocation_requested"]);
    assert_eq!(story.does(REVOKE), [""; 0]);
    assert_eq!(story.grant.state, GrantState::Open);
    story.close_by_guardian();
    story.accept();
    story.wait(20);
    assert_eq!(story.see(DoorState::Closed), ["closed", "revoked"]);
    for mut story in [Story::opening(), Story::closing()] {
        assert_eq!(story.does(REVOKE), ["revocation_requested"]);
    }
}

#[test]
fn the_first_reason_of_a_revocation_stays() {
    let mut story = Story::not_opened();
    story.does(Command::Revoke {
        reason: RevocationReason::Refused,
    });
    assert_eq!(story.does(REVOKE), [""; 0]);
    story.wait(600);
    story.see(DoorState::Closed);
    assert_eq!(story.does(REVOKE), ["revoked"]);
    assert_eq!(story.grant.revocation, Some(RevocationReason::Refused));
}

#[test]
fn a_revoked_order_that_never_left_or_did_nothing_ends_the_grant() {
    let mut story = Story::opening();
    story.does(REVOKE);
    let names = story.settle(not_executed(AdapterErrorKind::DoorOffline));
    assert_eq!(names, ["open_not_executed", "revoked"]);
    let mut story = Story::opening();
    story.settle(unknown());
    story.does(REVOKE);
    story.wait(91);
    assert_eq!(story.see(DoorState::Closed), ["not_opened", "attention_cleared"]);
    assert!(!story.grant.code_ready);
}

#[test]
fn what_was_delivered_stays_delivered_when_the_right_is_taken_back() {
    let mut story = Story::closed();
    assert_eq!(story.does(REVOKE), ["revocation_requested"]);
    assert_eq!(story.does(REVOKE), [""; 0]);
    assert_eq!(story.does(COMPLETE), ["completed"]);
    let mut story = reissued();
    assert_eq!(story.does(REVOKE), ["reissue_lapsed", "revocation_requested"]);
    assert_eq!(
        (story.grant.state, story.grant.code_ready),
        (GrantState::Closed, false)
    );
    assert_eq!(story.does(COMPLETE), ["completed"]);
    // The driver's second order was refused by the door: the delivery still stands as it stood.
    let mut story = reissued();
    story.open();
    story.does(REVOKE);
    let names = story.settle(not_executed(AdapterErrorKind::DoorOffline));
    assert_eq!(names, ["open_not_executed", "reissue_lapsed"]);
    assert_eq!(story.does(COMPLETE), ["completed"]);
}

#[test]
fn a_reissued_code_that_nobody_used_lapses_and_the_delivery_stands() {
    let mut story = reissued();
    story.wait(269);
    assert_eq!(story.does(Command::LapseReissue), [""; 0]);
    story.wait(1);
    assert_eq!(story.does(Command::LapseReissue), ["reissue_lapsed"]);
    assert_eq!(
        (story.grant.state, story.grant.code_ready),
        (GrantState::Closed, false)
    );
    assert_eq!(story.grant.reissue_until, None);
    let mut story = reissued();
    story.open();
    story.wait(91);
    story.see(DoorState::Closed);
    story.wait(599);
    assert_eq!(story.does(Command::LapseReissue), [""; 0]);
    story.wait(1);
    assert_eq!(story.see(DoorState::Closed), ["still_closed"]);
    assert_eq!(story.does(Command::LapseReissue), ["reissue_lapsed"]);
    assert_eq!(Story::armed().does(Command::LapseReissue), [""; 0]);
}

#[test]
fn an_end_is_final_and_says_in_its_own_words_why_nothing_happens() {
    let ended = |mut story: Story, last: Command| {
        story.does(last);
        story
    };
    for (mut story, word) in [
        (ended(Story::closed(), COMPLETE), Refusal::DeliveryCompleted),
        (ended(Story::armed(), cancel()), Refusal::DeliveryCancelled),
        (ended(Story::armed(), REVOKE), Refusal::DeliveryRevoked),
        {
            let mut late = Story::armed();
            late.now = at(ENDS);
            (ended(late, Command::Expire), Refusal::DeliveryExpired)
        },
    ] {
        assert!(story.grant.state.is_end());
        let driver = driver("driver-7");
        for asked in [
            Command::Dispatch { driver: None },
            Command::Arm,
            story.order_open(),
            story.order_close(),
            Command::Reissue { driver },
        ] {
            assert_eq!(story.refuses(asked), word);
        }
        for (asked, own) in [
            (COMPLETE, Refusal::DeliveryCompleted),
            (cancel(), Refusal::DeliveryCancelled),
        ] {
            if own == word {
                assert_eq!(story.does(asked), [""; 0]);
            } else {
                assert_eq!(story.refuses(asked), word);
            }
        }
        let reading = seen(DoorState::Open, story.now);
        for asked in [
            REVOKE,
            Command::Expire,
            Command::Lapse,
            Command::LapseReissue,
            Command::CompleteByGuardian,
            Command::CannotSee,
            Command::Observe { reading },
        ] {
            assert_eq!(story.does(asked), [""; 0]);
        }
        assert_eq!(story.close_by_guardian(), [""; 0]);
    }
}
