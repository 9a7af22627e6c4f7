//! The ground truth: every command that reached the cloud, and everything that the doors really did.
//!
//! A test asks this, and not the vendor's face, whether the door moved exactly once.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::door::{Direction, Disposition, Happening};
use crate::names::{AccountId, Email, Serial};

/// Entries kept; the oldest go first.
pub const ENTRIES_MAX: usize = 10_000;

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalEntry {
    /// Counts up by one over all doors, from 1.
    pub seq: u64,
    /// When it happened at the door, not when somebody looked.
    pub at: Timestamp,
    /// At which door.
    pub serial: Serial,
    /// What happened.
    #[serde(flatten)]
    pub event: JournalEvent,
}

/// What a line of the journal tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum JournalEvent {
    /// Somebody asked for something.
    Order(Order),
    /// The door did something.
    Happening(Happening),
}

/// Somebody asked a door for something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Order {
    /// A command through the cloud.
    Command {
        /// What it asked for.
        command: Direction,
        /// Under which account, where that is said.
        account_id: Option<AccountId>,
        /// Whose token it carried, if it carried a valid one.
        by: Option<Email>,
        /// What became of it.
        disposition: Disposition,
    },
    /// A bare pulse through a controller beside the opener, which has no word for a way.
    Pulse {
        /// Whose credentials it carried, if it carried valid ones.
        by: Option<Email>,
        /// What became of it.
        disposition: Disposition,
    },
    /// A press of the button on the wall.
    WallButton {
        /// Which way the person wanted the door; nothing for a single press.
        target: Option<Direction>,
    },
}

impl JournalEntry {
    /// Whether this is the start of a movement this way.
    #[must_use]
    pub const fn is_motion(&self, way: Direction) -> bool {
        match self.event {
            JournalEvent::Happening(Happening::Motion { direction, .. }) => {
                matches!(
                    (direction, way),
                    (Direction::Open, Direction::Open) | (Direction::Close, Direction::Close)
                )
            }
            _ => false,
        }
    }

    /// Whether this is a command received, executed or not.
    #[must_use]
    pub const fn is_command(&self) -> bool {
        matches!(
            self.event,
            JournalEvent::Order(Order::Command { .. } | Order::Pulse { .. })
        )
    }
}

/// The journal of all doors.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Journal {
    last_seq: u64,
    entries: VecDeque<JournalEntry>,
}

impl Journal {
    /// The number that the next entry will get.
    #[must_use]
    pub const fn next_seq(&self) -> u64 {
        self.last_seq + 1
    }

    /// Writes a line.
    pub fn record(&mut self, at: Timestamp, serial: &Serial, event: JournalEvent) -> u64 {
        if self.entries.len() == ENTRIES_MAX {
            self.entries.pop_front();
        }
        self.last_seq += 1;
        self.entries.push_back(JournalEntry {
            seq: self.last_seq,
            at,
            serial: serial.clone(),
            event,
        });
        self.last_seq
    }

    /// The lines after `since` (0 for all), of one door or of all, oldest first.
    #[must_use]
    pub fn read(&self, serial: Option<&Serial>, since: u64) -> Vec<JournalEntry> {
        let wanted =
            |entry: &&JournalEntry| entry.seq > since && serial.is_none_or(|serial| entry.serial == *serial);
        self.entries.iter().filter(wanted).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_survives_json() {
        let mut journal = Journal::default();
        let at = Timestamp::from_second(1).unwrap();
        let serial = Serial::from("CG080001");
        let command = Order::Command {
            command: Direction::Open,
            account_id: Some(AccountId::from("a")),
            by: Some(Email::from("A@example.com")),
            disposition: Disposition::Accepted,
        };
        journal.record(at, &serial, JournalEvent::Order(command));
        let pulse = Order::Pulse {
            by: None,
            disposition: Disposition::Stopped,
        };
        let motion = Happening::Motion {
            direction: Direction::Open,
            from: crate::door::Position::CLOSED,
            cause: crate::door::Cause::Command { seq: 1 },
        };
        for happening in [motion, Happening::WarningBegan, Happening::LockedOut] {
            journal.record(at, &serial, JournalEvent::Happening(happening));
        }
        journal.record(at, &serial, JournalEvent::Order(pulse));
        let json = serde_json::to_string(&journal).unwrap();
        let back: Journal = serde_json::from_str(&json).unwrap();
        assert_eq!(back.read(None, 0), journal.read(None, 0));
        assert_eq!(journal.read(Some(&serial), 3).len(), 2);
        assert!(back.read(None, 4)[0].is_command());
        assert!(back.read(None, 0)[1].is_motion(Direction::Open));
    }
}
