//! What a door is, what was seen of it, by whom and when.
//!
//! A reading is evidence, not truth: openers' clouds report late, keep the last state of a door that is offline, and guess. So
//! each reading carries who observed it and when, and the questions that decisions hang on (`proves_closed_after`,
//! `shown_state`) are answered here, once: on any doubt a door is open.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    text::{DoorRef, Label},
    unattended::UnattendedClose,
};

/// Where a door stands or which way it moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DoorState {
    /// Fully open, and still.
    Open,
    /// On its way up.
    Opening,
    /// Fully closed, and still.
    Closed,
    /// On its way down.
    Closing,
    /// Still, somewhere between open and closed.
    Stopped,
    /// The opener sounds its alarm and will close in a moment; the door has not moved yet.
    Warning,
    /// Nobody can say.
    Unknown,
}

/// Who saw what a reading says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Observer {
    /// The vendor's cloud, asked by its adapter.
    VendorCloud,
    /// The vendor's cloud, telling us by an event.
    VendorEvent,
    /// A direct kit's own sensors.
    Kit,
}

/// A battery, as well as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Battery {
    /// Charge in per cent, where the opener tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
    /// The opener says that it is low.
    pub low: bool,
}

/// What was seen of a door, by whom, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DoorReading {
    /// What the observer reported.
    pub state: DoorState,
    /// Whether the opener was connected to its observer.
    pub online: bool,
    /// Whether something stood in the door's way; absent when the opener cannot tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub obstructed: Option<bool>,
    /// The battery of the opener or its sensor, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub battery: Option<Battery>,
    /// Who observed it.
    pub observed_by: Observer,
    /// When the opener itself was last heard. An adapter whose vendor does not tell puts the earliest time that is certain.
    pub observed_at: Timestamp,
    /// When the state last changed, where the vendor tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<Timestamp>,
    /// When the adapter received the reading.
    pub read_at: Timestamp,
    /// The adapter has a reason to think that this is not the present: the opener is offline, or was silent for too long.
    pub stale: bool,
}

impl DoorReading {
    /// Whether this reading shows that the door was closed, and still, at some moment after `moment`. Anything doubtful does
    /// not: stale, offline, obstructed, or last heard before.
    #[must_use]
    pub fn proves_closed_after(&self, moment: Timestamp) -> bool {
        self.proves(DoorState::Closed, moment) && self.obstructed != Some(true)
    }

    /// Whether this reading shows that the door was fully open at some moment after `moment`.
    #[must_use]
    pub fn proves_open_after(&self, moment: Timestamp) -> bool {
        self.proves(DoorState::Open, moment)
    }

    /// Whether the opener itself was heard after `moment`, and nothing speaks against believing it.
    #[must_use]
    pub fn is_fresh_after(&self, moment: Timestamp) -> bool {
        !self.stale && self.online && self.observed_at > moment
    }

    fn proves(&self, state: DoorState, moment: Timestamp) -> bool {
        self.state == state && self.is_fresh_after(moment)
    }

    /// The state that may be shown to a person. A doubtful `closed` is shown as unknown.
    #[must_use]
    pub fn shown_state(&self) -> DoorState {
        let doubtful = self.stale || !self.online;
        if doubtful && self.state == DoorState::Closed {
            DoorState::Unknown
        } else {
            self.state
        }
    }
}

/// How a door is built, as far as the rule for closing it unattended asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DoorKind {
    /// Hinged sections that run on tracks: the only kind that may be closed with nobody watching.
    Sectional,
    /// One rigid panel that swings out.
    OnePiece,
    /// A gate of a driveway: not a way into a garage.
    Gate,
    /// The vendor does not tell.
    Unknown,
}

/// Whether a door may be opened with nobody of the household watching.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnattendedOpen {
    /// The opener permits it.
    Allowed,
    /// The opener or its owner forbids it, or does not say.
    NotAllowed,
}

/// A door as its vendor's adapter lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Door {
    /// The vendor's name for it.
    pub door: DoorRef,
    /// The opener's own name, where `door` names the way to it too: doors of one opener are one door, whoever lists them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opener: Option<DoorRef>,
    /// What its owner calls it.
    pub name: Label,
    /// Which home of the account it belongs to, in the owner's words, where one account has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<Label>,
    /// How it is built, as far as the vendor tells.
    pub kind: DoorKind,
    /// Whether it may be opened unattended.
    pub unattended_open: UnattendedOpen,
    /// Whether it may be closed unattended, and why not.
    pub unattended_close: UnattendedClose,
    /// Whether the vendor can give footage of it.
    pub camera: bool,
    /// What was seen of it when it was listed.
    pub reading: DoorReading,
}

impl Door {
    /// By what it is told from every other door of the vendor.
    #[must_use]
    pub fn opener(&self) -> &DoorRef {
        self.opener.as_ref().unwrap_or(&self.door)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed_at(observed: i64) -> DoorReading {
        DoorReading {
            state: DoorState::Closed,
            online: true,
            obstructed: Some(false),
            battery: None,
            observed_by: Observer::VendorCloud,
            observed_at: Timestamp::from_second(observed).unwrap(),
            changed_at: None,
            read_at: Timestamp::from_second(observed + 1).unwrap(),
            stale: false,
        }
    }

    #[test]
    fn only_a_fresh_connected_unobstructed_reading_after_the_moment_proves_a_door_closed() {
        let moment = Timestamp::from_second(100).unwrap();
        assert!(closed_at(101).proves_closed_after(moment));
        assert!(!closed_at(100).proves_closed_after(moment));
        assert!(
            !DoorReading {
                stale: true,
                ..closed_at(101)
            }
            .proves_closed_after(moment)
        );
        assert!(
            !DoorReading {
                online: false,
                ..closed_at(101)
            }
            .proves_closed_after(moment)
        );
        assert!(
            !DoorReading {
                obstructed: Some(true),
                ..closed_at(101)
            }
            .proves_closed_after(moment)
        );
        assert!(
            !DoorReading {
                state: DoorState::Closing,
                ..closed_at(101)
            }
            .proves_closed_after(moment)
        );
    }

    #[test]
    fn a_doubtful_closed_door_is_never_shown_as_closed() {
        assert_eq!(closed_at(1).shown_state(), DoorState::Closed);
        assert_eq!(
            DoorReading {
                stale: true,
                ..closed_at(1)
            }
            .shown_state(),
            DoorState::Unknown
        );
        assert_eq!(
            DoorReading {
                online: false,
                ..closed_at(1)
            }
            .shown_state(),
            DoorState::Unknown
        );
    }
}
