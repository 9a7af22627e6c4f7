//! The adapter for New Vendor, begun: it says who it is and links accounts. Doors are still to do.
//!
//! In this order, each step with the rules of the conformance kit that come off the list in `tests/conformance.rs`:
//!
//! 1. Here: what this vendor's cloud is like, with sources; what is guessed is marked as guessed.
//! 2. [`config`]: the settings beyond addresses, client id and secret, such as an API key.
//! 3. [`adapter`]: the times in the description; then `list`, `look`, `check_permitted` and `send`, in that order.
//! 4. A simulated cloud of this vendor in `tests/vendor-clouds`, judged by clients that others wrote, in place of the one that the test
//!    borrows.
//!
//! `docs/adding-a-vendor.md` tells each at length.

pub mod adapter;
pub mod config;

pub use adapter::NewVendorAdapter;
pub use config::NewVendorConfig;
