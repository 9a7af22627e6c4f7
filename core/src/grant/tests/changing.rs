//! What was booked becomes another, until the door is told to open.

use postern_contract::{
    adapter::AdapterErrorKind,
    carrier::Ineligible,
    delivery::{GrantState, RevocationReason, Window},
    door::DoorState,
};

use super::{
    fixtures::{
        ENDS, LATER, LATER_ENDS, MIDNIGHT, STARTS, at, driver, not_executed, parcel, seconds, window,
    },
    story::Story,
};
use crate::grant::{Change, Chore, Command, Refusal, due_at};

fn to(window: Window) -> Command {
    Command::Change(Change {
        window: Some(window),
        ..Change::default()
    })
}

fn to_tuesday() -> Command {
    to(window(LATER, LATER_ENDS))
}

fn given_to(name: &str) -> Command {
    Command::Change(Change {
        driver: Some(driver(name)),
        ..Change::default()
    })
}

fn of(parcels: &[&str]) -> Command {
    Command::Change(Change {
        tracking_numbers: Some(parcels.iter().map(|name| parcel(name)).collect()),
        ..Change::default()
    })
}

#[test]
fn a_booked_delivery_moves_to_another_day_and_is_over_when_that_is() {
    let mut story = Story::booked();
    assert_eq!(story.does(to_tuesday()), ["changed"]);
    assert_eq!(story.grant.window, window(LATER, LATER_ENDS));
    assert_eq!(story.grant.day, Some(jiff::civil::date(2026, 11, 24)));
    assert_eq!(
        (story.grant.state, story.grant.arm_at),
        (GrantState::Scheduled, None)
    );
    assert_eq!(
        due_at(&story.grant, story.now, &story.limits),
        Some(at(LATER_ENDS))
    );
    story.now = at(ENDS);
    assert_eq!(story.does(Command::Expire), [""; 0]);
    story.now = at(LATER_ENDS);
    assert_eq!(story.does(Command::Expire), ["expired"]);
}

#[test]
fn a_code_that_lay_ready_is_gone_with_its_window_and_a_fresh_one_comes_on_the_new_day() {
    let mut story = Story::armed();
    assert_eq!(story.does(to_tuesday()), ["changed"]);
    assert_eq!(
        (
            story.grant.state,
            story.grant.code_ready,
            story.grant.codes_minted
        ),
        (GrantState::Scheduled, false, 1)
    );
    let asked = story.order_open();
    let refusal = story.refuses(asked);
    assert_eq!(
        refusal,
        Refusal::NotArmed {
            window: window(LATER, LATER_ENDS)
        }
    );
    // Out for delivery it was, and is: the guardian arms it at midnight.
    let midnight = at(MIDNIGHT) + seconds(24 * 3600);
    assert_eq!(due_at(&story.grant, story.now, &story.limits), Some(midnight));
    story.now = midnight;
    assert_eq!(story.does(Command::Arm), ["armed"]);
    assert_eq!(story.grant.codes_minted, 2);
    let early = story.order_open();
    assert!(matches!(story.refuses(early), Refusal::OutsideWindow { .. }));
    story.now = at(LATER);
    assert_eq!(story.open(), ["open_requested"]);
}

#[test]
fn within_the_day_a_fresh_code_takes_the_place_of_the_old_one_at_once() {
    let mut story = Story::armed();
    let later = Window::new(at(STARTS) + seconds(7200), at(ENDS)).unwrap();
    assert_eq!(story.does(to(later)), ["changed", "armed"]);
    assert_eq!((story.grant.code_ready, story.grant.codes_minted), (true, 2));
    let early = story.order_open();
    assert_eq!(story.refuses(early), Refusal::OutsideWindow { window: later });
    story.now = later.starts_at();
    assert_eq!(story.open(), ["open_requested"]);
}

#[test]
fn another_driver_or_other_parcels_leave_the_code_as_it_is() {
    let mut story = Story::armed();
    assert_eq!(story.does(given_to("driver-8")), ["changed"]);
    assert_eq!(story.does(of(&["C3", "B2"])), ["changed"]);
    assert_eq!((story.grant.code_ready, story.grant.codes_minted), (true, 1));
    let asked = story.order_open();
    assert_eq!(story.refuses(asked), Refusal::WrongParcel);
    assert_eq!(story.does(of(&["A1"])), ["changed"]);
    let asked = story.order_open();
    assert_eq!(story.refuses(asked), Refusal::WrongDriver);
    assert_eq!(story.does(given_to("driver-7")), ["changed"]);
    assert_eq!(story.open(), ["open_requested"]);
    let entries: Vec<_> = story.log.iter().map(|entry| entry.event.name()).collect();
    assert_eq!(entries.iter().filter(|name| **name == "changed").count(), 4);
}

#[test]
fn what_is_so_already_changes_nothing_and_says_nothing() {
    let mut story = Story::armed();
    assert_eq!(story.does(to(window(STARTS, ENDS))), [""; 0]);
    assert_eq!(story.does(of(&["A1", "B2"])), [""; 0]);
    assert_eq!(story.does(Command::Change(Change::default())), [""; 0]);
    assert!(story.grant.code_ready);
}

