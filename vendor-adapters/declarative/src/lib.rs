//! One adapter for every vendor that a TOML file can describe: OAuth 2 to link, JSON over HTTP to list, read, open and close.
//!
//! A [`VendorFile`] says where the vendor's calls are, where in its answers the doors stand, and what its words mean. It is judged when
//! it is read, before anything is deployed: every complaint names line and column and says what to do ([`Complaints`]). What the file
//! leaves to the operator, such as a client id or a key, comes from [`Settings`]. [`DeclarativeAdapter`] then is an adapter like any
//! other, and holds to the same:
//!
//! - Nothing doubtful is ever `closed`: not a word that the file does not know, not two spellings that contradict each other, not a door
//!   that is off the net or was not heard for too long ([`reading`]).
//! - What a vendor answers to an order leaves its outcome unknown, unless the file says, with a reason, that such a refusal comes before
//!   any movement ([`file`]).
//! - A reference leads to one door, and a call for a door names all of it, so that no file can have an order reach the door beside it
//!   ([`door_id`]).
//!
//! A vendor that needs more than that gets an adapter in code. `docs/vendors/declarative.md` lists every key, and what cannot be said.

pub mod adapter;
mod api;
pub mod door_id;
pub mod file;
pub mod reading;
pub mod settings;

pub use adapter::{DeclarativeAdapter, NotSetUp};
pub use file::{Complaint, Complaints, Place, VendorFile};
pub use settings::Settings;
