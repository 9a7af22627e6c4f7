//! On the way up: out for delivery, armed and opened.

use postern_contract::{
    adapter::AdapterErrorKind,
    customer::{CarriersAllowed, Hours, Weekday},
    delivery::{Direction, GrantState, Progress, RevocationReason},
    event::DeliveryEvent,
    ids::DoorId,
};

use super::{
    fixtures::{
        ENDS, MIDNIGHT, STARTS, at, carrier, command, driver, fix, not_executed, parcel, seconds, window,
    },
    story::Story,
};
use crate::grant::{Command, Policy, Refusal};

const DISPATCH: Command = Command::Dispatch { driver: None };

fn off(policy: &mut Policy) {
    policy.consent.enabled = false;
}

fn elsewhere(policy: &mut Policy) {
    if let Some(chosen) = &mut policy.consent.delivery_door {
        chosen.door = DoorId::from_parts(9, 9);
    }
}

fn only_south(policy: &mut Policy) {
    policy.consent.preferences.carriers = CarriersAllowed::Only([carrier("south")].into());
}

fn early_hours(policy: &mut Policy) {
    let clock = |hour| jiff::civil::time(hour, 0, 0, 0);
    let early = Hours::new([Weekday::Monday].into(), clock(6), clock(10));
    policy.consent.preferences.hours = vec![early.unwrap()];
}

#[test]
fn a_delivery_dispatched_on_its_day_is_armed_at_once() {
    let mut story = Story::booked();
    story.now = at(MIDNIGHT);
    assert_eq!(story.does(DISPATCH), ["dispatched", "armed"]);
    assert_eq!(story.grant.state, GrantState::Armed);
    assert!(story.grant.code_ready && story.grant.codes_minted == 1);
}

#[test]
fn a_delivery_dispatched_the_evening_before_is_armed_at_midnight_by_the_households_clock() {
    let mut story = Story::booked();
    story.now = at(MIDNIGHT) - seconds(1);
    assert_eq!(story.does(DISPATCH), ["dispatched"]);
    assert_eq!(story.grant.arm_at, Some(at(MIDNIGHT)));
    assert_eq!(story.does(Command::Arm), [""; 0]);
    story.wait(1);
    assert_eq!(story.does(Command::Arm), ["armed"]);
    assert_eq!(story.does(Command::Arm), [""; 0]);
}

#[test]
fn nothing_is_armed_before_it_is_dispatched_or_after_its_window() {
    let mut story = Story::booked();
    story.now = at(STARTS);
    assert_eq!(story.does(Command::Arm), [""; 0]);
    let mut story = Story::booked();
    story.does(DISPATCH);
    story.now = at(ENDS);
    assert_eq!(story.does(Command::Arm), [""; 0]);
}

#[test]
fn dispatching_again_tells_nothing_new_but_a_new_driver() {
    let mut story = Story::booked();
    assert_eq!(story.does(DISPATCH), ["dispatched"]);
    assert_eq!(story.does(DISPATCH), [""; 0]);
    let named = Command::Dispatch {
        driver: Some(driver("driver-7")),
    };
    assert_eq!(story.does(named.clone()), ["dispatched"]);
    assert_eq!(story.does(named.clone()), [""; 0]);
    assert_eq!(story.does(DISPATCH), [""; 0]);
    assert_eq!(story.grant.driver, Some(driver("driver-7")));
    story.now = at(STARTS);
    assert_eq!(story.does(DISPATCH), ["armed"]);
    assert_eq!(story.does(named), [""; 0]);
}

#[test]
fn a_delivery_is_dispatched_only_while_its_window_lasts_and_the_household_agrees() {
    let mut late = Story::booked();
    late.now = at(ENDS);
    let outside = Refusal::OutsideWindow {
        window: window(STARTS, ENDS),
    };
    assert_eq!(late.refuses(DISPATCH), outside);
    let refused = |change: fn(&mut Policy)| {
        let mut story = Story::booked();
        change(&mut story.policy);
        story.refuses(DISPATCH)
    };
    assert_eq!(refused(off), Refusal::DeliveryDisabled);
    assert_eq!(refused(elsewhere), Refusal::DeliveryDisabled);
    assert_eq!(
        refused(|policy| policy.consent.delivery_door = None),
        Refusal::DeliveryDisabled
    );
    assert_eq!(refused(only_south), Refusal::CarrierNotAllowed);
    assert_eq!(
        refused(|policy| policy.time_zone = "Atlantis/Deep".into()),
        Refusal::OutsideHours
    );
}

#[test]
fn a_pause_and_the_hours_do_not_hold_a_parcel_back_at_the_depot() {
    let mut story = Story::booked();
    story.policy.consent.preferences.paused_until = Some(at(ENDS));
    assert_eq!(story.does(DISPATCH), ["dispatched"]);
    let mut story = Story::booked();
    early_hours(&mut story.policy);
    assert_eq!(story.does(DISPATCH), ["dispatched"]);
}

#[test]
fn an_open_is_on_record_whole_before_it_leaves() {
    let mut story = Story::armed();
    let asked = story.order_open();
    let events = story.ask(asked).unwrap();
    let expected = DeliveryEvent::OpenRequested {
        command: command(1),
        code_number: 1,
        driver: driver("driver-7"),
        tracking_number: parcel("A1"),
        distance_m: 10,
        accuracy_m: 5,
        send_by: story.now + seconds(10),
    };
    assert_eq!(events, [expected]);
    let pending = story.grant.pending(Direction::Open).unwrap();
    assert_eq!(pending.progress, Progress::Requested);
    assert_eq!(story.grant.state, GrantState::Opening);
    assert_eq!(story.grant.driver, Some(driver("driver-7")));
    assert!(!story.grant.code_ready);
}

