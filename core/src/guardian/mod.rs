//! The guardian: finishes what was begun.
//!
//! It looks at one subject at a time, does what the subject's agenda says is due, and answers when to look again. It keeps nothing
//! in memory: a look that is repeated, comes late or comes twice does no harm, and the sweep finds what no follow-up came for.

mod chores;
mod close;
mod look;
mod sweep;

pub use self::{
    close::{CLOSING, Closing},
    look::look,
    sweep::{Swept, sweep},
};
