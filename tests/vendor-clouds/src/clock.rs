//! Where the simulator gets its time from.
//!
//! The door model and the world take the time as a value. Only a [`Clock`] knows what time it is: the wall's, or
//! one that a test moves by hand.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

/// The time that the cloud lives by.
#[derive(Clone, Default)]
pub enum Clock {
    /// The computer's own clock.
    #[default]
    Wall,
    /// A clock that stands still until it is moved.
    Manual(ManualClock),
    /// A clock that the caller brings.
    Given(Arc<dyn Fn() -> Timestamp + Send + Sync>),
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wall => "Wall",
            Self::Manual(_) => "Manual",
            Self::Given(_) => "Given",
        })
    }
}

impl Clock {
    /// The time now.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that everything else asks"
    )]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::Wall => Timestamp::now(),
            Self::Manual(clock) => clock.now(),
            Self::Given(clock) => clock(),
        }
    }
}

/// A clock moved by hand. Clones show, and move, the same time.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<Mutex<Timestamp>>);

impl ManualClock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(now)))
    }

    /// What it shows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves it forward.
    pub fn advance(&self, by: Duration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now += by;
    }
}