#[test]
fn nothing_opens_before_the_window_or_from_its_last_moment_on() {
    let outside = Refusal::OutsideWindow {
        window: window(STARTS, ENDS),
    };
    for (moment, opens) in [
        (at(STARTS) - seconds(1), false),
        (at(STARTS), true),
        (at(ENDS) - seconds(1), true),
        (at(ENDS), false),
    ] {
        let mut story = Story::booked();
        story.now = at(MIDNIGHT);
        story.does(DISPATCH);
        story.now = moment;
        let asked = story.order_open();
        if opens {
            assert_eq!(story.does(asked), ["open_requested"]);
        } else {
            assert_eq!(story.refuses(asked), outside);
        }
    }
}

#[test]
fn an_order_to_open_never_leaves_after_the_window() {
    let mut story = Story::armed();
    story.now = at(ENDS) - seconds(3);
    story.open();
    assert_eq!(story.grant.command.unwrap().send_by, at(ENDS));
}

#[test]
fn a_delivery_that_is_not_out_yet_does_not_open() {
    let mut story = Story::booked();
    story.now = at(STARTS);
    let asked = story.order_open();
    let not_armed = Refusal::NotArmed {
        window: window(STARTS, ENDS),
    };
    assert_eq!(story.refuses(asked), not_armed);
}

#[test]
fn the_parcel_and_the_driver_must_be_the_right_ones() {
    let open = |who: &str, what: &str| Command::Open {
        command: command(50),
        driver: driver(who),
        position: fix(0.0, 5.0),
        tracking_number: parcel(what),
    };
    let mut story = Story::armed();
    assert_eq!(story.refuses(open("driver-7", "C3")), Refusal::WrongParcel);
    story.open();
    story.settle(not_executed(AdapterErrorKind::DoorOffline));
    // The driver who first stood at the door is the driver of this delivery.
    assert_eq!(story.refuses(open("driver-8", "A1")), Refusal::WrongDriver);
    assert_eq!(story.does(open("driver-7", "B2")), ["open_requested"]);
}

#[test]
fn nothing_opens_against_the_households_wish_of_the_moment() {
    let refused = |change: fn(&mut Policy)| {
        let mut story = Story::armed();
        change(&mut story.policy);
        let asked = story.order_open();
        story.refuses(asked)
    };
    assert_eq!(refused(off), Refusal::DeliveryDisabled);
    assert_eq!(refused(elsewhere), Refusal::DeliveryDisabled);
    assert_eq!(refused(only_south), Refusal::CarrierNotAllowed);
    assert_eq!(refused(early_hours), Refusal::OutsideHours);
    assert_eq!(refused(|policy| policy.time_zone.clear()), Refusal::OutsideHours);
    assert_eq!(
        refused(|policy| policy.consent.preferences.paused_until = Some(at(ENDS))),
        Refusal::DeliveryPaused { until: at(ENDS) }
    );
}

#[test]
fn a_driver_down_the_road_or_unsure_of_the_place_does_not_open() {
    let refused = |metres, accuracy| {
        let mut story = Story::armed();
        story.refuses(Command::Open {
            command: command(1),
            driver: driver("driver-7"),
            position: fix(metres, accuracy),
            tracking_number: parcel("A1"),
        })
    };
    assert!(matches!(
        refused(151.0, 5.0),
        Refusal::OutsideGeofence { limit_m: 150, .. }
    ));
    assert_eq!(
        refused(0.0, 101.0),
        Refusal::PositionTooVague {
            accuracy_m: 101,
            limit_m: 100
        }
    );
}

#[test]
fn a_code_opens_once() {
    for mut story in [
        Story::opening(),
        Story::open_door(),
        Story::closing(),
        Story::closed(),
    ] {
        let asked = story.order_open();
        assert_eq!(story.refuses(asked), Refusal::AlreadyUsed);
    }
}

#[test]
fn an_open_that_did_not_happen_gives_a_fresh_code_until_ten_are_used() {
    let mut story = Story::armed();
    for number in 1..=10 {
        assert_eq!(story.grant.codes_minted, number);
        assert_eq!(story.open(), ["open_requested"]);
        let names = story.settle(not_executed(AdapterErrorKind::DoorOffline));
        let fresh: &[&str] = if number < 10 {
            &["open_not_executed", "armed"]
        } else {
            &["open_not_executed"]
        };
        assert_eq!(names, fresh);
        assert_eq!(story.grant.state, GrantState::Armed);
        assert_eq!((&story.grant.command, story.grant.not_closed_at), (&None, None));
    }
    let asked = story.order_open();
    assert_eq!(story.refuses(asked), Refusal::TooManyAttempts);
}

#[test]
fn after_the_household_took_the_right_back_nothing_opens() {
    let mut story = Story::not_opened();
    let reason = RevocationReason::Disabled;
    assert_eq!(story.does(Command::Revoke { reason }), ["revocation_requested"]);
    let asked = story.order_open();
    assert_eq!(story.refuses(asked), Refusal::DeliveryRevoked);
}
