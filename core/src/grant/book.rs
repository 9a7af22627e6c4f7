//! Booking: may this carrier have a delivery here, and the grant that comes of it.

use jiff::{Timestamp, tz::TimeZone};
use postern_contract::{
    carrier::{Eligibility, Ineligible, PARCELS_MAX},
    delivery::{GrantState, Window},
    door::UnattendedOpen,
    event::{DeliveryEvent, LogEntry},
    ids::{CarrierId, DeliveryId, HouseholdId},
    text::{Remark, TrackingNumber},
    unattended::UnattendedClosePermit,
};

use super::{Grant, GrantedDoor, Limits, Policy, Refusal, offers::offers};
use crate::log::{self, LogSalt};

/// A household as a place to deliver to.
#[derive(Debug, Clone, PartialEq)]
pub struct DeliverySite {
    /// The household.
    pub household: HouseholdId,
    /// What it agreed to, and where its door stands.
    pub policy: Policy,
    /// Its delivery door, where one is chosen and the link to it works.
    pub door: Option<GrantedDoor>,
}

/// What a carrier books.
#[derive(Debug, Clone, PartialEq)]
pub struct Booking {
    /// The new delivery's id.
    pub delivery: DeliveryId,
    /// The carrier.
    pub carrier: CarrierId,
    /// When the door may be opened.
    pub window: Window,
    /// The parcels.
    pub tracking_numbers: Vec<TrackingNumber>,
    /// The carrier's own name for it.
    pub carrier_reference: Option<Remark>,
    /// What the log's commitments are salted with: fresh chance.
    pub log_salt: LogSalt,
}

/// Whether `carrier` may have a delivery at `site`, within `window` where one is known; and the windows on offer on so many `days`.
#[must_use]
pub fn eligibility(
    site: Option<&DeliverySite>,
    carrier: &CarrierId,
    window: Option<&Window>,
    days: u8,
    now: Timestamp,
    limits: &Limits,
) -> Eligibility {
    let reasons = match site {
        Some(site) => bars(site, carrier, window, now, limits),
        None => vec![Ineligible::NotOffered],
    };
    let eligible = reasons.is_empty();
    let policy = site.filter(|_| eligible).map(|site| &site.policy);
    Eligibility {
        eligible,
        reasons,
        time_zone: policy.map(|policy| policy.time_zone.clone()),
        windows: policy.map_or_else(Vec::new, |policy| offers(policy, now, days, limits)),
    }
}

fn bars(
    site: &DeliverySite,
    carrier: &CarrierId,
    window: Option<&Window>,
    now: Timestamp,
    limits: &Limits,
) -> Vec<Ineligible> {
    let consent = &site.policy.consent;
    if !consent.enabled || consent.wants(carrier).is_err() {
        // Nothing more is told of a household that does not want this carrier.
        return vec![Ineligible::NotOffered];
    }
    let mut reasons = Vec::new();
    if site.door.as_ref().is_none_or(barred) {
        reasons.push(Ineligible::DoorNotReady);
    }
    if let Some(window) = window {
        reasons.extend(window_bars(&site.policy, window, now, limits));
    }
    reasons
}

/// What speaks against a window.
pub(super) fn window_bars(
    policy: &Policy,
    window: &Window,
    now: Timestamp,
    limits: &Limits,
) -> Vec<Ineligible> {
    let consent = &policy.consent;
    let mut reasons = Vec::new();
    if window.ends_at() <= now || window.starts_at() > now + limits.book_ahead_max {
        reasons.push(Ineligible::WindowUnusable);
    }
    if consent
        .preferences
        .paused_until
        .is_some_and(|until| until >= window.ends_at())
    {
        reasons.push(Ineligible::Paused);
    }
    // A zone that the tables no longer know is treated as "outside": never as "any time".
    let meets = TimeZone::get(&policy.time_zone).is_ok_and(|zone| consent.hours_meet(window, &zone));
    if !meets {
        reasons.push(Ineligible::OutsideHours);
    }
    reasons
}

/// Whether these can be the parcels of a delivery.
pub(super) fn countable(parcels: &[TrackingNumber]) -> Result<(), Refusal> {
    if parcels.is_empty() || parcels.len() > PARCELS_MAX {
        return Err(Refusal::ParcelCount);
    }
    let repeated = |(at, parcel): (usize, &TrackingNumber)| parcels[..at].contains(parcel);
    if parcels.iter().enumerate().any(repeated) {
        return Err(Refusal::ParcelRepeated);
    }
    Ok(())
}

/// A door whose opener forbids it is not opened, and neither is one that could not be closed again.
fn barred(door: &GrantedDoor) -> bool {
    if door.unattended_open == UnattendedOpen::NotAllowed {
        return true;
    }
    UnattendedClosePermit::judge(door.kind, door.unattended_close, door.close_act, 0).is_err()
}

/// Books a delivery: its grant, and the first entry of its log.
///
/// # Errors
/// [`Refusal::ParcelCount`], [`Refusal::ParcelRepeated`] or [`Refusal::NotEligible`].
pub fn book(
    booking: Booking,
    site: Option<DeliverySite>,
    now: Timestamp,
    limits: &Limits,
) -> Result<(Grant, LogEntry), Refusal> {
    countable(&booking.tracking_numbers)?;
    let answer = eligibility(
        site.as_ref(),
        &booking.carrier,
        Some(&booking.window),
        0,
        now,
        limits,
    );
    let not_eligible = Refusal::NotEligible {
        reasons: answer.reasons,
    };
    let Some((site, door)) = site.filter(|_| answer.eligible).and_then(|mut site| {
        let door = site.door.take()?;
        Some((site, door))
    }) else {
        return Err(not_eligible);
    };
    let event = DeliveryEvent::Booked {
        carrier: booking.carrier.clone(),
        door: door.door,
        window: booking.window,
        tracking_numbers: booking.tracking_numbers.clone(),
    };
    let first = log::entry(booking.delivery, 1, now, log::START, event, &booking.log_salt);
    let grant = Grant {
        delivery: booking.delivery,
        carrier: booking.carrier,
        household: site.household,
        door,
        day: Some(site.policy.day_of(booking.window.starts_at())),
        window: booking.window,
        tracking_numbers: booking.tracking_numbers,
        carrier_reference: booking.carrier_reference,
        policy: site.policy,
        state: GrantState::Scheduled,
        attention: None,
        arm_at: None,
        driver: None,
        codes_minted: 0,
        code_ready: false,
        command: None,
        not_closed_at: None,
        opened_at: None,
        closed_at: None,
        stopped_closes: 0,
        closes: 0,
        last_close_at: None,
        watch_until: None,
        reissues: 0,
        reissue_until: None,
        revocation: None,
        doorstep: None,
        taken_over_at: None,
        overtaken_until: None,
        last_reading: None,
        created_at: now,
        updated_at: now,
        log_length: first.sequence,
        log_head: first.hash.clone(),
        log_salt: booking.log_salt,
        log_signature: None,
    };
    Ok((grant, first))
}
