//! One virtual door: what it does, as a function of time, whoever's cloud it is shown through.
//!
//! Pure: every call is given the time, and the door first catches up with it. Between calls nothing runs, so it does
//! not matter how often a door is looked at, nor whether the process that held it was gone for a while.
//!
//! The rules of unattended operation (16 CFR 1211.14, after UL 325) hold here as they hold in an opener: a close that
//! nobody stands by is announced before anything moves, and after two such closes stopped by an obstruction the
//! third is not tried until somebody has pressed the button on the wall.

mod motion;
mod orders;
mod report;
mod timings;
mod words;

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use motion::{Cause, Direction, Ending, Motion, Position};
pub use report::{Reported, ReportedState};
pub use timings::DoorTimings;
pub use words::{Activity, Disposition, Happening, Switches};

use crate::seed::Stream;
use report::Report;

/// Closes stopped by an obstruction, one after the other, after which unattended close is suspended.
pub const REVERSALS_MAX: u32 = 2;

/// What a door is doing now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Phase {
    /// Nothing. The position says whether it is open, closed or stopped between.
    Resting { position: Position },
    /// About to move: the motor starts, or the warning sounds.
    Waiting {
        position: Position,
        direction: Direction,
        until: Timestamp,
        cause: Cause,
    },
    /// Moving.
    Moving(Motion),
}

/// A door.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Door {
    /// How long things take at this door. A movement under way keeps the times it began with.
    pub timings: DoorTimings,
    /// Its permissions and troubles.
    pub switches: Switches,
    phase: Phase,
    last_direction: Direction,
    reversals: u32,
    report: Report,
    jitter: Stream,
}

impl Door {
    /// A door at rest at `position`, online, that came to be at `now`.
    #[must_use]
    pub fn resting(position: Position, timings: DoorTimings, now: Timestamp, jitter: Stream) -> Self {
        let state = resting_state(position);
        Self {
            timings,
            switches: Switches::default(),
            phase: Phase::Resting { position },
            last_direction: if position == Position::CLOSED {
                Direction::Close
            } else {
                Direction::Open
            },
            reversals: 0,
            report: Report::beginning(now, state),
            jitter,
        }
    }

    /// Lets the door do everything that it has done by `now`, and says what and when.
    pub fn advance(&mut self, now: Timestamp) -> Vec<(Timestamp, Happening)> {
        let mut happenings = Vec::new();
        while let Some(due) = self.due().filter(|due| *due <= now) {
            self.step(due, &mut happenings);
        }
        happenings
    }

    /// Takes the door off the net, or puts it back. An unnoticed absence is one that the cloud does not show.
    pub fn set_online(&mut self, now: Timestamp, online: bool, noticed: bool) {
        self.report
            .set_online(now, online, noticed, self.timings.report_lag);
    }

    /// Freezes what the cloud shows of this door for as long as `span`.
    pub fn freeze_report(&mut self, now: Timestamp, span: Duration) {
        self.report.freeze(now, now + span);
    }

    /// Ends a lock-out, as pressing the wall button would.
    pub const fn release_lock_out(&mut self) {
        self.reversals = 0;
    }

    /// Whether the door can be reached.
    #[must_use]
    pub const fn online(&self) -> bool {
        self.report.online()
    }

    /// Whether unattended close is suspended.
    #[must_use]
    pub const fn locked_out(&self) -> bool {
        self.reversals >= REVERSALS_MAX
    }

    /// What its cloud shows of it at `now`.
    #[must_use]
    pub fn reported(&self, now: Timestamp) -> Reported {
        let shown = self.report.at(now, self.timings);
        if self.switches.position_unknown {
            return Reported {
                state: ReportedState::Unknown,
                told: ReportedState::Unknown,
                ..shown
            };
        }
        shown
    }

    /// Where it really is at `now`.
    #[must_use]
    pub fn position_at(&self, now: Timestamp) -> Position {
        match self.phase {
            Phase::Resting { position } | Phase::Waiting { position, .. } => position,
            Phase::Moving(motion) => motion.position_at(now),
        }
    }

    /// What it is really doing, once advanced to the present.
    #[must_use]
    pub fn activity(&self) -> Activity {
        match self.phase {
            Phase::Resting { position } => match resting_state(position) {
                ReportedState::Closed => Activity::Closed,
                ReportedState::Open => Activity::Open,
                _ => Activity::Stopped,
            },
            Phase::Waiting {
                direction: Direction::Open,
                ..
            } => Activity::Starting,
            Phase::Waiting {
                direction: Direction::Close,
                ..
            } => Activity::Warning,
            Phase::Moving(Motion {
                cause: Cause::Obstruction,
                ..
            }) => Activity::Reversing,
            Phase::Moving(Motion {
                direction: Direction::Open,
                ..
            }) => Activity::Opening,
            Phase::Moving(Motion {
                direction: Direction::Close,
                ..
            }) => Activity::Closing,
        }
    }

