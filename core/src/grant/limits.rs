//! The numbers of a grant: how far, how long, how often. One place, all in seconds, metres and counts.

use jiff::SignedDuration;

#[cfg(feature = "breakable")]
use crate::promises::Broken;
use crate::promises::Guard;

/// The bounds that decisions are made by. [`Limits::default`] is what a deployment runs with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How far from the door a driver may be, in metres.
    pub geofence_m: u32,
    /// How vague a handheld's position may be, in metres.
    pub accuracy_m_max: u32,
    /// How far ahead a delivery may be booked.
    pub book_ahead_max: SignedDuration,
    /// A command leaves within this time of being recorded, or never.
    pub send_within: SignedDuration,
    /// How long after `send_by` a command without an outcome is taken to have been cut off by a crash.
    pub lapse_after: SignedDuration,
    /// How long a door may take to be seen open after it was told to.
    pub open_settle: SignedDuration,
    /// How long a door may take to be seen closed after it was told to, its warning included.
    pub close_settle: SignedDuration,
    /// How far ahead of ours the clock by which a door was observed may run. A reading from further ahead is no evidence.
    pub clock_ahead_max: SignedDuration,
    /// For how long an open that seemed to do nothing may still be carried out late by a vendor.
    pub late_open: SignedDuration,
    /// How long a door may stay open before the guardian closes it.
    pub left_open_after: SignedDuration,
    /// How long the guardian waits after a close that did not succeed before the next.
    pub close_again_after: SignedDuration,
    /// How long after closing a driver may ask to go back in.
    pub reissue_within: SignedDuration,
    /// How often a driver may go back in.
    pub reissues_max: u8,
    /// How many codes one delivery may use up.
    pub codes_max: u32,
    /// How long after a door was seen closed it is looked at once more: a sensor that flips has been seen to lie for that moment.
    pub look_after_close: SignedDuration,
    /// For how long a door that a person has taken over is still watched.
    pub taken_over_watch: SignedDuration,
    /// How long after closing the guardian completes a delivery that the carrier never completed.
    pub complete_after: SignedDuration,
    /// The shortest time between two reads of a moving door.
    pub look_again_min: SignedDuration,
    /// The longest time between two reads of a door in use.
    pub look_again_max: SignedDuration,
    /// The guards that a test has taken away, to see that their promise then breaks.
    #[cfg(feature = "breakable")]
    pub broken: Broken,
}

impl Limits {
    /// Whether `guard` stands: always, but where a test has taken it away.
    #[cfg(not(feature = "breakable"))]
    #[must_use]
    pub const fn stands(&self, _guard: Guard) -> bool {
        true
    }

    /// Whether `guard` stands: always, but where a test has taken it away.
    #[cfg(feature = "breakable")]
    #[must_use]
    pub const fn stands(&self, guard: Guard) -> bool {
        !self.broken.has(guard)
    }
}

impl Default for Limits {
    fn default() -> Self {
        let seconds = SignedDuration::from_secs;
        Self {
            geofence_m: 150,
            accuracy_m_max: 100,
            book_ahead_max: SignedDuration::from_hours(24 * 30),
            send_within: seconds(10),
            lapse_after: seconds(2),
            open_settle: seconds(90),
            close_settle: seconds(90),
            clock_ahead_max: seconds(30),
            late_open: SignedDuration::from_mins(10),
            left_open_after: SignedDuration::from_mins(5),
            close_again_after: seconds(30),
            reissue_within: SignedDuration::from_mins(5),
            reissues_max: 2,
            codes_max: 10,
            look_after_close: seconds(60),
            taken_over_watch: SignedDuration::from_hours(2),
            complete_after: SignedDuration::from_mins(30),
            look_again_min: seconds(1),
            look_again_max: seconds(60),
            #[cfg(feature = "breakable")]
            broken: Broken::default(),
        }
    }
}
