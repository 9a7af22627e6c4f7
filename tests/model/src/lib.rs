//! A model checker over the rules that ship.
//!
//! The state ([`world::World`]) is the record, the true door, and everything under way between them: flows in the middle of their
//! work, orders that a vendor may yet carry out, readings that may yet be told. The rules are `decide`, `evolve`, `chore` and the
//! ownership checks of the core, unchanged; what stands around them in the core's flows (load, decide, transact, send, settle) is
//! modelled step by step in [`action`], so that every interleaving of them is explored, and a crash between any two. Promises are
//! judged by what truly happened ([`world::Truth`]), which no rule reads; and from every state the guardian is left alone, with an
//! honest door and with a silent one, to show that it brings the delivery to its end or tells a person.
//!
//! Time is counted in ticks, and the limits are scaled down to a few of them ([`bounds::Bounds`]): small enough to be exhaustive, and
//! large enough that every order of the moments in question occurs.

pub mod action;
pub mod bounds;
pub mod check;
pub mod configs;
mod model;
pub mod places;
mod properties;
pub mod rules;
mod runout;
pub mod step;
mod steps;
pub mod story;
mod table;
pub mod values;
pub mod world;

pub use self::model::Delivery;
