//! The scene of a run: its time, its faults, its trace, and what went against a promise. Everything else stands on it, and it
//! on nothing.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use postern_core::promises::Promise;

use crate::{clock::TrueTime, faults::Faults, secrets::Secrets, trace::Trace};

/// How far a process's clock may be off, in milliseconds.
pub(crate) const SKEW_MS_MAX: i64 = 300;

/// A promise that was not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// Which.
    pub promise: Promise,
    /// When, since the beginning of the run.
    pub moment: String,
    /// What was seen.
    pub what: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            promise,
            moment,
            what,
        } = self;
        write!(
            f,
            "promise {} ({}) at {moment}: {what}",
            promise.number(),
            promise.name()
        )
    }
}

/// What all parts of a run share.
pub(crate) struct Scene {
    /// The seed.
    pub(crate) seed: u64,
    /// The true time.
    pub(crate) time: TrueTime,
    /// What goes wrong.
    pub(crate) faults: Faults,
    /// What happened.
    pub(crate) trace: Trace,
    /// What nobody may see.
    pub(crate) secrets: Secrets,
    breaches: Mutex<Vec<Breach>>,
    checked: Mutex<BTreeMap<Promise, u64>>,
    crashes: Mutex<u64>,
    surprises: Mutex<Vec<String>>,
    calls: Mutex<BTreeMap<String, u64>>,
}

impl Scene {
    pub(crate) fn new(seed: u64, time: TrueTime, faults: Faults, trace: Trace) -> Self {
        Self {
            seed,
            time,
            faults,
            trace,
            secrets: Secrets::default(),
            breaches: Mutex::default(),
            checked: Mutex::default(),
            crashes: Mutex::default(),
            surprises: Mutex::default(),
            calls: Mutex::default(),
        }
    }

    /// The true present.
    pub(crate) fn now(&self) -> Timestamp {
        self.time.now()
    }

    /// Notes that `who` did `what`.
    pub(crate) fn note(&self, who: &str, what: fmt::Arguments<'_>) {
        self.trace.note(self.time.gone(), who, what);
    }

    /// Checks a promise: `kept`, or else `what` was seen.
    pub(crate) fn check(&self, promise: Promise, kept: bool, what: impl FnOnce() -> String) {
        *lock(&self.checked).entry(promise).or_default() += 1;
        if kept {
            return;
        }
        let breach = Breach {
            promise,
            moment: crate::trace::moment(self.time.gone()),
            what: what(),
        };
        self.note("PROMISE", format_args!("broken: {breach}"));
        lock(&self.breaches).push(breach);
    }

    /// What went against a promise so far.
    pub(crate) fn breaches(&self) -> Vec<Breach> {
        lock(&self.breaches).clone()
    }

    /// How often each promise was checked.
    pub(crate) fn checked(&self) -> BTreeMap<Promise, u64> {
        lock(&self.checked).clone()
    }

    /// Something that should not happen, though it breaks no promise.
    pub(crate) fn surprise(&self, what: String) {
        self.note("SURPRISE", format_args!("{what}"));
        lock(&self.surprises).push(what);
    }

    /// What should not have happened.
    pub(crate) fn surprises(&self) -> Vec<String> {
        lock(&self.surprises).clone()
    }

    /// Counts a call to the record.
    pub(crate) fn called(&self, who: &str, what: &str) {
        let who = who.rsplit_once('-').map_or(who, |(who, _)| who);
        *lock(&self.calls).entry(format!("{who} {what}")).or_default() += 1;
    }

    /// How often the record was called, by function and operation.
    pub(crate) fn calls(&self) -> BTreeMap<String, u64> {
        lock(&self.calls).clone()
    }

    /// Counts the death of a process.
    pub(crate) fn crashed(&self) {
        *lock(&self.crashes) += 1;
    }

    /// How many processes died.
    pub(crate) fn crashes(&self) -> u64 {
        *lock(&self.crashes)
    }
}

/// Locks what is only ever held for a moment.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
