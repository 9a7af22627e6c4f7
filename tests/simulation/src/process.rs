//! Processes that die.
//!
//! A process has one life. Every input and output that is handed to it asks that life first: once it is over, nothing ever returns,
//! so whatever the process was doing stops at that very await, as a killed one does. What is left of it is never polled to an end
//! and is dropped with the run.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::sync::Notify;

use crate::{
    clock::SkewedClock,
    kinds::Kind,
    scene::{SKEW_MS_MAX, Scene},
};

/// The life of one incarnation of a process.
pub(crate) struct Life {
    name: String,
    over: AtomicBool,
    ended: Notify,
    clock: SkewedClock,
    scene: Arc<Scene>,
}

impl Life {
    /// A new life, with a clock of its own.
    pub(crate) fn begin(scene: &Arc<Scene>, name: String) -> Arc<Self> {
        let skew_ms = if scene.faults.strikes(Kind::ClockSkew) {
            let most = SKEW_MS_MAX.unsigned_abs();
            let drawn = scene.faults.dice(Kind::ClockSkew).between(0, 2 * most);
            i64::try_from(drawn).unwrap_or_default() - SKEW_MS_MAX
        } else {
            0
        };
        Arc::new(Self {
            name,
            over: AtomicBool::new(false),
            ended: Notify::new(),
            clock: scene.time.skewed(skew_ms),
            scene: Arc::clone(scene),
        })
    }

    /// What it is called.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Its clock.
    pub(crate) const fn clock(&self) -> SkewedClock {
        self.clock
    }

    /// Whether it has ended.
    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// Returns when it has ended.
    pub(crate) async fn end(&self) {
        let ended = self.ended.notified();
        if !self.is_over() {
            ended.await;
        }
    }

    /// Comes before each input or output: the process may stand still here, or end.
    pub(crate) async fn before(&self, place: &str) {
        self.go_on().await;
        if self.scene.faults.strikes(Kind::Stalls) {
            let most_ms = *self
                .scene
                .faults
                .dice(Kind::Stalls)
                .one_of(&[2_000, 12_000, 40_000]);
            let pause = self.scene.faults.dice(Kind::Stalls).between(200, most_ms);
            self.scene.note(
                &self.name,
                format_args!("stands still for {pause} ms before {place}"),
            );
            tokio::time::sleep(Duration::from_millis(pause)).await;
            self.go_on().await;
        }
        if self.scene.faults.strikes(Kind::DiesBefore) {
            self.die("before", place);
            pending::<()>().await;
        }
    }

    /// Comes after each input or output: what it did is done, and the process may end.
    pub(crate) async fn after(&self, place: &str) {
        self.go_on().await;
        if self.scene.faults.strikes(Kind::DiesAfter) {
            self.die("after", place);
            pending::<()>().await;
        }
    }

    /// Goes on only while it lives.
    pub(crate) async fn go_on(&self) {
        if self.is_over() {
            pending::<()>().await;
        }
    }

    fn die(&self, when: &str, place: &str) {
        self.scene.note(&self.name, format_args!("dies {when} {place}"));
        self.scene.crashed();
        self.over.store(true, Ordering::Relaxed);
        self.ended.notify_waiters();
    }
}
