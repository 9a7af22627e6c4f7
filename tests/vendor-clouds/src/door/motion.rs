//! One movement of a door: from where, to where, how long, and how it ends.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The two ways a door can be told to go, and can go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Up.
    Open,
    /// Down.
    Close,
}

impl Direction {
    /// Where a full movement this way ends.
    #[must_use]
    pub const fn end(self) -> Position {
        match self {
            Self::Open => Position::OPEN,
            Self::Close => Position::CLOSED,
        }
    }
}

/// How far open a door is, in millionths: whole numbers, so that closed is closed exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(u32);

impl Position {
    /// On the floor.
    pub const CLOSED: Self = Self(0);
    /// Fully up.
    pub const OPEN: Self = Self(1_000_000);

    /// A position from millionths; more than fully open is fully open.
    #[must_use]
    pub const fn from_millionths(millionths: u32) -> Self {
        if millionths > Self::OPEN.0 {
            Self::OPEN
        } else {
            Self(millionths)
        }
    }

    /// The position in millionths.
    #[must_use]
    pub const fn millionths(self) -> u32 {
        self.0
    }

    /// The point half-way to `other`, never quite at an end: a door stopped there is neither open nor closed.
    #[must_use]
    pub fn midway(self, other: Self) -> Self {
        Self(u32::midpoint(self.0, other.0).clamp(1, Self::OPEN.0 - 1))
    }

    /// How long it takes to get from here to `other` when a whole travel takes `travel`.
    #[must_use]
    pub fn time_to(self, other: Self, travel: Duration) -> Duration {
        travel * self.0.abs_diff(other.0) / Self::OPEN.0
    }
}

/// How a movement will end, decided when it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// At the end of its way.
    Arrives,
    /// Against something, where it turns round.
    Obstructed,
    /// Half-way, for no reason that the opener tells.
    Halts,
}

/// Why a door moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Cause {
    /// A command through the cloud: the journal's number of the command.
    Command {
        /// The `seq` of the journal entry of the command.
        seq: u64,
    },
    /// Somebody at the wall button.
    WallButton {
        /// The `seq` of the journal entry of the press.
        seq: u64,
    },
    /// The door met something and turns round.
    Obstruction,
}

impl Cause {
    /// Whether nobody stands by: only then do the rules of unattended operation hold.
    #[must_use]
    pub const fn unattended(self) -> bool {
        matches!(self, Self::Command { .. })
    }
}

/// A movement under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Motion {
    /// Which way.
    pub direction: Direction,
    /// Where it began.
    pub from: Position,
    /// Where it will end, if nobody stops it.
    pub to: Position,
    /// When it began.
    pub since: Timestamp,
    /// When it will end.
    pub until: Timestamp,
    /// How it will end.
    pub ending: Ending,
    /// Why it moves.
    pub cause: Cause,
}

impl Motion {
    /// Where the door is at `now`, which is held to the span of this movement.
    #[must_use]
    pub fn position_at(&self, now: Timestamp) -> Position {
        if now >= self.until {
            return self.to;
        }
        let whole = self.until.duration_since(self.since).as_nanos();
        let gone = now.duration_since(self.since).as_nanos();
        if whole <= 0 || gone <= 0 {
            return self.from;
        }
        let way = i128::from(self.to.0) - i128::from(self.from.0);
        let here = i128::from(self.from.0) + way * gone / whole;
        // `gone < whole`, so `here` lies between two positions.
        Position::from_millionths(u32::try_from(here).unwrap_or(self.from.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn motion(ms: i64) -> Motion {
        let since = Timestamp::from_second(1_000).unwrap();
        Motion {
            direction: Direction::Close,
            from: Position::OPEN,
            to: Position::CLOSED,
            since,
            until: since + Duration::from_millis(ms.unsigned_abs()),
            ending: Ending::Arrives,
            cause: Cause::Command { seq: 1 },
        }
    }

    #[test]
    fn a_door_is_closed_only_at_the_very_end_of_its_way() {
        let motion = motion(1000);
        assert_eq!(motion.position_at(motion.since), Position::OPEN);
        assert_eq!(
            motion.position_at(motion.since + Duration::from_millis(500)),
            Position::from_millionths(500_000)
        );
        assert!(motion.position_at(motion.until - Duration::from_nanos(1)) > Position::CLOSED);
        assert_eq!(motion.position_at(motion.until), Position::CLOSED);
    }

    #[test]
    fn the_middle_is_never_an_end() {
        let nearly = Position::from_millionths(1);
        assert_eq!(nearly.midway(Position::CLOSED), nearly);
        assert_eq!(
            Position::OPEN.midway(Position::CLOSED),
            Position::from_millionths(500_000)
        );
    }
}
