//! A witness reads nothing but the log, keeps its own account of the door, and objects when an entry breaks a promise.

use std::collections::BTreeSet;

use jiff::Timestamp;
use postern_contract::{
    door::{DoorReading, DoorState},
    event::{DeliveryEvent, LogEntry},
};

use super::{fixtures::seconds, story::Story};

/// What the log says so far.
#[derive(Debug, Default)]
pub(super) struct Witness {
    read: usize,
    ready: Option<u32>,
    minted: u32,
    redeemed: BTreeSet<u32>,
    /// The last order to open, until it is known to have done nothing or the door was seen closed after it.
    ordered_at: Option<Timestamp>,
    in_doubt: bool,
    open: bool,
    late_until: Option<Timestamp>,
    closed_once: bool,
    stopped: u8,
    revoked: bool,
    taken_over: Option<Timestamp>,
    ended: bool,
}

impl Witness {
    /// Reads what was recorded since the last time. `story` still has the policy and the time of the decision.
    pub(super) fn read(&mut self, story: &Story) {
        let entries: Vec<_> = story.log[self.read..].to_vec();
        for entry in &entries {
            assert!(!self.ended, "{:?} happened after the end", entry.event);
            assert_eq!(entry.at, story.now);
            self.note(entry, story);
        }
        self.read = story.log.len();
    }

    fn note(&mut self, entry: &LogEntry, story: &Story) {
        match &entry.event {
            DeliveryEvent::Armed { code_number } => self.armed(*code_number),
            DeliveryEvent::OpenRequested { .. } => self.open_requested(&entry.event, story),
            DeliveryEvent::OpenUnknown { .. } => self.in_doubt = true,
            DeliveryEvent::OpenNotExecuted { .. } => {
                // Promise 3: doubt is ended by the door, not by a word.
                assert!(!self.in_doubt && !self.open);
                self.ordered_at = None;
            }
            DeliveryEvent::NotOpened { reading, .. } => {
                self.believes(reading);
                assert_eq!(reading.state, DoorState::Closed);
                self.ordered_at = None;
                self.in_doubt = false;
                self.late_until = Some(entry.at + story.limits.late_open);
            }
            DeliveryEvent::Opened { reading } => {
                assert!(!reading.stale && reading.online);
                self.open = true;
                self.late_until = None;
                self.ready = None;
            }
            DeliveryEvent::CloseRequested { try_number, .. } => {
                assert!(self.open && self.stopped < 2, "a third close");
                assert_eq!(*try_number, self.stopped + 1);
            }
            DeliveryEvent::CloseStopped { stopped_closes, .. } => {
                self.stopped += 1;
                assert_eq!(*stopped_closes, self.stopped);
            }
            DeliveryEvent::Closed { reading, .. } => {
                self.believes(reading);
                assert!(reading.state == DoorState::Closed && reading.obstructed != Some(true));
                self.ordered_at = None;
                self.in_doubt = false;
                self.open = false;
                self.late_until = None;
                self.closed_once = true;
            }
            DeliveryEvent::StillClosed { reading } => {
                self.believes(reading);
                assert!(reading.state == DoorState::Closed && !self.open);
                if self.late_until.is_some_and(|until| until <= reading.observed_at) {
                    self.late_until = None;
                }
            }
            DeliveryEvent::ReissueLapsed => self.ready = None,
            DeliveryEvent::RevocationRequested { .. } => {
                self.revoked = true;
                self.ready = None;
            }
            DeliveryEvent::Completed { .. } => {
                assert!(self.closed_once, "completed without a door seen closed");
                self.end(entry);
            }
            DeliveryEvent::DoorstepRequested { .. } => {
                assert!(!self.open, "left at the doorstep with the door open");
                self.revoked = true;
                self.ready = None;
            }
            DeliveryEvent::LeftAtDoorstep { .. } => self.end(entry),
            DeliveryEvent::Cancelled { .. } | DeliveryEvent::Expired => {
                assert!(!self.closed_once, "delivered, and yet not");
                self.end(entry);
            }
            DeliveryEvent::TakenOver { .. } => self.taken_over = Some(entry.at),
            DeliveryEvent::Revoked { .. } if self.let_go(entry, story) => {
                (self.open, self.ordered_at) = (false, None);
                self.ended = true;
            }
            DeliveryEvent::Revoked { .. } => self.end(entry),
            DeliveryEvent::Changed { window, .. } => {
                // Promise 2: what was decided for another window is not under way.
                assert!(self.ordered_at.is_none() && !self.open && !self.closed_once && !self.revoked);
                assert!(self.late_until.is_none());
                if window.is_some() {
                    self.ready = None;
                }
            }
            DeliveryEvent::Booked { .. }
            | DeliveryEvent::Dispatched { .. }
            | DeliveryEvent::OpenAccepted { .. }
            | DeliveryEvent::CloseAccepted { .. }
            | DeliveryEvent::CloseNotExecuted { .. }
            | DeliveryEvent::CloseUnknown { .. }
            | DeliveryEvent::MovedUnordered { .. }
            | DeliveryEvent::AttentionRaised { .. }
            | DeliveryEvent::AttentionCleared { .. }
            | DeliveryEvent::Reissued { .. } => {}
        }
    }

