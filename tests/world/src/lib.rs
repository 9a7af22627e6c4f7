//! A small platform in memory, for tests of the flows and the APIs: the real core on the embedded record, real keys, and a vendor
//! whose doors, tokens and troubles a test holds in its hand.
//!
//! Everything here panics when it cannot do its part: it is for tests alone.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod clock;
mod life;
mod logged;
mod vendor;
mod world;

pub use self::{
    clock::TestClock,
    logged::logged,
    vendor::{FakeVendor, PASSWORD, Seen, Trouble},
    world::{World, address, position},
};
