//! The evidence of a delivery: made of what the record holds, and checked by whoever is given it. Both are pure.

mod prove;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use postern_contract::{
    delivery::Window,
    door::DoorReading,
    event::{DeliveryEvent, LogEntry},
    evidence::{
        BundleStage, BundleVersion, EvidenceBundle, EvidencedParcel, EvidencedPolicy, EvidencedReading,
        Geofence, GrantLimits, Parties, UnattendedCloseRules,
    },
    ids::DoorId,
    text::TrackingNumber,
    unattended::OBSTRUCTED_CLOSES_MAX,
};

pub use self::prove::{BundleKeys, NotEvidence, Proven, prove, read_unsigned};
use crate::{
    Error,
    grant::{Grant, Limits, Viewer},
    log,
};

/// The bundle of a delivery, as its carrier may have it. `log` is what the record holds by now, which may be more than the grant knew
/// when it was read: the bundle is of the moment of the grant.
///
/// # Errors
/// [`Error::Corrupt`] when the log is not the one that the grant names.
pub fn bundle(
    grant: &Grant,
    carrier_name: &str,
    log: &[LogEntry],
    now: Timestamp,
    limits: &Limits,
) -> Result<EvidenceBundle, Error> {
    let broken = Error::Corrupt("a log that is not the one its grant names");
    let length = usize::try_from(grant.log_length).unwrap_or(usize::MAX);
    let Some(log) = log.get(..length) else {
        return Err(broken);
    };
    let log: Vec<LogEntry> = log.iter().map(LogEntry::shared).collect();
    let door = match log::verify(grant.delivery, &log) {
        Ok(head) if head == grant.log_head => booked_door(&log),
        _ => None,
    };
    let Some(door) = door else {
        return Err(broken);
    };
    let delivery = grant.view(Viewer::Carrier);
    Ok(EvidenceBundle {
        version: BundleVersion::V1,
        made_at: now,
        stage: match (grant.state.is_end(), &grant.log_signature) {
            (false, _) => BundleStage::UnderWay,
            (true, None) => BundleStage::Ending,
            (true, Some(_)) => BundleStage::Final,
        },
        parties: Parties {
            carrier: grant.carrier.clone(),
            carrier_name: carrier_name.to_owned(),
            driver: grant.driver.clone(),
            door,
        },
        parcels: parcels(&delivery.tracking_numbers, &log),
        delivery,
        policy: policy(grant, limits),
        readings: readings(&log),
        log,
    })
}

/// The door that a delivery was booked for, by the first entry of its log.
fn booked_door(log: &[LogEntry]) -> Option<DoorId> {
    match &log.first()?.event {
        DeliveryEvent::Booked { door, .. } => Some(*door),
        _ => None,
    }
}

/// The window and the parcels by the log: as they were booked, and then changed.
fn booked(log: &[LogEntry]) -> Option<(Window, Vec<TrackingNumber>)> {
    log.iter().fold(None, |known, entry| match (known, &entry.event) {
        (
            _,
            DeliveryEvent::Booked {
                window,
                tracking_numbers,
                ..
            },
        ) => Some((*window, tracking_numbers.clone())),
        (
            Some((before, had)),
            DeliveryEvent::Changed {
                window,
                tracking_numbers,
                ..
            },
        ) => Some((window.unwrap_or(before), tracking_numbers.clone().unwrap_or(had))),
        (known, _) => known,
    })
}

/// What the log says of each parcel.
fn parcels(booked: &[TrackingNumber], log: &[LogEntry]) -> Vec<EvidencedParcel> {
    let mut scanned = BTreeSet::new();
    let mut left = BTreeSet::new();
    for entry in log {
        match &entry.event {
            DeliveryEvent::OpenRequested { tracking_number, .. } => {
                scanned.insert(tracking_number.as_str());
            }
            DeliveryEvent::Completed { dropped, .. } => {
                left.extend(dropped.iter().map(TrackingNumber::as_str));
            }
            _ => {}
        }
    }
    let told = booked.iter().map(|number| EvidencedParcel {
        tracking_number: number.clone(),
        scanned: scanned.contains(number.as_str()),
        left_inside: left.contains(number.as_str()),
    });
    told.collect()
}

/// The sights of the door in the log.
fn readings(log: &[LogEntry]) -> Vec<EvidencedReading> {
    let seen = log.iter().filter_map(|entry| {
        let reading = reading(&entry.event)?;
        Some(EvidencedReading {
            sequence: entry.sequence,
            recorded_at: entry.at,
            age_ms: entry.at.as_millisecond() - reading.observed_at.as_millisecond(),
            reading: reading.clone(),
        })
    });
    seen.collect()
}

fn reading(event: &DeliveryEvent) -> Option<&DoorReading> {
    match event {
        DeliveryEvent::Opened { reading }
        | DeliveryEvent::NotOpened { reading, .. }
        | DeliveryEvent::CloseStopped { reading, .. }
        | DeliveryEvent::Closed { reading, .. }
        | DeliveryEvent::StillClosed { reading }
        | DeliveryEvent::MovedUnordered { reading } => Some(reading),
        _ => None,
    }
}

fn policy(grant: &Grant, limits: &Limits) -> EvidencedPolicy {
    let door = &grant.door;
    EvidencedPolicy {
        window: grant.window,
        geofence: Geofence {
            radius_m: limits.geofence_m,
            accuracy_m_max: limits.accuracy_m_max,
        },
        unattended_open: door.unattended_open,
        unattended_close: UnattendedCloseRules {
            door_kind: door.kind,
            opener: door.unattended_close,
            household_allows: door.close_act.is_some(),
            stopped_closes_max: OBSTRUCTED_CLOSES_MAX,
        },
        limits: GrantLimits {
            send_within_s: seconds(limits.send_within),
            open_settle_s: seconds(limits.open_settle),
            close_settle_s: seconds(limits.close_settle),
            left_open_after_s: seconds(limits.left_open_after),
            reissue_within_s: seconds(limits.reissue_within),
            reissues_max: limits.reissues_max,
            codes_max: limits.codes_max,
        },
    }
}

fn seconds(duration: SignedDuration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(u32::MAX)
}
