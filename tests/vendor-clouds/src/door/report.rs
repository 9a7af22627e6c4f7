//! What a door's cloud shows of it: late, sometimes frozen, and kept as it was while the door is off the net.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Direction, DoorTimings};

/// Notes kept. A door makes four in a delivery; the oldest ones no reading can need any more.
const NOTES_MAX: usize = 64;

/// The state of a door in the words of a cloud. There is no word for the warning before a close: the state stays
/// what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportedState {
    /// Fully up.
    Open,
    /// On the floor.
    Closed,
    /// Moving up.
    Opening,
    /// Moving down.
    Closing,
    /// At rest between the ends.
    Stopped,
    /// Moving up again after it met something.
    Autoreverse,
    /// The opener was reset, and has not learned yet where the door is.
    Unknown,
}

/// What a cloud shows of a door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    /// The last state that the cloud has heard of.
    pub state: ReportedState,
    /// The same for a cloud that hears of no movement but those that it ordered: until the door is at rest again, what it was before.
    pub told: ReportedState,
    /// Which way the door last went, as far as such a cloud heard.
    pub told_way: Direction,
    /// When the door took that state.
    pub last_update: Timestamp,
    /// When the door was last in contact.
    pub last_status: Timestamp,
    /// Whether the cloud believes that it can reach the door.
    pub online: bool,
}

/// One word from the door to its cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    at: Timestamp,
    /// When the cloud shows it. Nothing yet for what happens while the door is off the net.
    visible_at: Option<Timestamp>,
    state: ReportedState,
    told: ReportedState,
    told_way: Direction,
    way: Direction,
    changed_at: Timestamp,
}

/// The door's side of the line to its cloud.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Report {
    born: Timestamp,
    oldest: Note,
    later: VecDeque<Note>,
    offline: Option<Offline>,
    frozen: Option<Frozen>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Offline {
    since: Timestamp,
    noticed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Frozen {
    at: Timestamp,
    until: Timestamp,
}

impl Report {
    pub(super) fn beginning(now: Timestamp, state: ReportedState) -> Self {
        let way = if state == ReportedState::Closed {
            Direction::Close
        } else {
            Direction::Open
        };
        let first = Note {
            at: now,
            visible_at: Some(now),
            state,
            told: state,
            told_way: way,
            way,
            changed_at: now,
        };
        Self {
            born: now,
            oldest: first,
            later: VecDeque::new(),
            offline: None,
            frozen: None,
        }
    }

    pub(super) const fn online(&self) -> bool {
        self.offline.is_none()
    }

    /// The door took a new state. `unordered` says that it moves without the cloud having ordered it.
    pub(super) fn changed(&mut self, at: Timestamp, state: ReportedState, unordered: bool, lag: Duration) {
        let visible_at = self.online().then(|| at + lag);
        let last = self.last();
        let way = match state {
            ReportedState::Open | ReportedState::Opening | ReportedState::Autoreverse => Direction::Open,
            ReportedState::Closed | ReportedState::Closing => Direction::Close,
            ReportedState::Stopped | ReportedState::Unknown => last.way,
        };
        self.push(Note {
            at,
            visible_at,
            state,
            told: if unordered { last.told } else { state },
            told_way: if unordered { last.told_way } else { way },
            way,
            changed_at: at,
        });
    }

    /// The door and its cloud spoke, without a change of state.
    pub(super) fn contact(&mut self, at: Timestamp, lag: Duration) {
        let last = self.last();
        self.push(Note {
            at,
            visible_at: Some(at + lag),
            ..last
        });
    }

    fn last(&self) -> Note {
        self.later.back().copied().unwrap_or(self.oldest)
    }

    pub(super) fn set_online(&mut self, now: Timestamp, online: bool, noticed: bool, lag: Duration) {
        match (online, self.offline) {
            (false, None) => self.offline = Some(Offline { since: now, noticed }),
            (false, Some(offline)) => self.offline = Some(Offline { noticed, ..offline }),
            (true, None) => {}
            (true, Some(_)) => {
                // What happened meanwhile is told now.
                for note in &mut self.later {
                    note.visible_at = note.visible_at.or(Some(now + lag));
                }
                self.offline = None;
                self.contact(now, lag);
            }
        }
    }

    /// Until `until` the cloud shows what it shows at `now`. A report that is frozen already stays as it is.
    pub(super) fn freeze(&mut self, now: Timestamp, until: Timestamp) {
        let at = self
            .frozen
            .filter(|frozen| now < frozen.until)
            .map_or(now, |frozen| frozen.at);
        self.frozen = Some(Frozen { at, until });
    }

    /// What the cloud shows at `now`.
    pub(super) fn at(&self, now: Timestamp, timings: DoorTimings) -> Reported {
        let shown = match self.frozen {
            Some(frozen) if now < frozen.until => now.min(frozen.at),
            _ => now,
        };
        let heard = |note: &&Note| note.visible_at.is_some_and(|visible_at| visible_at <= shown);
        let note = self
            .later
            .iter()
            .rev()
            .find(heard)
            .copied()
            .unwrap_or(self.oldest);
        let quiet_until = self.offline.map_or(shown, |offline| shown.min(offline.since));
        let beat = last_beat(self.born, quiet_until - timings.report_lag, timings.heartbeat);
        Reported {
            state: note.state,
            told: note.told,
            told_way: note.told_way,
            last_update: note.changed_at,
            last_status: note.at.max(beat),
            online: !self.offline.is_some_and(|offline| offline.noticed),
        }
    }

    fn push(&mut self, note: Note) {
        if self.later.len() == NOTES_MAX
            && let Some(oldest) = self.later.pop_front()
        {
            self.oldest = oldest;
        }
        self.later.push_back(note);
    }
}

/// The last moment of regular contact up to `now`, counting from `first`.
fn last_beat(first: Timestamp, now: Timestamp, every: Duration) -> Timestamp {
    let gone = now.duration_since(first);
    let every = i64::try_from(every.as_millis()).unwrap_or(i64::MAX);
    if gone.is_negative() {
        return first;
    }
    if every == 0 {
        return now;
    }
    let gone = i64::try_from(gone.as_millis()).unwrap_or(i64::MAX);
    first + Duration::from_millis((gone / every * every).unsigned_abs())
}
