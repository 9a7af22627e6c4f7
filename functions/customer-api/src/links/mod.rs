//! Links to openers' vendors.

pub(crate) mod answer;
pub(crate) mod begin;
pub(crate) mod finish;
pub(crate) mod list;
pub(crate) mod unlink;
