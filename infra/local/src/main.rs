//! Starts the local platform.

fn main() {}