#[test]
fn nothing_is_changed_once_the_door_was_told_to_open_or_may_yet_open() {
    for mut story in [
        Story::opening(),
        Story::not_opened(),
        Story::open_door(),
        Story::closing(),
        Story::closed(),
    ] {
        for change in [to_tuesday(), given_to("driver-8"), of(&["C3"])] {
            assert_eq!(story.refuses(change), Refusal::DoorInUse);
        }
    }
    // Back inside is still the same visit.
    let mut story = Story::closed();
    story.wait(60);
    let driver = driver("driver-7");
    assert_eq!(story.does(Command::Reissue { driver }), ["reissued", "armed"]);
    assert_eq!(story.refuses(to_tuesday()), Refusal::DoorInUse);
}

#[test]
fn an_order_that_was_certainly_not_carried_out_leaves_the_delivery_changeable() {
    let mut story = Story::opening();
    let offline = not_executed(AdapterErrorKind::DoorOffline);
    assert_eq!(story.settle(offline), ["open_not_executed", "armed"]);
    assert_eq!(story.does(to_tuesday()), ["changed"]);
    assert_eq!(story.grant.state, GrantState::Scheduled);
    // And its late word means nothing any more.
    assert_eq!(story.accept(), [""; 0]);
    assert_eq!(story.see(DoorState::Open), [""; 0]);
}

#[test]
fn the_household_must_take_the_window_as_it_takes_one_at_booking() {
    let mut story = Story::armed();
    let refused = |story: &mut Story, window| match story.refuses(to(window)) {
        Refusal::NotEligible { reasons } => reasons,
        other => panic!("refused otherwise: {other:?}"),
    };
    let over = Window::new(at(STARTS), at(STARTS) + seconds(60)).unwrap();
    assert_eq!(refused(&mut story, over), [Ineligible::WindowUnusable]);
    let until = at(LATER_ENDS);
    story.policy.consent.preferences.paused_until = Some(until);
    assert_eq!(
        refused(&mut story, window(LATER, LATER_ENDS)),
        [Ineligible::Paused]
    );
    story.policy.consent.preferences.paused_until = None;
    let evening = postern_contract::customer::Hours::new(
        [postern_contract::customer::Weekday::Tuesday].into(),
        jiff::civil::time(18, 0, 0, 0),
        jiff::civil::time(20, 0, 0, 0),
    );
    story.policy.consent.preferences.hours = vec![evening.unwrap()];
    assert_eq!(
        refused(&mut story, window(LATER, LATER_ENDS)),
        [Ineligible::OutsideHours]
    );
    story.policy.consent.enabled = false;
    assert_eq!(story.refuses(to_tuesday()), Refusal::DeliveryDisabled);
}

#[test]
fn a_window_that_went_by_is_not_brought_back_and_neither_is_a_delivery_that_has_ended() {
    let mut story = Story::armed();
    story.now = at(ENDS);
    assert!(matches!(
        story.refuses(to_tuesday()),
        Refusal::OutsideWindow { .. }
    ));
    assert_eq!(story.does(Command::Expire), ["expired"]);
    assert_eq!(story.refuses(to_tuesday()), Refusal::DeliveryExpired);
    let mut story = Story::armed();
    let reason = RevocationReason::Refused;
    story.does(Command::Revoke { reason });
    assert_eq!(story.refuses(to_tuesday()), Refusal::DeliveryRevoked);
}

#[test]
fn windows_are_not_changed_for_ever() {
    let mut story = Story::armed();
    for hour in 1..story.limits.codes_max {
        let ends = at(ENDS) + seconds(i64::from(hour) * 60);
        assert_eq!(
            story.does(to(Window::new(at(STARTS), ends).unwrap())),
            ["changed", "armed"]
        );
    }
    assert_eq!(story.refuses(to_tuesday()), Refusal::TooManyAttempts);
    // The parcels are no window: they may still change, and the door may be opened.
    assert_eq!(story.does(of(&["A1"])), ["changed"]);
    assert_eq!(story.open(), ["open_requested"]);
}

#[test]
fn the_parcels_are_still_one_to_twenty_each_once() {
    let mut story = Story::booked();
    assert_eq!(story.refuses(of(&[])), Refusal::ParcelCount);
    assert_eq!(story.refuses(of(&["A1", "A1"])), Refusal::ParcelRepeated);
}

#[test]
fn the_guardian_arms_what_was_moved_before_its_day() {
    let mut story = Story::booked();
    assert_eq!(story.does(Command::Dispatch { driver: None }), ["dispatched"]);
    assert_eq!(story.does(to_tuesday()), ["changed"]);
    let (due, chore) = crate::grant::chore(&story.grant, story.now, &story.limits).unwrap();
    assert_eq!((due, chore), (at(MIDNIGHT) + seconds(24 * 3600), Chore::Arm));
}
