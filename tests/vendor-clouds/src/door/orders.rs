//! What a door makes of a command, and of the button on the wall.

use std::time::Duration;

use jiff::Timestamp;

use super::{Cause, Direction, Disposition, Door, Happening, Phase, Position};

impl Door {
    /// A command through the cloud, at `now`. The door must have been advanced to `now`.
    pub fn command(
        &mut self,
        now: Timestamp,
        direction: Direction,
        cause: Cause,
    ) -> (Disposition, Vec<Happening>) {
        if !self.online() {
            return (Disposition::Offline, Vec::new());
        }
        self.report.contact(now, self.timings.report_lag);
        let disposition = self.judge(direction);
        if disposition != Disposition::Accepted {
            return (disposition, Vec::new());
        }
        let delay = match direction {
            Direction::Open => self.timings.open_start,
            Direction::Close => self.timings.close_warning,
        };
        let delay = delay + self.late();
        let happenings = self.wait(now, direction, delay, cause);
        (disposition, happenings)
    }

    /// A bare pulse on the opener's terminals, at `now`, as a controller beside it sends. The door must have been advanced to `now`. At
    /// rest it is a command the way that is next; a door that moves or is about to stops. Nobody stands by, so a close is announced.
    pub fn pulse(&mut self, now: Timestamp, cause: Cause) -> (Disposition, Vec<Happening>) {
        let position = self.position_at(now);
        let direction = match self.phase {
            Phase::Resting { .. } => return self.command(now, self.next_direction(position), cause),
            Phase::Waiting { direction, .. } => Some(direction),
            Phase::Moving(_) => None,
        };
        if !self.online() {
            return (Disposition::Offline, Vec::new());
        }
        self.report.contact(now, self.timings.report_lag);
        let happenings = match direction {
            None => vec![self.rest(now, position)],
            Some(direction) => {
                self.phase = Phase::Resting { position };
                let warned = direction == Direction::Close;
                warned
                    .then_some(Happening::WarningCancelled)
                    .into_iter()
                    .collect()
            }
        };
        (Disposition::Stopped, happenings)
    }

    /// Somebody presses the button on the wall at `now`: with no `target`, as such buttons work (go, stop, go back);
    /// with one, until the door goes that way. Being attended, it needs no warning and ends a lock-out.
    pub fn press_wall_button(
        &mut self,
        now: Timestamp,
        target: Option<Direction>,
        cause: Cause,
    ) -> Vec<Happening> {
        self.reversals = 0;
        if self.switches.stuck {
            return Vec::new();
        }
        let position = self.position_at(now);
        match (self.phase, target) {
            (Phase::Moving(motion), Some(target)) if motion.direction == target => Vec::new(),
            (Phase::Moving(_), None) => vec![self.rest(now, position)],
            (Phase::Moving(_), Some(target)) => {
                let stopped = self.rest(now, position);
                let mut happenings = vec![stopped];
                happenings.extend(self.wait(now, target, Duration::ZERO, cause));
                happenings
            }
            (
                Phase::Waiting {
                    direction: Direction::Close,
                    ..
                },
                None,
            ) => {
                self.phase = Phase::Resting { position };
                vec![Happening::WarningCancelled]
            }
            (Phase::Waiting { .. } | Phase::Resting { .. }, target) => {
                let direction = target.unwrap_or_else(|| self.next_direction(position));
                if position == direction.end() {
                    return Vec::new();
                }
                self.wait(now, direction, Duration::ZERO, cause)
            }
        }
    }

    fn judge(&self, direction: Direction) -> Disposition {
        let Phase::Resting { position } = self.phase else {
            return Disposition::Busy;
        };
        let allowed = match direction {
            Direction::Open => self.switches.unattended_open_allowed,
            Direction::Close => self.switches.unattended_close_allowed,
        };
        if position == direction.end() {
            Disposition::AlreadyThere
        } else if !allowed {
            Disposition::NotPermitted
        } else if direction == Direction::Close && self.locked_out() {
            Disposition::LockedOut
        } else if self.switches.stuck {
            Disposition::Stuck
        } else {
            Disposition::Accepted
        }
    }

    fn late(&mut self) -> Duration {
        let most = u64::try_from(self.timings.jitter.as_millis()).unwrap_or(u64::MAX);
        if most == 0 {
            Duration::ZERO
        } else {
            Duration::from_millis(self.jitter.up_to(most))
        }
    }

    fn next_direction(&self, position: Position) -> Direction {
        match (position, self.last_direction) {
            (Position::CLOSED, _) => Direction::Open,
            (Position::OPEN, _) => Direction::Close,
            (_, Direction::Open) => Direction::Close,
            (_, Direction::Close) => Direction::Open,
        }
    }
}
