//! The conformance kit: what an adapter has to hold to, as checks that run.
//!
//! The kit drives an adapter through the delivery-access contract, from outside, and watches the vendor's cloud behind it: what reached
//! the cloud, what the door really did, and what the adapter made of troubles on order. It knows nothing of how an adapter is written,
//! so one in any language is held to the same.
//!
//! - [`Rule`] is one thing that is asked, with its reason; [`rules()`] are all of them. Their pages are `docs/vendors/rules`.
//! - [`Reach`] is a way to an adapter: [`Program`], [`Address`], or one that the caller brings.
//! - [`Rig`] is the cloud behind it, by its controls.
//! - [`examine`] looks at every rule, and gives a [`ConformanceReport`] with the tier that they add up to.
//!
//! [`ConformanceReport`]: postern_contract::conformance::ConformanceReport

mod bench;
mod browser;
mod error;
mod examine;
mod form;
mod heard;
mod key_service;
mod page;
mod reach;
mod rig;
mod rule;
mod rules;
mod trial;
mod verify;

pub use bench::{Bench, Setting};
pub use browser::{BroughtBack, Person, log_in};
pub use error::KitError;
pub use examine::{Examination, Lane, Progress, examine};
pub use key_service::KeyService;
pub use page::{html, text};
pub use reach::{Address, NoReply, Program, ProgramPlan, Reach, Unseen};
pub use rig::Rig;
pub use rule::Rule;
pub use rules::{pages, rules};
pub use verify::{NotProven, prove};

/// The version of the kit, which stands in each report.
pub const KIT: &str = env!("CARGO_PKG_VERSION");
