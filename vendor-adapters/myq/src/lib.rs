//! The adapter for Chamberlain and LiftMaster openers in the myQ cloud.
//!
//! There is no public document of the myQ API. The wire shapes are those that third-party clients were seen to need
//! (pymyq, python-myq, @hjdhjd/myq); hosts, client id and versions come from configuration, since access is by
//! partnership only. What makes this vendor special, and where it is dealt with:
//!
//! - Commands are set-points, answered before anything moves, with nothing to follow them by. Any answer but a success
//!   leaves the outcome unknown ([`adapter`]).
//! - The list shows gateways, lamps and gates beside doors, one door through several homes, and the last state of a
//!   door that is offline ([`reading`], [`adapter`]).
//! - Any key may be missing, and a firewall may answer with a page ([`wire`]).
//! - Access tokens live half an hour and refresh tokens are single-use; the SDK and the platform see to both.

pub mod adapter;
pub mod api;
pub mod config;
pub mod door_id;
pub mod reading;
pub mod wire;

pub use adapter::{MyqAdapter, client_options};
pub use config::MyqConfig;
