//! What a household agreed to, and whether a moment and a carrier fall under it.

use jiff::{Timestamp, ToSpan, civil::DateTime, tz::TimeZone};
use postern_contract::{
    customer::{CarriersAllowed, Preferences, PreferencesView},
    delivery::{Purpose, Window},
    ids::{CarrierId, DoorId},
    unattended::DeliberateAct,
};
use serde::{Deserialize, Serialize};

/// A household's consent, whole. Its version counts every change, and the transaction that redeems a code demands the version
/// that the decision was made by: a change in between makes the redeeming fail, so there is no race to lose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// Counts every change, from 1.
    pub version: u64,
    /// Whether in-garage delivery is on.
    pub enabled: bool,
    /// Pause, hours, carriers.
    pub preferences: Preferences,
    /// The door that deliveries use, once one is chosen.
    pub delivery_door: Option<ChosenDoor>,
}

/// The door that deliveries use, with the household's word about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenDoor {
    /// The door.
    pub door: DoorId,
    /// The household says that it is built of sections.
    pub sectional: bool,
    /// The household's deliberate act of allowing it to be closed with nobody watching.
    pub unattended_close: Option<DeliberateAct>,
}

/// Why a household's consent does not cover something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentBar {
    /// In-garage delivery is off.
    Off,
    /// It is paused until then.
    Paused(Timestamp),
    /// The moment lies outside the household's hours.
    OutsideHours,
    /// The household does not want this carrier.
    CarrierNotAllowed,
}

impl Consent {
    /// What a household starts with: off, until it chooses a door and turns it on.
    #[must_use]
    pub fn initial() -> Self {
        Self {
            version: 1,
            enabled: false,
            preferences: Preferences::default(),
            delivery_door: None,
        }
    }

    /// Whether `carrier` may have the door opened at `moment`, by the clock of `zone`.
    ///
    /// # Errors
    /// The first reason against it: off, then the carrier, then a pause, then the hours.
    pub fn covers(&self, carrier: &CarrierId, moment: Timestamp, zone: &TimeZone) -> Result<(), ConsentBar> {
        if !self.enabled {
            return Err(ConsentBar::Off);
        }
        self.wants(carrier)?;
        if let Some(until) = self.preferences.paused_until.filter(|until| moment < *until) {
            return Err(ConsentBar::Paused(until));
        }
        let hours = &self.preferences.hours;
        let local = zone.to_datetime(moment);
        if hours.is_empty() || hours.iter().any(|span| span.contains(local)) {
            Ok(())
        } else {
            Err(ConsentBar::OutsideHours)
        }
    }

    /// When the hours that hold `moment` end, by the clock of `zone`; `None` where no hours are set.
    #[must_use]
    pub fn hours_end(&self, moment: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let local = zone.to_datetime(moment);
        let holding = self.preferences.hours.iter().filter(|span| span.contains(local));
        holding
            .filter_map(|span| span.on(local.date()))
            .filter_map(|(_, until)| zone.to_ambiguous_timestamp(until).later().ok())
            .max()
    }

    /// Whether the household's hours leave any moment of `window` open, by the clock of `zone`.
    #[must_use]
    pub fn hours_meet(&self, window: &Window, zone: &TimeZone) -> bool {
        let hours = &self.preferences.hours;
        if hours.is_empty() {
            return true;
        }
        let first = zone.to_datetime(window.starts_at()).date();
        let last = zone.to_datetime(window.ends_at()).date();
        let instant = |local: DateTime| zone.to_ambiguous_timestamp(local).compatible().ok();
        first
            .series(1.day())
            .take_while(|date| *date <= last)
            .any(|date| {
                hours
                    .iter()
                    .filter_map(|span| span.on(date))
                    .any(|(from, until)| match (instant(from), instant(until)) {
                        (Some(from), Some(until)) => {
                            from.max(window.starts_at()) < until.min(window.ends_at())
                        }
                        _ => false,
                    })
            })
    }

    /// Whether the household wants this carrier at all.
    ///
    /// # Errors
    /// [`ConsentBar::CarrierNotAllowed`].
    pub fn wants(&self, carrier: &CarrierId) -> Result<(), ConsentBar> {
        match &self.preferences.carriers {
            CarriersAllowed::All => Ok(()),
            CarriersAllowed::Only(names) if names.contains(carrier) => Ok(()),
            CarriersAllowed::Only(_) => Err(ConsentBar::CarrierNotAllowed),
        }
    }

    /// Whether the household agreed that its door is opened for this: that parcels are taken out is agreed to separately.
    #[must_use]
    pub const fn takes(&self, purpose: Purpose) -> bool {
        purpose.is_delivery() || self.preferences.return_pickups
    }

