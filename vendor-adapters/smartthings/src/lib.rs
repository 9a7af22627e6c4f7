//! The adapter for SmartThings: garage doors of many makers, behind one cloud.
//!
//! The API is public and documented; what is known of it, and what is assumed, stands in `docs/vendors/smartthings.md`. What makes this
//! vendor special, and where it is dealt with:
//!
//! - It has doors that are none of a garage: a microwave has `doorControl` too. Only a component that is said to be a garage door counts,
//!   and a door is a component of a device ([`wire`], [`door_id`]).
//! - Doors come by drivers that differ, and some of them lie: one says `closed` when a battery is low, another says `opening` before the door
//!   has moved. A contact sensor is better evidence, and where the two disagree nobody can say how the door stands ([`reading`]).
//! - Nothing says whether an opener warns before it closes: no door may be closed unattended unless the operator names its maker
//!   ([`config`]).
//! - An account is linked home by home, a household may grant less than was asked for, and both tokens rotate ([`credentials`]).
//! - A door may be asked about twelve times in a minute. A door is read seldom, and no order is sent that would be one call too many
//!   ([`pace`], [`api`]).
//! - Changes are pushed, signed. The SDK of the vendor takes the digest of the body on trust; here it is computed ([`signature`],
//!   [`events`]).

pub mod adapter;
pub mod api;
pub mod certificates;
pub mod config;
pub mod credentials;
pub mod door_id;
pub mod events;
mod ordering;
pub mod pace;
pub mod pushes;
pub mod reading;
pub mod signature;
pub mod subscriptions;
pub mod wire;

pub use adapter::SmartThingsAdapter;
pub use config::SmartThingsConfig;
