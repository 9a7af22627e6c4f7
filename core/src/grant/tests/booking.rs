//! Who may have a delivery where and when, and the grant that comes of it.

use postern_contract::{
    carrier::{Ineligible, PARCELS_MAX},
    customer::{CarriersAllowed, Hours, Weekday},
    delivery::GrantState,
    door::{DoorKind, UnattendedOpen},
    event::DeliveryEvent,
    unattended::{UnattendedClose, UnattendedCloseBar},
};

use super::{
    fixtures::{BOOKED, ENDS, STARTS, at, booking, carrier, garage, parcel, seconds, site, window},
    story::Story,
};
use crate::{
    grant::{Booking, DeliverySite, Limits, Refusal, book, eligibility},
    log,
};

fn refused(booking: Booking, site: Option<DeliverySite>) -> Refusal {
    book(booking, site, at(BOOKED), &Limits::default()).unwrap_err()
}

fn barred(change: impl FnOnce(&mut DeliverySite)) -> Vec<Ineligible> {
    let mut site = site();
    change(&mut site);
    match refused(booking(), Some(site)) {
        Refusal::NotEligible { reasons } => reasons,
        other => panic!("refused otherwise: {other:?}"),
    }
}

fn monday(from: i8, until: i8) -> Vec<Hours> {
    let clock = |hour| jiff::civil::time(hour, 0, 0, 0);
    vec![Hours::new([Weekday::Monday].into(), clock(from), clock(until)).unwrap()]
}

#[test]
fn a_booked_delivery_is_scheduled_and_its_log_starts_with_the_booking() {
    let Story { grant, log, .. } = Story::booked();
    assert_eq!(grant.state, GrantState::Scheduled);
    assert_eq!(
        log[0].event,
        DeliveryEvent::Booked {
            carrier: carrier("north"),
            door: garage(),
            window: window(STARTS, ENDS),
            tracking_numbers: vec![parcel("A1"), parcel("B2")],
        }
    );
    assert_eq!((grant.log_length, &grant.log_head), (1, &log[0].hash));
    assert!(log::verify(grant.delivery, &log).is_ok());
    assert!(!grant.code_ready && grant.codes_minted == 0);
}

#[test]
fn a_booking_names_between_one_and_twenty_parcels_each_once() {
    let with = |tracking_numbers| Booking {
        tracking_numbers,
        ..booking()
    };
    assert_eq!(refused(with(vec![]), Some(site())), Refusal::ParcelCount);
    let many: Vec<_> = (0..=PARCELS_MAX).map(|n| parcel(&format!("P{n}"))).collect();
    assert_eq!(
        refused(with(many[..].to_vec()), Some(site())),
        Refusal::ParcelCount
    );
    let full = with(many[1..].to_vec());
    assert!(book(full, Some(site()), at(BOOKED), &Limits::default()).is_ok());
    let twice = with(vec![parcel("A1"), parcel("B2"), parcel("A1")]);
    assert_eq!(refused(twice, Some(site())), Refusal::ParcelRepeated);
}

#[test]
fn a_stranger_an_off_household_and_an_unwanted_carrier_are_told_the_same() {
    let not_offered = vec![Ineligible::NotOffered];
    assert_eq!(
        refused(booking(), None),
        Refusal::NotEligible {
            reasons: not_offered.clone()
        }
    );
    assert_eq!(barred(|site| site.policy.consent.enabled = false), not_offered);
    // Nothing else that is wrong is told then.
    let unwanted = barred(|site| {
        site.policy.consent.preferences.carriers = CarriersAllowed::Only([carrier("south")].into());
        site.door = None;
    });
    assert_eq!(unwanted, not_offered);
}

#[test]
fn a_door_that_may_not_be_opened_or_could_not_be_closed_again_is_not_booked() {
    let not_ready = vec![Ineligible::DoorNotReady];
    assert_eq!(barred(|site| site.door = None), not_ready);
    let door =
        |change: fn(&mut crate::grant::GrantedDoor)| barred(move |site| change(site.door.as_mut().unwrap()));
    assert_eq!(door(|door| door.kind = DoorKind::OnePiece), not_ready);
    assert_eq!(door(|door| door.close_act = None), not_ready);
    assert_eq!(
        door(|door| door.unattended_open = UnattendedOpen::NotAllowed),
        not_ready
    );
    assert_eq!(
        door(|door| {
            door.unattended_close = UnattendedClose::NotAllowed {
                reason: UnattendedCloseBar::OpenerForbids,
            }
        }),
        not_ready
    );
}

#[test]
fn a_window_that_is_over_or_too_far_ahead_is_not_booked() {
    let limits = Limits::default();
    let reasons = |now| {
        eligibility(
            Some(&site()),
            &carrier("north"),
            Some(&window(STARTS, ENDS)),
            0,
            now,
            &limits,
        )
        .reasons
    };
    assert_eq!(reasons(at(ENDS) - seconds(1)), []);
    assert_eq!(reasons(at(ENDS)), [Ineligible::WindowUnusable]);
    let earliest = at(STARTS) - limits.book_ahead_max;
    assert_eq!(reasons(earliest), []);
    assert_eq!(reasons(earliest - seconds(1)), [Ineligible::WindowUnusable]);
}

#[test]
fn a_pause_counts_only_when_it_covers_the_whole_window() {
    let until = |moment| {
        move |site: &mut DeliverySite| {
            site.policy.consent.preferences.paused_until = Some(moment);
        }
    };
    assert_eq!(barred(until(at(ENDS))), [Ineligible::Paused]);
    let mut site = site();
    until(at(ENDS) - seconds(1))(&mut site);
    assert!(book(booking(), Some(site), at(BOOKED), &Limits::default()).is_ok());
}

#[test]
fn hours_that_the_window_misses_and_a_zone_that_nobody_knows_are_both_outside() {
    let outside = vec![Ineligible::OutsideHours];
    let hours = |from, until| {
        move |site: &mut DeliverySite| site.policy.consent.preferences.hours = monday(from, until)
    };
    // The window is from ten to two in Toronto.
    assert_eq!(barred(hours(8, 10)), outside);
    assert_eq!(barred(hours(14, 16)), outside);
    let mut meeting = site();
    hours(8, 11)(&mut meeting);
    assert!(book(booking(), Some(meeting), at(BOOKED), &Limits::default()).is_ok());
    assert_eq!(
        barred(|site| site.policy.time_zone = "Atlantis/Deep".into()),
        outside
    );
}

#[test]
fn an_eligible_carrier_learns_the_time_zone_and_another_learns_nothing() {
    let answer = |site: Option<&DeliverySite>| {
        eligibility(site, &carrier("north"), None, 7, at(BOOKED), &Limits::default())
    };
    let open = site();
    assert_eq!(answer(Some(&open)).time_zone.as_deref(), Some("America/Toronto"));
    let mut off = site();
    off.policy.consent.enabled = false;
    assert_eq!(answer(Some(&off)).time_zone, None);
    assert_eq!(answer(Some(&off)), answer(None));
    assert_eq!(
        (answer(Some(&open)).windows.len(), answer(None).windows.len()),
        (7, 0)
    );
}
