//! Windows of time, and what is left of a quota in one: pure.
//!
//! Windows are fixed: they begin at the full minute and the full hour. So one number is the whole state, one `ADD` takes part in it,
//! and what is left and when it begins anew is told exactly. The price is known: who waits for the turn of a window may have twice
//! the quota within moments, and no more after that.

use jiff::{SignedDuration, Timestamp};
use postern_contract::carrier::Allowance;

use crate::store::CallCount;

/// A stretch of time in which something is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// When it began, in seconds since 1970.
    pub starts_at_s: i64,
    /// How long it is, in seconds.
    pub length_s: u32,
}

impl Window {
    /// The window of so many seconds that `at` is in.
    fn around(at: Timestamp, length_s: u32) -> Self {
        let length = i64::from(length_s);
        Self {
            starts_at_s: at.as_second().div_euclid(length) * length,
            length_s,
        }
    }

    /// The full minute that `at` is in: calls are counted in it.
    #[must_use]
    pub fn minute(at: Timestamp) -> Self {
        Self::around(at, 60)
    }

    /// The full hour that `at` is in: opens of a door are counted in it.
    #[must_use]
    pub fn hour(at: Timestamp) -> Self {
        Self::around(at, 3_600)
    }

    /// When it is over.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(self.starts_at_s + i64::from(self.length_s))
    }

    /// In how many seconds it is over, rounded up, so that nobody comes too early.
    #[must_use]
    pub fn ends_in_s(&self, now: Timestamp) -> u32 {
        let left = self.ends_at().duration_since(now);
        let seconds = left.as_secs() + i64::from(left.subsec_nanos() > 0);
        u32::try_from(seconds).unwrap_or(0).min(self.length_s)
    }
}

/// What is left of a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// What is counted.
    pub name: &'static str,
    /// How many there may be in a window.
    pub most: u32,
    /// How long a window is, in seconds.
    pub window_s: u32,
    /// How many are left in the present one.
    pub left: u32,
    /// In how many seconds it begins anew.
    pub resets_in_s: u32,
}

/// What a count of calls means for the latest of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Every call counts against this one.
    pub calls: Quota,
    /// Those that change something count against this one too.
    pub changes: Quota,
    /// The quota that is used up, if the call is one too many.
    pub exceeded: Option<Quota>,
}

impl Verdict {
    /// Judges the latest of so many calls, which `changes` something or does not.
    #[must_use]
    pub fn judge(
        allowance: &Allowance,
        count: CallCount,
        changes: bool,
        window: Window,
        now: Timestamp,
    ) -> Self {
        let quota = |name, most: u32, used: u32| Quota {
            name,
            most,
            window_s: window.length_s,
            left: most.saturating_sub(used),
            resets_in_s: window.ends_in_s(now),
        };
        let all = quota("calls", allowance.calls_per_minute, count.calls);
        let unsafe_ones = quota("changes", allowance.changes_per_minute, count.changes);
        let exceeded = if count.calls > allowance.calls_per_minute {
            Some(all)
        } else if changes && count.changes > allowance.changes_per_minute {
            Some(unsafe_ones)
        } else {
            None
        };
        Self {
            calls: all,
            changes: unsafe_ones,
            exceeded,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(us: i64) -> Timestamp {
        Timestamp::from_microsecond(us).unwrap()
    }

    proptest! {
        #[test]
        fn a_moment_is_in_its_window_and_the_next_one_begins_where_it_ends(us in -1_000_000_000_000_i64..90_000_000_000_000_000) {
            let now = at(us);
            for window in [Window::minute(now), Window::hour(now)] {
                let starts_at = Timestamp::from_second(window.starts_at_s).unwrap();
                prop_assert!(starts_at <= now && now < window.ends_at());
                prop_assert!((1..=window.length_s).contains(&window.ends_in_s(now)));
                let later = now + SignedDuration::from_secs(window.ends_in_s(now).into());
                let next = Window::around(later, window.length_s);
                prop_assert_eq!(next.starts_at_s, window.starts_at_s + i64::from(window.length_s));
            }
        }

        #[test]
        fn in_a_window_exactly_the_allowed_calls_go_through(
            calls_most in 0_u32..40,
            changes_most in 0_u32..40,
            kinds in prop::collection::vec(any::<bool>(), 0..100),
        ) {
            let allowance = Allowance { calls_per_minute: calls_most, changes_per_minute: changes_most, ..Allowance::default() };
            let now = at(30_000_000);
            let mut count = CallCount { calls: 0, changes: 0 };
            for changes in kinds {
                count.calls += 1;
                count.changes += u32::from(changes);
                let verdict = Verdict::judge(&allowance, count, changes, Window::minute(now), now);
                let too_many = count.calls > calls_most || changes && count.changes > changes_most;
                prop_assert_eq!(verdict.exceeded.is_some(), too_many);
                prop_assert_eq!(verdict.calls.left, calls_most.saturating_sub(count.calls));
                prop_assert_eq!(verdict.calls.resets_in_s, 30);
            }
        }
    }
}
