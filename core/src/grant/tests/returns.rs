//! Parcels that are taken out: only where the household agreed to that, and said so at the end.

use postern_contract::{
    carrier::Ineligible,
    delivery::{Actor, DoorstepReason, GrantState, Purpose},
    event::DeliveryEvent,
};

use super::{
    fixtures::{BOOKED, STARTS, at, booking, carrier, parcel, seconds, site},
    story::Story,
};
use crate::grant::{Booking, Command, DeliverySite, Limits, Refusal, book, eligibility};

fn returning() -> Booking {
    Booking {
        purpose: Purpose::ReturnPickup,
        ..booking()
    }
}

fn agreeing() -> DeliverySite {
    let mut site = site();
    site.policy.consent.preferences.return_pickups = true;
    site
}

fn booked() -> Story {
    let mut story = Story::booked();
    let (grant, first) = book(returning(), Some(agreeing()), story.now, &story.limits).unwrap();
    story.policy = agreeing().policy;
    (story.grant, story.log) = (grant, vec![first]);
    story
}

fn closed() -> Story {
    let mut story = booked();
    story.now = at(STARTS);
    story.does(Command::Dispatch { driver: None });
    story.open();
    story.accept();
    story.wait(10);
    story.see(postern_contract::door::DoorState::Open);
    story.wait(60);
    story.close();
    story.accept();
    story.wait(20);
    story.see(postern_contract::door::DoorState::Closed);
    story
}

#[test]
fn a_return_is_booked_only_where_the_household_agreed_to_returns() {
    let limits = Limits::default();
    let refused = book(returning(), Some(site()), at(BOOKED), &limits).unwrap_err();
    let reasons = vec![Ineligible::ReturnsNotTaken];
    assert_eq!(refused, Refusal::NotEligible { reasons });
    let told = |site: &DeliverySite, purpose| {
        eligibility(
            Some(site),
            &carrier("north"),
            purpose,
            None,
            1,
            at(BOOKED),
            &limits,
        )
    };
    let (open, more) = (
        told(&site(), Purpose::Delivery),
        told(&agreeing(), Purpose::Delivery),
    );
    assert!(open.eligible && !open.return_pickup && more.return_pickup);
    assert!(!told(&site(), Purpose::ReturnPickup).eligible);
    assert!(told(&agreeing(), Purpose::ReturnPickup).eligible);
    assert_eq!(booked().grant.purpose, Purpose::ReturnPickup);
}

#[test]
fn a_household_that_thinks_better_of_it_keeps_its_door_shut() {
    let mut story = booked();
    story.now = at(STARTS) + seconds(60);
    story.does(Command::Dispatch { driver: None });
    story.policy.consent.preferences.return_pickups = false;
    let asked = story.order_open();
    assert_eq!(story.refuses(asked), Refusal::ReturnsNotTaken);
    story.policy.consent.preferences.return_pickups = true;
    assert_eq!(story.open(), ["open_requested"]);
}

#[test]
fn a_return_ends_with_what_was_taken_out_and_never_with_what_was_left() {
    let mut story = closed();
    let dropped = Command::Complete {
        dropped: Some(vec![parcel("A1")]),
        taken: None,
        proof: None,
    };
    assert_eq!(story.refuses(dropped), Refusal::WrongPurpose);
    let strange = Command::Complete {
        dropped: None,
        taken: Some(vec![parcel("Z9")]),
        proof: None,
    };
    assert_eq!(story.refuses(strange), Refusal::WrongParcel);
    let all = Command::Complete {
        dropped: None,
        taken: None,
        proof: None,
    };
    let expected = DeliveryEvent::Completed {
        by: Actor::Carrier,
        dropped: Vec::new(),
        taken: vec![parcel("A1"), parcel("B2")],
        proof: None,
    };
    assert_eq!(story.ask(all).unwrap(), [expected]);
    assert_eq!(story.grant.state, GrantState::Completed);
    let taken = Command::Complete {
        dropped: None,
        taken: Some(vec![parcel("A1")]),
        proof: None,
    };
    assert_eq!(Story::closed().refuses(taken), Refusal::WrongPurpose);
}

#[test]
fn what_was_to_be_taken_out_is_not_left_at_the_doorstep() {
    let asked = Command::LeaveAtDoorstep {
        reason: DoorstepReason::NotSafe,
        remark: None,
    };
    assert_eq!(booked().refuses(asked), Refusal::WrongPurpose);
}