    fn armed(&mut self, code_number: u32) {
        assert!(!self.revoked, "a code was minted after the right was taken back");
        assert_eq!(code_number, self.minted + 1);
        self.minted = code_number;
        self.ready = Some(code_number);
    }

    fn open_requested(&mut self, event: &DeliveryEvent, story: &Story) {
        let DeliveryEvent::OpenRequested {
            code_number,
            distance_m,
            accuracy_m,
            send_by,
            ..
        } = event
        else {
            return;
        };
        // Promise 1: the code lay ready, and was never redeemed before.
        assert_eq!(self.ready.take(), Some(*code_number));
        assert!(self.redeemed.insert(*code_number));
        // Promise 2: inside the window, until the order has left; with the household's right, and as it wishes.
        let window = story.grant.window;
        assert!(window.contains(story.now) && story.now < *send_by && *send_by <= window.ends_at());
        assert!(!self.revoked);
        let zone = jiff::tz::TimeZone::get(&story.policy.time_zone).unwrap();
        let covers = story
            .policy
            .consent
            .covers(&story.grant.carrier, story.now, &zone);
        assert_eq!(covers, Ok(()));
        assert!(*distance_m <= 150 && *accuracy_m <= 100);
        // Promise 3: no order before the last one's outcome is known.
        assert!(!self.in_doubt && self.ordered_at.is_none() && !self.open);
        self.ordered_at = Some(story.now);
        self.taken_over = None;
        self.stopped = 0;
    }

    /// A door is believed closed only by a reading without a doubt, taken after the order to open and before now.
    fn believes(&self, reading: &DoorReading) {
        assert!(!reading.stale && reading.online);
        assert!(self.ordered_at.is_none_or(|at| at < reading.observed_at));
    }

    /// Promise 4: no end while the door may be not closed.
    fn end(&mut self, entry: &LogEntry) {
        assert!(
            self.ordered_at.is_none() && !self.open,
            "ended with the door not closed"
        );
        assert!(
            self.late_until.is_none_or(|until| until <= entry.at),
            "ended while an open may yet come late"
        );
        self.ended = true;
    }

    /// A door that a person took over two hours ago may be let go of unseen.
    fn let_go(&self, entry: &LogEntry, story: &Story) -> bool {
        self.taken_over
            .is_some_and(|at| at + story.limits.taken_over_watch <= entry.at)
            && story.grant.attention.is_some()
    }

    /// Whether the door may be not closed, by the log.
    pub(super) fn not_closed(&self) -> bool {
        self.open || self.ordered_at.is_some()
    }
}

/// The largest lie about time that a reading in the log may hold.
pub(super) fn assert_no_reading_from_the_future(entry: &LogEntry) {
    let (DeliveryEvent::Opened { reading }
    | DeliveryEvent::NotOpened { reading, .. }
    | DeliveryEvent::CloseStopped { reading, .. }
    | DeliveryEvent::Closed { reading, .. }
    | DeliveryEvent::MovedUnordered { reading }) = &entry.event
    else {
        return;
    };
    assert!(reading.observed_at <= entry.at + seconds(30));
}
