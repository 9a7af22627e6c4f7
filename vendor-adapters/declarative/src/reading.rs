//! From a vendor's words to the contract's, as the file says. Pure.
//!
//! On any doubt a door is open: a state is believed only of a door that its vendor says is connected, and whose opener was heard lately
//! enough. Everything else is an unknown door, or a stale reading.

use std::time::Duration;

use jiff::Timestamp;
use postern_adapter_sdk::fitted_label;
use postern_contract::door::{Battery, Door, DoorKind, DoorReading, DoorState, Observer, UnattendedOpen};
use postern_contract::text::{DoorRef, Label};
use postern_contract::unattended::{UnattendedClose, UnattendedCloseBar, WarningSeconds};
use serde_json::Value;

use crate::file::Doors;
use crate::file::doors::{Batteries, Heard, TimeForm};
use crate::file::field::Told;

/// How far a vendor's clock may be before ours. A time further ahead is no time at which anything was heard.
const AHEAD_MAX: Duration = Duration::from_secs(30);

/// What one answer says of one door.
#[derive(Clone, Debug)]
pub struct SeenDoor {
    /// What its owner calls it, where that is said.
    pub name: Option<Label>,
    /// Which home it belongs to, where that is said.
    pub site: Option<Label>,
    /// How it is built.
    pub kind: DoorKind,
    /// Whether the vendor said how it stands, known word or not.
    pub told: bool,
    /// Whether it is a garage door, where that is said.
    pub is_a_door: Option<bool>,
    /// Whether it may be opened with nobody there.
    pub unattended_open: UnattendedOpen,
    /// Whether it may be closed with nobody there.
    pub unattended_close: UnattendedClose,
    /// How it stands.
    pub reading: DoorReading,
}

impl SeenDoor {
    /// What `door`, at the end of everything that it lies in, says at `now`.
    pub(crate) fn of(
        doors: &Doors,
        door: &[&Value],
        warning: Option<WarningSeconds>,
        now: Timestamp,
    ) -> Self {
        let text = |field: &Option<_>| {
            let field: &crate::file::field::Field = field.as_ref()?;
            field.text(door).and_then(fitted_label)
        };
        let state = doors.states.of(door);
        Self {
            name: text(&doors.looks.label),
            site: text(&doors.looks.site),
            kind: doors
                .looks
                .kinds
                .as_ref()
                .map_or(DoorKind::Unknown, |kinds| kinds.of(door)),
            told: state.is_some(),
            is_a_door: match &doors.looks.only {
                None => Some(true),
                Some(only) => only.says(door),
            },
            unattended_open: match doors.opening.as_ref().and_then(|opening| opening.says(door)) {
                Some(true) => UnattendedOpen::Allowed,
                Some(false) | None => UnattendedOpen::NotAllowed,
            },
            unattended_close: unattended_close(doors, door, warning),
            reading: reading(doors, door, state, now),
        }
    }

    /// The door for the list. `None` if it can't be called anything.
    pub(crate) fn listed(self, door: DoorRef, opener: Option<DoorRef>) -> Option<Door> {
        Some(Door {
            door,
            opener,
            name: self.name.or_else(|| fitted_label("Garage door"))?,
            site: self.site,
            kind: self.kind,
            unattended_open: self.unattended_open,
            unattended_close: self.unattended_close,
            camera: false,
            reading: self.reading,
        })
    }
}

fn reading(doors: &Doors, door: &[&Value], state: Option<DoorState>, now: Timestamp) -> DoorReading {
    let online = doors.online.says(door) == Some(true);
    let heard = match &doors.heard {
        Heard::WhenRead => online.then_some(now),
        Heard::At(field, form, _) => match field.told(door) {
            Told::Is(value) => time(value, *form)
                .filter(|heard| is_past(*heard, now))
                .map(|heard| heard.min(now)),
            Told::Nothing | Told::Torn => None,
        },
    };
    let silent = match (&doors.heard, heard) {
        (_, None) => true,
        (Heard::WhenRead, Some(_)) => false,
        (Heard::At(_, _, silence), Some(heard)) => heard.saturating_add(*silence).unwrap_or(heard) < now,
    };
    DoorReading {
        state: state.filter(|_| online).unwrap_or(DoorState::Unknown),
        online,
        obstructed: doors
            .obstructed
            .as_ref()
            .and_then(|obstructed| obstructed.says(door)),
        battery: doors
            .batteries
            .as_ref()
            .and_then(|batteries| battery(batteries, door)),
        observed_by: Observer::VendorCloud,
        // Of a door that nobody heard nothing later than the beginning of time is certain.
        observed_at: heard.unwrap_or(Timestamp::UNIX_EPOCH),
        changed_at: None,
        read_at: now,
        stale: !online || silent,
    }
}

fn is_past(heard: Timestamp, now: Timestamp) -> bool {
    heard <= now.saturating_add(AHEAD_MAX).unwrap_or(now)
}

fn time(value: &Value, form: TimeForm) -> Option<Timestamp> {
    match form {
        TimeForm::Rfc3339 => value.as_str()?.parse().ok(),
        TimeForm::UnixSeconds => Timestamp::from_second(value.as_i64()?).ok(),
        TimeForm::UnixMilliseconds => Timestamp::from_millisecond(value.as_i64()?).ok(),
    }
}

fn battery(batteries: &Batteries, door: &[&Value]) -> Option<Battery> {
    let percent = batteries
        .percent
        .as_ref()
        .and_then(|field| match field.told(door) {
            Told::Is(value) => u8::try_from(value.as_u64()?)
                .ok()
                .filter(|percent| *percent <= 100),
            Told::Nothing | Told::Torn => None,
        });
    let percent = percent.filter(|percent| *percent > 0 || !batteries.zero_is_none);
    let said_low = batteries.low.as_ref().and_then(|low| low.says(door));
    if percent.is_none() && said_low.is_none() {
        return None;
    }
    Some(Battery {
        percent,
        low: said_low == Some(true) || percent.is_some_and(|percent| percent <= batteries.low_at),
    })
}

/// Only by the word of the opener or its vendor: without a warning of which somebody knows, nothing closes unattended.
fn unattended_close(doors: &Doors, door: &[&Value], warning: Option<WarningSeconds>) -> UnattendedClose {
    let permitted = match &doors.closing.sign {
        None => Some(true),
        Some(sign) => sign.says(door),
    };
    let reason = match (permitted, warning) {
        (Some(false), _) => UnattendedCloseBar::OpenerForbids,
        (None, _) | (_, None) => UnattendedCloseBar::OpenerDoesNotSay,
        (Some(true), Some(warning_seconds)) => return UnattendedClose::Allowed { warning_seconds },
    };
    UnattendedClose::NotAllowed { reason }
}
