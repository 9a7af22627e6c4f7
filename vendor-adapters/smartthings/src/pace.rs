//! How often a door is read: the vendor answers so many calls about one device in a minute, and a reading must not use up those that an
//! order needs.
//!
//! Who asks again too soon gets the last reading once more, as it was, with the time at which it was made: it proves nothing that it did
//! not prove before. The look before an order is never put off, and counts as a reading for those that follow it. Another copy of the adapter paces itself, so this keeps to the limit only nearly; what is left of it is looked at
//! again before an order.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use postern_contract::door::DoorReading;

/// Readings kept; the oldest go first.
const KEPT_MAX: usize = 1_000;

/// The last readings.
#[derive(Debug, Default)]
pub struct Pace {
    spacing: Duration,
    /// By whose they are and of which door.
    last: Mutex<BTreeMap<(String, String), DoorReading>>,
}

impl Pace {
    /// Readings at least this far apart.
    pub fn of(spacing: Duration) -> Self {
        Self {
            spacing,
            last: Mutex::default(),
        }
    }

    /// The last reading of this door for this owner, if it is too soon for another.
    pub fn too_soon(&self, owner: &str, door: &str, now: Timestamp) -> Option<DoorReading> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let reading = last.get(&(owner.to_owned(), door.to_owned()))?;
        // A clock that went backwards is no reason to wait.
        let fresh = now >= reading.read_at && now < reading.read_at + self.spacing;
        fresh.then(|| reading.clone())
    }

    /// Keeps a reading.
    pub fn keep(&self, owner: &str, door: &str, reading: &DoorReading) {
        if self.spacing.is_zero() {
            return;
        }
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() >= KEPT_MAX {
            let oldest = last.iter().min_by_key(|(_, reading)| reading.read_at);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                last.remove(&oldest);
            }
        }
        let kept = last.entry((owner.to_owned(), door.to_owned()));
        let newest = kept.or_insert_with(|| reading.clone());
        // One that was long on its way is older than what was learnt meanwhile.
        if newest.read_at < reading.read_at {
            *newest = reading.clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use postern_contract::door::{DoorState, Observer};

    use super::*;

    fn reading(second: i64) -> DoorReading {
        let at = Timestamp::from_second(second).unwrap();
        DoorReading {
            state: DoorState::Closed,
            online: true,
            obstructed: None,
            battery: None,
            observed_by: Observer::VendorCloud,
            observed_at: at,
            changed_at: None,
            read_at: at,
            stale: false,
        }
    }

    #[test]
    fn the_last_reading_is_given_again_until_it_is_time_for_another_and_to_nobody_else() {
        let pace = Pace::of(Duration::from_secs(15));
        pace.keep("home", "door", &reading(100));
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!(pace.too_soon("home", "door", at(114)), Some(reading(100)));
        assert_eq!(pace.too_soon("home", "door", at(115)), None);
        assert_eq!(pace.too_soon("home", "door", at(99)), None);
        assert_eq!(pace.too_soon("another", "door", at(101)), None);
        assert_eq!(pace.too_soon("home", "another", at(101)), None);
    }

    #[test]
    fn no_more_is_kept_than_so_much_and_nothing_where_nothing_is_spaced() {
        let pace = Pace::of(Duration::from_secs(15));
        for second in 0..1_100 {
            pace.keep("home", &second.to_string(), &reading(second));
        }
        assert_eq!(pace.last.lock().unwrap().len(), KEPT_MAX);
        let unspaced = Pace::of(Duration::ZERO);
        unspaced.keep("home", "door", &reading(100));
        assert!(unspaced.last.lock().unwrap().is_empty());
    }
}
