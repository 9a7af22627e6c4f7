//! The trace: what happened in a run, line by line, and one hash over all of it.
//!
//! The same seed gives the same hash. The lines themselves are kept only where somebody wants to read them.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// What a trace holds.
#[derive(Debug, Default)]
struct Kept {
    hash: u64,
    length: u64,
    lines: Vec<String>,
}

/// The trace of a run.
#[derive(Debug)]
pub(crate) struct Trace {
    keeps_lines: bool,
    kept: Mutex<Kept>,
}

impl Trace {
    /// An empty trace, which keeps its lines or not.
    pub(crate) fn new(keeps_lines: bool) -> Self {
        let kept = Kept {
            hash: 0xcbf2_9ce4_8422_2325,
            ..Kept::default()
        };
        Self {
            keeps_lines,
            kept: Mutex::new(kept),
        }
    }

    /// Notes that `who` did `what`, `gone` after the beginning.
    pub(crate) fn note(&self, gone: Duration, who: &str, what: fmt::Arguments<'_>) {
        let line = format!("{} {who:<14} {what}", moment(gone));
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.hash = line.bytes().fold(kept.hash, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        kept.length += 1;
        if self.keeps_lines {
            kept.lines.push(line);
        }
    }

    /// The hash over everything noted so far.
    pub(crate) fn hash(&self) -> u64 {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).hash
    }

    /// The lines, where they were kept.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .lines
            .clone()
    }
}

/// A moment of a run, as `hours:minutes:seconds.milliseconds` since its beginning.
pub(crate) fn moment(gone: Duration) -> String {
    let ms = gone.as_millis();
    format!(
        "{:02}:{:02}:{:02}.{:03}",
        ms / 3_600_000,
        ms / 60_000 % 60,
        ms / 1000 % 60,
        ms % 1000
    )
}
