//! The deployed platform, driven over its emulated HTTP APIs. The emulator's clock is the wall's, so every test waits on conditions.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod alarms;
mod by_the_book;
mod changes;
mod checks;
mod delivery;
mod rights;
