//! The record under fire: the store against a small model of itself, and against many writers and a bad network at once.
//!
//! The model in [`model`] is written from docs/record.md alone. What is random comes from a seed; a failing test prints it, and
//! `POSTERN_SEED=…` runs that one again.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod agreement;
mod answers;
mod dice;
mod generated;
mod into_writes;
mod lives;
mod model;
mod pages;
mod pool;
mod racing;
mod steps;
mod touched;
