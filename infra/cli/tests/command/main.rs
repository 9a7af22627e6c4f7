//! The command as an operator runs it: the real binary, the record in memory, and a stand-in for `aws` that writes down what it was
//! asked and answers from files.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod carrier;
mod evidence;
mod explain;
mod pages;
mod stage;
mod usage;
mod vendor;
