//! The switch: in-garage delivery on or off.

pub(crate) mod disable;
pub(crate) mod enable;
