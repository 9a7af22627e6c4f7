//! The deployed shape on one machine: MiniStack emulates AWS, the very templates under `infra/aws` are deployed onto it, and it runs the
//! functions' own binaries. The tests are under `tests/`.
//!
//! Nothing needs to be installed by hand: the first run makes Python environments under the target directory: one with the emulator,
//! those with the tools that an operator has (`aws`, `cfn-lint`, `sam`), and one with the checker of policy. What the emulator does otherwise than AWS is listed beside its
//! launcher, `emulator/start.py`.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "whatever goes wrong fails the test by panicking"
)]

mod conformance;
mod deployment;
mod emulator;
mod package;
mod people;
mod python;

pub use self::{
    deployment::{Deployment, Settings},
    emulator::{Decision, Emulator},
    package::{Package, templates},
    people::{Household, driver, open_for},
    python::{checker, tools},
};

use std::{
    future::Future,
    time::{Duration, Instant},
};

/// The longest that anything may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_secs(150);

/// Asks again and again, until there is something.
pub async fn until<T, F: Future<Output = Option<T>>>(what: &str, ask: impl Fn() -> F) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "it never came to that: {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
