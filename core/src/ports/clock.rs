//! The clock, as a port: everything else takes the time as a value.

use jiff::Timestamp;

/// Tells the time.
///
/// An implementation MUST NOT go backwards by more than the skew of a well-kept server (a few milliseconds).
pub trait Clock: Send + Sync {
    /// The present.
    fn now(&self) -> Timestamp;
}

/// The wall clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the wall"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
