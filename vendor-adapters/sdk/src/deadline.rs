//! The moment at which a call gives up.

use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use jiff::Timestamp;
use postern_contract::ids::LinkId;

use crate::Clock;

/// When a call gives up, and the clock by which that is judged; and whose call it is, which says what may be held back.
#[derive(Clone)]
pub struct Deadline {
    at: Timestamp,
    clock: Arc<dyn Clock>,
    link: Option<LinkId>,
    of_an_order: bool,
    of_a_door: bool,
}

/// The deadline came first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the deadline has passed")]
pub struct DeadlinePassed;

impl Deadline {
    /// Gives up at `at`, by `clock`.
    pub fn new(at: Timestamp, clock: Arc<dyn Clock>) -> Self {
        Self {
            at,
            clock,
            link: None,
            of_an_order: false,
            of_a_door: false,
        }
    }

    /// The same for a call of this link's account.
    #[must_use]
    pub fn of_link(self, link: LinkId) -> Self {
        Self {
            link: Some(link),
            ..self
        }
    }

    /// The link whose account the call is for, where it is for one.
    pub fn link(&self) -> Option<LinkId> {
        self.link
    }

    /// The same for an order: what it has to read first is not held back for a vendor's sake.
    #[must_use]
    pub fn of_an_order(self) -> Self {
        Self {
            of_an_order: true,
            ..self
        }
    }

    /// Whether it is an order's.
    pub fn is_of_an_order(&self) -> bool {
        self.of_an_order
    }

    /// The same for a look at one door, which may stand open: it is held back for a short while at most.
    #[must_use]
    pub fn of_a_door(self) -> Self {
        Self {
            of_a_door: true,
            ..self
        }
    }

    /// Whether it is a look's at one door.
    pub fn is_of_a_door(&self) -> bool {
        self.of_a_door
    }

    /// The same deadline, later by `grace`.
    #[must_use]
    pub fn later_by(&self, grace: Duration) -> Self {
        Self {
            at: self.at.saturating_add(grace).unwrap_or(self.at),
            ..self.clone()
        }
    }

    /// The time now, by this deadline's clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whether it is time to give up: at the deadline itself, too.
    pub fn is_past(&self) -> bool {
        self.now() >= self.at
    }

    /// How long is left; zero if it is past.
    pub fn remaining(&self) -> Duration {
        self.at.duration_since(self.now()).try_into().unwrap_or_default()
    }

    /// Runs `future` until it ends or the deadline comes.
    ///
    /// The clock is looked at before each step of `future`, so a process that was stopped in the middle (a frozen
    /// Lambda, a sleeping laptop) does nothing late when it goes on.
    ///
    /// # Errors
    /// [`DeadlinePassed`]; `future` was dropped where it stood.
    pub async fn bound<F: Future>(&self, future: F) -> Result<F::Output, DeadlinePassed> {
        let mut future = pin!(future);
        let mut alarm = pin!(tokio::time::sleep(self.remaining()));
        poll_fn(|context| {
            if self.is_past() || alarm.as_mut().poll(context).is_ready() {
                return Poll::Ready(Err(DeadlinePassed));
            }
            future.as_mut().poll(context).map(Ok)
        })
        .await
    }
}

impl fmt::Debug for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Deadline({})", self.at)
    }
}
