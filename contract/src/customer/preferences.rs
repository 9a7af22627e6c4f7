//! What a household agrees to: when the door may be opened, and by whom.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{
    Invalid,
    ids::{CarrierId, DeliveryId},
};

/// How many entries a household's hours may have: three a day.
pub const HOURS_MAX: usize = 21;

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
    /// The days on which they apply, at least one.
    #[schemars(length(min = 1), extend("uniqueItems" = false))]
    days: BTreeSet<Weekday>,
    /// The first moment, like `08:00:00`.
    from: civil::Time,
    /// The first moment after them, later on the same day. Hours past midnight are two entries.
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
    /// Only these; one that is named twice counts once.
    Only(#[schemars(extend("uniqueItems" = false))] BTreeSet<CarrierId>),
}

/// What a household wants, all of it at once: what is left out goes back to its default. The switch itself is separate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Preferences {
    /// No delivery before this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_until: Option<Timestamp>,
    /// When the door may be opened; any time inside a delivery's window when empty. At most 21 entries.
    #[serde(default, deserialize_with = "hours")]
    #[schemars(length(max = 21))]
    pub hours: Vec<Hours>,
    /// Who may use the door.
    #[serde(default = "all_carriers")]
    pub carriers: CarriersAllowed,
    /// Whether the door may also be opened for taking parcels out that are to be returned.
    #[serde(default)]
    pub return_pickups: bool,
}

fn hours<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Hours>, D::Error> {
    let hours = Vec::deserialize(deserializer)?;
    if hours.len() > HOURS_MAX {
        return Err(de::Error::custom(Invalid::new("hours", "at most 21 entries")));
    }
    Ok(hours)
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
            return_pickups: false,
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
