//! The adapter for Genie and Overhead Door openers: the partner API of Aladdin Connect and OHD Anywhere.
//!
//! The wire shapes are those of the vendor's own genie-partner-sdk 1.0.11 and of what it was seen to need; the public partner page says
//! little more, and its chapters on webhooks and usage limits could not be had. Addresses, client id, client secret and API key come
//! from configuration, since each partner gets its own. What makes this vendor special, and where it is dealt with:
//!
//! - Every call carries the household's token and the partner's key ([`api`]).
//! - The list and the single reading spell the same things differently, doors count from 1, and errors lack every key that a client
//!   looks for ([`wire`]).
//! - Nothing says when the opener was last heard. What that means for a reading, and why it is safe, stands in [`reading`].
//! - Nothing says whether an opener may be closed with nobody there, or how long it warns: it may not, unless the operator has it from
//!   the vendor ([`config`], [`reading`]).
//! - Commands are set-points, answered before anything moves, with nothing to follow them by. Any answer but a success leaves the
//!   outcome unknown; only a 400 which says that the door is there already is taken for what it says ([`api`]).
//! - Access tokens live a day. Whether refresh tokens are good for one use is not known: they are treated as if they were.

pub mod adapter;
pub mod api;
pub mod config;
pub mod door_id;
pub mod reading;
pub mod wire;

pub use adapter::AladdinConnectAdapter;
pub use config::{AladdinConnectConfig, Brand};
