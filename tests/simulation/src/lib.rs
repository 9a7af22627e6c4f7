//! A deterministic fault simulation of the whole platform, from one seed.
//!
//! The shipping code of the functions, the core, its record's client and the myQ adapter runs in one task queue with a clock of its
//! own: processes die at any await, every input and output fails in every way it may, people do as they please, and the vendor's
//! cloud has its troubles. Everything that goes wrong follows from the seed, so a run that breaks a promise is replayed by one
//! command and made smaller by itself.
//!
//! The seven promises are judged against the truth: what left for the vendor at the moment it left, what the simulated doors really
//! did, what callers were told, and what the record holds. Never against the platform's own opinion.

mod api;
mod carrier;
mod chance;
mod clock;
mod cloud;
mod command;
mod dice;
mod doors;
mod ends;
mod faults;
mod guardians;
mod household;
mod kinds;
mod line;
mod orders;
mod platforms;
mod process;
mod queue;
mod record;
mod run;
mod scene;
mod secrets;
mod settle;
mod shrink;
mod stage;
mod stranger;
mod summary;
mod tenants;
mod told;
mod trace;
mod truth;
mod vendor;
mod visits;
mod wire;
mod workload;

pub use command::{read_guard, read_kinds, read_numbers, replay};
pub use ends::Outcome;
pub use faults::{Spared, Weather};
pub use kinds::{Group, Kind};
pub use run::{Plan, Report, run};
pub use scene::Breach;
pub use shrink::{Shrunk, shrink};
pub use summary::Summary;
