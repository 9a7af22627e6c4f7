//! What the household wants.

pub(crate) mod read;
pub(crate) mod set;
