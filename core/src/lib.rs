//! The rules of a delivery, its record, and the ports that the outside world plugs into.
//!
//! The heart is pure: [`grant`] decides what may happen (`decide`) and what is so after it happened (`evolve`), from values
//! alone, the time among them. Around it lie the record ([`store`]), the flows that move a delivery, a household or a link from
//! one recorded state to the next, and the guardian that finishes what was begun. No vendor is known by name here.

#[cfg(feature = "aws")]
pub mod aws;
pub mod consent;
pub mod deliveries;
mod endings;
mod error;
pub mod evidence;
pub mod feed;
pub mod grant;
pub mod guardian;
pub mod household;
pub mod households;
pub mod links;
pub mod log;
pub mod measures;
mod platform;
pub mod ports;
pub mod promises;
pub mod rates;
pub mod saga;
pub mod store;
pub mod vendor;
pub mod webhooks;

pub use postern_keys as keys;

pub use self::{error::Error, platform::Platform};
