//! The sagas, all by the same tests: cut off before and after each step, asked for again at each step, and failed in each step. The
//! cases come from the tables; a case that fails names its scene, its step and its fault.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod crash;
mod drive;
mod faults;
mod guardian;
mod replay;
mod scene;
mod stage;
mod table;
mod verdict;
