//! The carriers' API.
