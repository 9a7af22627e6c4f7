//! The deployed platform, driven over its emulated HTTP APIs.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod delivery;