    /// The same consent after one more change.
    #[must_use]
    pub fn changed(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut next = self.clone();
        change(&mut next);
        next.version = self.version + 1;
        next
    }

    /// The consent, as its own household sees it.
    #[must_use]
    pub fn view(&self) -> PreferencesView {
        PreferencesView {
            enabled: self.enabled,
            preferences: self.preferences.clone(),
            version: self.version,
        }
    }
}

#[cfg(test)]
mod tests {
    use postern_contract::customer::{Hours, Weekday};

    use super::*;

    fn carrier(name: &str) -> CarrierId {
        name.parse().unwrap()
    }

    fn on() -> Consent {
        Consent::initial().changed(|consent| consent.enabled = true)
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_new_household_is_off() {
        let zone = TimeZone::UTC;
        let asked = Consent::initial().covers(&carrier("north"), at("2026-11-23T15:00:00Z"), &zone);
        assert_eq!(asked, Err(ConsentBar::Off));
    }

    #[test]
    fn hours_follow_the_households_clock_through_daylight_saving() {
        let days = [Weekday::Sunday].into();
        let hours = Hours::new(
            days,
            jiff::civil::time(9, 0, 0, 0),
            jiff::civil::time(10, 0, 0, 0),
        )
        .unwrap();
        let consent = on().changed(|c| c.preferences.hours = vec![hours]);
        let zone = TimeZone::get("America/Toronto").unwrap();
        let north = carrier("north");
        // The clocks went back on 1 November 2026: nine o'clock is 14:00 UTC after it and 13:00 UTC a week before.
        assert_eq!(consent.covers(&north, at("2026-11-01T14:30:00Z"), &zone), Ok(()));
        assert_eq!(consent.covers(&north, at("2026-10-25T13:30:00Z"), &zone), Ok(()));
        assert_eq!(
            consent.covers(&north, at("2026-10-25T14:30:00Z"), &zone),
            Err(ConsentBar::OutsideHours)
        );
    }

    #[test]
    fn hours_end_when_the_longest_that_hold_the_moment_do() {
        let days = [Weekday::Monday];
        let span = |from, until| Hours::new(days.into(), from, until).unwrap();
        let nine = jiff::civil::time(9, 0, 0, 0);
        let consent = on().changed(|c| {
            c.preferences.hours = vec![
                span(nine, jiff::civil::time(10, 0, 0, 0)),
                span(nine, jiff::civil::time(11, 0, 0, 0)),
            ];
        });
        let zone = TimeZone::get("America/Toronto").unwrap();
        let end = |moment| consent.hours_end(at(moment), &zone);
        assert_eq!(end("2026-11-23T14:30:00Z"), Some(at("2026-11-23T16:00:00Z")));
        assert_eq!(end("2026-11-23T16:00:00Z"), None);
        assert_eq!(on().hours_end(at("2026-11-23T14:30:00Z"), &zone), None);
    }

    #[test]
    fn hours_meet_a_window_that_they_overlap_by_a_minute_and_not_one_they_only_touch() {
        let hours = Hours::new(
            [Weekday::Monday].into(),
            jiff::civil::time(9, 0, 0, 0),
            jiff::civil::time(9, 10, 0, 0),
        );
        let consent = on().changed(|c| c.preferences.hours = vec![hours.unwrap()]);
        let zone = TimeZone::get("America/Toronto").unwrap();
        let window = |from: &str, until: &str| Window::new(at(from), at(until)).unwrap();
        assert!(consent.hours_meet(&window("2026-11-23T14:09:00Z", "2026-11-23T20:00:00Z"), &zone));
        assert!(!consent.hours_meet(&window("2026-11-23T14:10:00Z", "2026-11-23T20:00:00Z"), &zone));
        assert!(!consent.hours_meet(&window("2026-11-24T14:00:00Z", "2026-11-24T20:00:00Z"), &zone));
    }

    #[test]
    fn a_pause_ends_at_its_end_and_an_unwanted_carrier_stays_out() {
        let until = at("2026-11-23T12:00:00Z");
        let paused = on().changed(|c| c.preferences.paused_until = Some(until));
        let zone = TimeZone::UTC;
        let north = carrier("north");
        let before = until - jiff::SignedDuration::from_secs(1);
        assert_eq!(
            paused.covers(&north, before, &zone),
            Err(ConsentBar::Paused(until))
        );
        assert_eq!(paused.covers(&north, until, &zone), Ok(()));
        let picky =
            on().changed(|c| c.preferences.carriers = CarriersAllowed::Only([carrier("south")].into()));
        assert_eq!(
            picky.covers(&north, until, &zone),
            Err(ConsentBar::CarrierNotAllowed)
        );
    }
}
