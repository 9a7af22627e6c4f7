//! The program itself: started, killed, started again, as a person would.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod crash;
mod once;
mod program;
