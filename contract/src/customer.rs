//! What a household's people send to the customers' API, and what they get back.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Invalid,
    delivery::DoorView,
    door::DoorKind,
    ids::{ActivityId, CarrierId, DeliveryId, DoorId, HouseholdId, LinkId, VendorId},
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

/// Where to go to log in with the vendor.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct LinkStarted {
    /// The link that is to be.
    pub link: LinkId,
    /// Open this in a browser.
    pub authorize_url: SecretText,
    /// The login must be finished by then.
    pub expires_at: Timestamp,
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

/// Whether a link can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// The household is on the vendor's login page.
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

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

impl From<civil::Weekday> for Weekday {
    fn from(day: civil::Weekday) -> Self {
        match day {
            civil::Weekday::Monday => Self::Monday,
            civil::Weekday::Tuesday => Self::Tuesday,
            civil::Weekday::Wednesday => Self::Wednesday,
            civil::Weekday::Thursday => Self::Thursday,
            civil::Weekday::Friday => Self::Friday,
            civil::Weekday::Saturday => Self::Saturday,
            civil::Weekday::Sunday => Self::Sunday,
        }
    }
}

/// Hours on some days of the week, in the household's own time, in which the door may be opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, try_from = "RawHours")]
pub struct Hours {
    days: BTreeSet<Weekday>,
    from: civil::Time,
    until: civil::Time,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawHours {
    days: BTreeSet<Weekday>,
    from: civil::Time,
    until: civil::Time,
}

impl TryFrom<RawHours> for Hours {
    type Error = Invalid;
    fn try_from(raw: RawHours) -> Result<Self, Invalid> {
        Self::new(raw.days, raw.from, raw.until)
    }
}

impl Hours {
    /// Hours from `from` up to but not including `until`, on `days`.
    ///
    /// # Errors
    /// [`Invalid`] when no day is named or they end before they start. Hours past midnight are two entries.
    pub fn new(days: BTreeSet<Weekday>, from: civil::Time, until: civil::Time) -> Result<Self, Invalid> {
        if days.is_empty() {
            return Err(Invalid::new("days", "at least one day of the week"));
        }
        if until <= from {
            return Err(Invalid::new("until", "later than from, on the same day"));
        }
        Ok(Self { days, from, until })
    }

    /// The local span of these hours on `date`, if they apply to its weekday: its start, and the moment after its end.
    #[must_use]
    pub fn on(&self, date: civil::Date) -> Option<(civil::DateTime, civil::DateTime)> {
        let applies = self.days.contains(&date.weekday().into());
        applies.then(|| (date.to_datetime(self.from), date.to_datetime(self.until)))
    }

    /// Whether a local time lies inside.
    #[must_use]
    pub fn contains(&self, local: civil::DateTime) -> bool {
        self.days.contains(&local.weekday().into()) && self.from <= local.time() && local.time() < self.until
    }
}

/// Which carriers may use the door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CarriersAllowed {
    /// Every carrier that the operator registered.
    All,
    /// Only these.
    Only(BTreeSet<CarrierId>),
}

/// What a household wants, all of it at once: what is left out goes back to its default. The switch itself is separate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Preferences {
    /// No delivery before this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_until: Option<Timestamp>,
    /// When the door may be opened; any time inside a delivery's window when empty. At most 21 entries.
    #[serde(default)]
    #[schemars(length(max = 21))]
    pub hours: Vec<Hours>,
    /// Who may use the door.
    #[serde(default = "all_carriers")]
    pub carriers: CarriersAllowed,
}

fn all_carriers() -> CarriersAllowed {
    CarriersAllowed::All
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            paused_until: None,
            hours: Vec::new(),
            carriers: all_carriers(),
        }
    }
}

/// What a household agreed to, as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PreferencesView {
    /// Whether in-garage delivery is on.
    pub enabled: bool,
    /// Pause, hours, carriers.
    #[serde(flatten)]
    pub preferences: Preferences,
    /// Counts every change; a grant remembers the version it was judged by.
    pub version: u64,
}

/// In-garage delivery is off, and this is what became of what was under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TurnedOff {
    /// What the household agrees to now.
    pub preferences: PreferencesView,
    /// Deliveries whose right to open has ended.
    pub revoked: Vec<DeliveryId>,
    /// Deliveries whose door is in use: it is being closed and watched until it is.
    pub closing: Vec<DeliveryId>,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_meant_in_local_time_and_end_before_their_end() {
        let hours: Hours =
            serde_json::from_str(r#"{"days":["monday"],"from":"08:00:00","until":"18:00:00"}"#).unwrap();
        let at = |text: &str| text.parse::<civil::DateTime>().unwrap();
        assert!(hours.contains(at("2026-11-23T08:00:00")));
        assert!(!hours.contains(at("2026-11-23T18:00:00")));
        assert!(!hours.contains(at("2026-11-24T09:00:00")));
    }

    #[test]
    fn hours_without_a_day_or_against_the_clock_are_refused() {
        for bad in [
            r#"{"days":[],"from":"08:00:00","until":"18:00:00"}"#,
            r#"{"days":["monday"],"from":"18:00:00","until":"08:00:00"}"#,
            r#"{"days":["monday"],"from":"08:00:00","until":"18:00:00","nights":true}"#,
        ] {
            assert!(serde_json::from_str::<Hours>(bad).is_err(), "{bad} was taken");
        }
    }

    #[test]
    fn an_unknown_preference_is_refused_by_name() {
        let refusal = serde_json::from_str::<Preferences>(r#"{"hour":[]}"#)
            .unwrap_err()
            .to_string();
        assert!(refusal.contains("hour"), "{refusal}");
    }
}
