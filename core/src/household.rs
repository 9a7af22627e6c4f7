//! A household and what belongs to it: its place, its links to vendors, its doors.

use jiff::Timestamp;
use postern_contract::{
    customer::LinkState,
    door::{Door, DoorKind, DoorReading, UnattendedOpen},
    ids::{DoorId, HouseholdId, LinkId, VendorId},
    place::{Address, Locale, Position},
    text::{DoorRef, Label, SealedBlob},
    unattended::UnattendedClose,
};
use serde::{Deserialize, Serialize};

/// The people of one address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Household {
    /// Its id.
    pub id: HouseholdId,
    /// Where the garage is.
    pub address: Address,
    /// Where its door stands on the ground.
    pub position: Position,
    /// The IANA name of its time zone, checked when the household signed up.
    pub time_zone: String,
    /// Its language.
    pub locale: Locale,
    /// Since when.
    pub created_at: Timestamp,
}

/// A household's tie to one vendor account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Its id.
    pub id: LinkId,
    /// Whose opener it reaches.
    pub vendor: VendorId,
    /// Whether it can be used. A link is recorded once the vendor has granted it, so it is never pending here.
    pub state: LinkState,
    /// The vendor's tokens, sealed by the adapter; the core cannot open them.
    pub credentials: SealedBlob,
    /// When the credentials must be refreshed at the latest.
    pub refresh_at: Timestamp,
    /// Since when.
    pub linked_at: Timestamp,
}

/// A door of a household.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HouseholdDoorRecord {
    /// Its id.
    pub id: DoorId,
    /// The link that reaches it.
    pub link: LinkId,
    /// Whose opener it has.
    pub vendor: VendorId,
    /// The vendor's name for it.
    pub door_ref: DoorRef,
    /// What the household calls it.
    pub name: Label,
    /// Which home of the vendor's account it belongs to.
    pub site: Option<Label>,
    /// How it is built, by the vendor's word.
    pub kind: DoorKind,
    /// Whether it may be opened unattended, by its opener's word.
    pub unattended_open: UnattendedOpen,
    /// Whether it may be closed unattended, by its opener's word.
    pub unattended_close: UnattendedClose,
    /// How it was last seen when it was listed.
    pub reading: DoorReading,
}

impl HouseholdDoorRecord {
    /// The record of a door that an adapter listed.
    #[must_use]
    pub fn listed(id: DoorId, link: LinkId, vendor: VendorId, door: Door) -> Self {
        Self {
            id,
            link,
            vendor,
            door_ref: door.door,
            name: door.name,
            site: door.site,
            kind: door.kind,
            unattended_open: door.unattended_open,
            unattended_close: door.unattended_close,
            reading: door.reading,
        }
    }
}
