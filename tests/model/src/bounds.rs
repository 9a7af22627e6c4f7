//! How far a configuration goes: its limits in ticks, where it starts, and what may happen on one path.

use postern_core::{
    grant::Limits,
    promises::{Broken, Guard},
};

use crate::{
    values::{Tick, ticks},
    world::Left,
};

/// Where a path starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Booked, at tick 0.
    Booked,
    /// Out for delivery and armed, at tick 1.
    Armed,
    /// Opened in due order and seen open.
    Open,
}

/// The bounds of one configuration.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Where each path starts.
    pub start: Start,
    /// The last tick.
    pub horizon: Tick,
    /// The delivery's window: from one tick up to another.
    pub window: (Tick, Tick),
    /// Another window, which the carrier may change it to.
    pub other_window: (Tick, Tick),
    /// What may happen on one path.
    pub left: Left,
    /// How many flows are in the middle of their work at once.
    pub flows_max: usize,
    /// How many late readings are under way at once.
    pub sights_max: usize,
    /// For how many ticks a reading may be told after it was taken.
    pub told_within: Tick,
    /// Whether readings tell when the door's state last changed.
    pub tells_changes: bool,
    /// By how many ticks an adapter's clock may run behind ours.
    pub skew: Tick,
    /// How often a driver may go back in.
    pub reissues_max: u8,
    /// Of the carrier's requests beside opening and closing, which are made.
    pub asks: Asks,
    /// Of the household's, which.
    pub wishes: Wishes,
}

/// The carrier's requests beside opening and closing.
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each switches one request on, and they are independent"
)]
pub struct Asks {
    /// Changing the window.
    pub change: bool,
    /// Leaving the parcels at the doorstep.
    pub doorstep: bool,
    /// Calling off.
    pub cancel: bool,
    /// Saying that the parcels are inside.
    pub complete: bool,
    /// Asking to go back in.
    pub reissue: bool,
}

/// What the household does.
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each switches one wish on, and they are independent"
)]
pub struct Wishes {
    /// Turning deliveries off, and on again.
    pub off: bool,
    /// Pausing.
    pub pause: bool,
    /// Refusing this delivery.
    pub refuse: bool,
    /// Another household shows that the door is theirs.
    pub lose_door: bool,
    /// Saying: I see to the door.
    pub take_over: bool,
}

/// For how long a vendor may sit on an order before it carries it out.
pub const LATE_OPEN: Tick = 4;

impl Bounds {
    /// The limits that decisions are made by, without some guards.
    #[must_use]
    pub fn limits(&self, without: &[Guard]) -> Limits {
        Limits {
            send_within: ticks(2),
            lapse_after: ticks(1),
            open_settle: ticks(2),
            close_settle: ticks(2),
            clock_ahead_max: ticks(1),
            late_open: ticks(LATE_OPEN),
            left_open_after: ticks(2),
            close_again_after: ticks(1),
            reissue_within: ticks(3),
            reissues_max: self.reissues_max,
            codes_max: 3,
            complete_after: ticks(2),
            look_after_close: ticks(1),
            taken_over_watch: ticks(3),
            look_again_min: ticks(1),
            look_again_max: ticks(2),
            broken: Broken::these(without),
            ..Limits::default()
        }
    }
}