    /// When the door next changes by itself.
    fn due(&self) -> Option<Timestamp> {
        match self.phase {
            Phase::Resting { .. } => None,
            Phase::Waiting { until, .. } => Some(until),
            Phase::Moving(motion) => Some(motion.until),
        }
    }

    fn wait(
        &mut self,
        now: Timestamp,
        direction: Direction,
        delay: Duration,
        cause: Cause,
    ) -> Vec<Happening> {
        let position = self.position_at(now);
        self.phase = Phase::Waiting {
            position,
            direction,
            until: now + delay,
            cause,
        };
        if direction == Direction::Close && cause.unattended() {
            vec![Happening::WarningBegan]
        } else {
            Vec::new()
        }
    }

    /// The one change that is due at `at`.
    fn step(&mut self, at: Timestamp, happenings: &mut Vec<(Timestamp, Happening)>) {
        match self.phase {
            Phase::Resting { .. } => {}
            Phase::Waiting {
                position,
                direction,
                cause,
                ..
            } => {
                happenings.push((at, self.begin(at, direction, position, cause)));
            }
            Phase::Moving(motion) => match motion.ending {
                Ending::Arrives | Ending::Halts => {
                    // An opener that was reset learns its ends from somebody at the wall.
                    if motion.ending == Ending::Arrives && matches!(motion.cause, Cause::WallButton { .. }) {
                        self.switches.position_unknown = false;
                    }
                    happenings.push((at, self.rest(at, motion.to)));
                }
                Ending::Obstructed => {
                    if motion.cause.unattended() {
                        self.reversals += 1;
                    }
                    if motion.cause.unattended() && self.reversals == REVERSALS_MAX {
                        happenings.push((at, Happening::LockedOut));
                    }
                    happenings.push((at, self.begin(at, Direction::Open, motion.to, Cause::Obstruction)));
                }
            },
        }
    }

    fn begin(&mut self, at: Timestamp, direction: Direction, from: Position, cause: Cause) -> Happening {
        let (to, ending) = self.way(direction, from, cause);
        let travel = match direction {
            Direction::Open => self.timings.open_travel,
            Direction::Close => self.timings.close_travel,
        };
        let until = at + from.time_to(to, travel);
        self.phase = Phase::Moving(Motion {
            direction,
            from,
            to,
            since: at,
            until,
            ending,
            cause,
        });
        self.last_direction = direction;
        let state = match (direction, cause) {
            (Direction::Open, Cause::Obstruction) => ReportedState::Autoreverse,
            (Direction::Open, _) => ReportedState::Opening,
            (Direction::Close, _) => ReportedState::Closing,
        };
        self.report
            .changed(at, state, !cause.unattended(), self.timings.report_lag);
        Happening::Motion {
            direction,
            from,
            cause,
        }
    }

    /// How far the next movement will get. A reversal always gets to the top.
    fn way(&mut self, direction: Direction, from: Position, cause: Cause) -> (Position, Ending) {
        let end = direction.end();
        if cause == Cause::Obstruction {
            return (end, Ending::Arrives);
        }
        if direction == Direction::Close && self.switches.obstruct_next_closes > 0 {
            self.switches.obstruct_next_closes -= 1;
            return (from.midway(end), Ending::Obstructed);
        }
        if self.switches.stop_next_halfway > 0 {
            self.switches.stop_next_halfway -= 1;
            return (from.midway(end), Ending::Halts);
        }
        (end, Ending::Arrives)
    }

    fn rest(&mut self, at: Timestamp, position: Position) -> Happening {
        self.phase = Phase::Resting { position };
        let state = resting_state(position);
        self.report.changed(at, state, false, self.timings.report_lag);
        match state {
            ReportedState::Closed => {
                self.reversals = 0;
                Happening::Arrived {
                    end: Direction::Close,
                }
            }
            ReportedState::Open => Happening::Arrived { end: Direction::Open },
            _ => Happening::Stopped { position },
        }
    }
}

fn resting_state(position: Position) -> ReportedState {
    match position {
        Position::CLOSED => ReportedState::Closed,
        Position::OPEN => ReportedState::Open,
        _ => ReportedState::Stopped,
    }
}
