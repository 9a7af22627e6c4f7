//! The customers' API.
