//! What each step does, by who takes it. The shells of `core/src/deliveries`, `core/src/guardian` and `core/src/households` are
//! mirrored here, cut where a crash or somebody else can come in between.

mod carrier;
mod door;
mod flows;
mod guardian;
mod household;
