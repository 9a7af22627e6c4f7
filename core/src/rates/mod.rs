//! How much may be asked for: the calls of a carrier in a minute, and the opens of a door in an hour.
//!
//! The arithmetic is pure (`window`); the count is one atomic update of the record, so it holds across however many functions run
//! at the same time (`admission`). Where the count cannot be had the call goes on: it guards the bill and the neighbours, not the
//! doors, and whatever else the call does needs the same record. Nothing here ever stands between a driver and a door that is open.

mod admission;
mod window;

pub use self::{
    admission::Admission,
    window::{Quota, Verdict, Window},
};
