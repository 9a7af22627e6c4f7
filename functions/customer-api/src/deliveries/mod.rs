//! The household's deliveries.

pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod log;
pub(crate) mod refuse;
pub(crate) mod take_over;
