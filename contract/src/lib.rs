//! The words that everyone shares: carriers, customers, adapters, kits and the platform itself.
//!
//! Types only, no I/O and no clock. The JSON Schemas under `contract/schemas` are generated from these types by
//! `cargo run -p postern-contract --example write-schemas`, and a test fails when they have drifted. Under
//! `contract/messages` lie examples of each message, and under `contract/messages-refused` messages that are not taken, each
//! named for its fault; a test reads them all.
//!
//! Input that a person writes refuses unknown fields; what machines exchange inside one contract version ignores them, so
//! that either side may be deployed first.

pub mod adapter;
pub mod carrier;
pub mod conformance;
pub mod customer;
pub mod delivery;
pub mod door;
pub mod error;
pub mod event;
pub mod evidence;
pub mod feed;
pub mod ids;
pub mod place;
pub mod proof;
pub mod push;
pub mod schemas;
pub mod text;
pub mod unattended;
pub mod webhook;

pub use error::Invalid;
