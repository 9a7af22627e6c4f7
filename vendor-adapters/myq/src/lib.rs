//! The myQ adapter.
