//! What a household's people send to the customers' API, and what they get back.

mod preferences;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::preferences::{
    CarriersAllowed, HOURS_MAX, Hours, Preferences, PreferencesView, TurnedOff, Weekday,
};
use crate::{
    adapter::{Answers, FormFields, SignIn},
    delivery::DoorView,
    door::DoorKind,
    ids::{ActivityId, DeliveryId, DoorId, HouseholdId, LinkId, VendorId},
    place::{Address, Locale, Position},
    text::{Label, SecretText},
    unattended::UnattendedClose,
};

/// Register the household of the person who asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignUp {
    /// Where the garage is.
    pub address: Address,
    /// Where its door stands on the ground: the middle of the geofence.
    pub position: Position,
    /// The IANA time zone in which the household's hours are meant, like `America/Toronto`.
    pub time_zone: String,
    /// The language to speak.
    pub locale: Locale,
}

/// A household, as its own people see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HouseholdView {
    /// Its id.
    pub id: HouseholdId,
    /// Where the garage is.
    pub address: Address,
    /// Its time zone.
    pub time_zone: String,
    /// Its language.
    pub locale: Locale,
    /// What it agreed to.
    pub preferences: PreferencesView,
    /// The door that deliveries use.
    pub delivery_door: Option<DoorId>,
}

/// Begin linking an opener.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginLink {
    /// Whose opener it is.
    pub vendor: VendorId,
}

/// How to sign in with the vendor.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct LinkStarted {
    /// The link that is to be.
    pub link: LinkId,
    /// Either the vendor's page, as `authorize_url`, to be opened in a browser; or a `form` to be filled in here.
    #[serde(flatten)]
    pub sign_in: SignIn<FormToFill>,
    /// The login must be finished by then.
    pub expires_at: Timestamp,
}

/// A form by which to sign in with a vendor that has no page for it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct FormToFill {
    /// To be handed back with the answers.
    pub state: SecretText,
    /// What to ask for, in this order.
    pub fields: FormFields,
}

/// Finish linking with what the vendor's page handed back.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishLink {
    /// The `state` of the page's address.
    pub state: SecretText,
    /// The `code` of the page's address.
    pub code: SecretText,
}

/// Finish linking with what was filled in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerForm {
    /// The `state` of the form.
    pub state: SecretText,
    /// An answer to each field that is required, under its kind.
    pub answers: Answers,
}

/// Whether a link can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// The household is on the vendor's login page, or before its form.
    Pending,
    /// It works.
    Active,
    /// The vendor no longer accepts it; link again.
    Broken,
}

/// A link, as its household sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LinkView {
    /// Its id.
    pub id: LinkId,
    /// Whose opener it reaches.
    pub vendor: VendorId,
    /// Whether it can be used.
    pub state: LinkState,
    /// Since when.
    pub linked_at: Timestamp,
}

/// A door, as its household sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HouseholdDoor {
    /// Its id.
    pub id: DoorId,
    /// The link that reaches it.
    pub link: LinkId,
    /// Whose opener it has.
    pub vendor: VendorId,
    /// What the household calls it.
    pub name: Label,
    /// Which home of the vendor's account it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<Label>,
    /// How it is built.
    pub kind: DoorKind,
    /// Whether it may be closed unattended, by its opener's word.
    pub unattended_close: UnattendedClose,
    /// Whether deliveries use it.
    pub is_delivery_door: bool,
    /// How it was last seen.
    pub door: Option<DoorView>,
}

/// Rename a door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NameDoor {
    /// The new name.
    pub name: Label,
}

/// Choose the door that deliveries use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChooseDoor {
    /// The door.
    pub door: DoorId,
    /// "This door is made of hinged sections." Only such a door may be closed with nobody watching (16 CFR 1211.14).
    pub door_is_sectional: bool,
    /// "Postern may close it while nobody watches." Without this no delivery can be booked.
    pub allow_unattended_close: bool,
}

/// One entry of a household's activity log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ActivityEntry {
    /// When.
    pub at: Timestamp,
    /// Which delivery it belongs to, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryId>,
    /// What happened: the name of a delivery event or of a [`HouseholdEvent`].
    pub what: String,
    /// Its details.
    pub details: serde_json::Value,
}

/// Something that happened in a household, outside any delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum HouseholdEvent {
    /// The household was registered.
    SignedUp,
    /// An opener was linked.
    Linked {
        /// The link.
        link: LinkId,
        /// Whose opener.
        vendor: VendorId,
    },
    /// A link no longer works; link again.
    LinkBroken {
        /// The link.
        link: LinkId,
    },
    /// An opener was unlinked.
    Unlinked {
        /// The link.
        link: LinkId,
    },
    /// A door was renamed.
    DoorNamed {
        /// The door.
        door: DoorId,
    },
    /// The delivery door was chosen.
    DoorChosen {
        /// The door.
        door: DoorId,
    },
    /// Another household showed that the door is theirs.
    DoorLost {
        /// The door.
        door: DoorId,
    },
    /// Pause, hours or carriers were changed.
    PreferencesChanged,
    /// In-garage delivery was turned on.
    TurnedOn,
    /// In-garage delivery was turned off.
    TurnedOff,
}

/// An activity's id and content, as it is recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HouseholdActivity {
    /// Its id.
    pub id: ActivityId,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub event: HouseholdEvent,
}
