//! A household and what belongs to it: its place, its links to vendors, its doors.

use jiff::Timestamp;
use postern_contract::{
    customer::LinkState,
    delivery::RevocationReason,
    door::{Door, DoorKind, DoorReading, UnattendedOpen},
    ids::{DoorId, HouseholdId, LinkId, VendorId},
    place::{Address, Locale, Position},
    text::{DoorRef, Label, SealedBlob},
    unattended::UnattendedClose,
};
use serde::{Deserialize, Serialize};

use crate::grant::GrantedDoor;

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

/// A household's word that takes rights back, on record until everything that it means is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// What is taken back.
    pub scope: EndingScope,
    /// Why.
    pub reason: RevocationReason,
    /// When the word was given.
    pub begun_at: Timestamp,
}

/// What an [`Ending`] takes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum EndingScope {
    /// The grants of every delivery.
    Everything,
    /// Those for any door but this one.
    DoorsBut {
        /// The one that is spared.
        door: DoorId,
    },
    /// Those for a door that is another household's now; and the link that reached it, once that reaches no other.
    Door {
        /// Which.
        door: DoorId,
        /// The link, where it is known.
        link: Option<LinkId>,
    },
    /// Those through a link, and the link itself.
    Link {
        /// Which.
        link: LinkId,
    },
    /// Those through a link that the vendor no longer accepts. The link stays, to be repaired.
    BrokenLink {
        /// Which.
        link: LinkId,
    },
}

impl EndingScope {
    /// Whether it takes back a grant for this door.
    #[must_use]
    pub fn concerns(&self, door: &GrantedDoor) -> bool {
        match *self {
            Self::Everything => true,
            Self::DoorsBut { door: spared } => door.door != spared,
            Self::Door { door: lost, .. } => door.door == lost,
            Self::Link { link } | Self::BrokenLink { link } => door.link == link,
        }
    }
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
    /// The opener's own name, where the vendor's name for the door names the way to it too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opener: Option<DoorRef>,
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
            opener: door.opener,
            name: door.name,
            site: door.site,
            kind: door.kind,
            unattended_open: door.unattended_open,
            unattended_close: door.unattended_close,
            reading: door.reading,
        }
    }

    /// By what it is told from every other door of the vendor.
    #[must_use]
    pub fn opener(&self) -> &DoorRef {
        self.opener.as_ref().unwrap_or(&self.door_ref)
    }
}
