//! The whole platform in one process: the same functions, core and adapters that run on AWS, on embedded parts.
//!
//! [`LocalPlatform::start`] brings it up on ports of this machine; [`play`] walks one delivery through its public HTTP addresses
//! alone, as a customer and a carrier would. Nothing else in the workspace depends on this crate but the tests that cross crates.

mod adapters;
mod error;
mod folder;
pub mod issuer;
mod listeners;
mod outbox;
mod platform;
pub mod play;
mod seed;
mod shell;
mod timers;
mod vendor;
mod work;

pub use self::{
    error::LocalError,
    folder::DataPlace,
    platform::{Addresses, LocalConfig, LocalPlatform},
    seed::{SeedCarrier, SeedPerson, Seeds},
    shell::ready_made,
    vendor::VENDORS,
};
