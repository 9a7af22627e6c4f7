//! The time of a run: the runtime's paused clock, laid onto a day of the calendar, and each process's own idea of it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// The true time of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TrueTime {
    began: Instant,
    at: Timestamp,
}

impl TrueTime {
    /// A time that is `at` now.
    pub(crate) fn beginning(at: Timestamp) -> Self {
        Self {
            began: Instant::now(),
            at,
        }
    }

    /// The present.
    pub(crate) fn now(&self) -> Timestamp {
        self.at + self.gone()
    }

    /// How long the run has gone on.
    pub(crate) fn gone(&self) -> Duration {
        self.began.elapsed()
    }

    /// Waits for a moment; not at all when it has passed.
    pub(crate) async fn until(&self, at: Timestamp) {
        let left = at.duration_since(self.now());
        tokio::time::sleep(Duration::try_from(left).unwrap_or_default()).await;
    }

    /// A clock that runs ahead of this one by `skew_ms`, or behind it.
    pub(crate) fn skewed(self, skew_ms: i64) -> SkewedClock {
        SkewedClock {
            truth: self,
            skew: SignedDuration::from_millis(skew_ms),
        }
    }
}

/// A process's clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SkewedClock {
    truth: TrueTime,
    skew: SignedDuration,
}

impl SkewedClock {
    /// What it shows.
    pub(crate) fn shows(&self) -> Timestamp {
        self.truth.now() + self.skew
    }
}

impl postern_core::ports::Clock for SkewedClock {
    fn now(&self) -> Timestamp {
        self.shows()
    }
}
