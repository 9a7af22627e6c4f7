//! The whole platform in one process.

pub mod issuer;
