//! The whole platform in one process, driven over its public HTTP addresses, with a simulated garage door that keeps a journal of
//! what really happened to it.

mod deliveries;
mod doors;
mod evidence;
mod guardian;
mod quotas;
mod round_trips;

use postern_end_to_end::stage;
