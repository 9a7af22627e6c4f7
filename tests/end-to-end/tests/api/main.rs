//! Both APIs as a stranger, a clumsy caller and a forger meet them: every operation of one table, compared with the routers' source.
//! In a binary of its own, since thousands of requests leave nothing of a small machine to other tests.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod arriving;
mod at_the_door;
mod bodies;
mod changing;
mod checkout;
mod collection;
mod described;
mod doorstep;
mod etags;
mod forgeries;
mod fuzz;
mod listing;
mod mutations;
mod refusals;
mod requests;
mod returns;
mod routes;
mod scene;
mod schemathesis;
mod sources;
mod tokens;
mod waiting;
mod windows;
mod wire;
