//! The promises on every interleaving of each configuration, and broken where a guard is taken away.

mod guards;
mod holds;
