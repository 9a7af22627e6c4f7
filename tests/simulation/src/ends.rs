//! The judgement at a run's end: every log and every grant against what the doors really did.
//!
//! What is allowed for a sensor that lies: a delivery may be completed on a reading that the harness itself had falsified, because
//! nobody outside the garage can tell such a reading from a true one. Any other reading on which a delivery was closed must have
//! been true at some moment after the last order for that delivery had left.

use std::{collections::BTreeMap, time::Duration};

use jiff::{SignedDuration, Timestamp};
use postern_contract::{
    delivery::GrantState,
    event::{DeliveryEvent, LogEntry},
    ids::DeliveryId,
};
use postern_core::{
    grant::Grant,
    keys::{PublicKey, Signature, verify},
    log,
    promises::Promise,
    store::Store,
};
use postern_vendor_clouds::{Direction, Serial};

use crate::{
    scene::{SKEW_MS_MAX, Scene},
    stranger::MARK,
    truth::{Booked, Departure, DoorLife, Truth},
};

/// The longest that a door which was opened for a delivery may be left with neither a close nor a person told.
const UNTOLD_MAX: SignedDuration = SignedDuration::from_mins(45);

/// What the end of a run is judged from.
pub(crate) struct Judge<'a> {
    pub(crate) scene: &'a Scene,
    pub(crate) truth: &'a Truth,
    pub(crate) record: &'a Store,
    pub(crate) serials: &'a [Serial],
    pub(crate) lives: &'a BTreeMap<Serial, DoorLife>,
    pub(crate) key: PublicKey,
}

/// How the deliveries of a run went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// How many grants there are, by the state they ended in.
    pub ends: BTreeMap<String, u64>,
    /// How often each event of a delivery happened.
    pub events: BTreeMap<String, u64>,
    /// How long doors stood open, from an order to open that moved them to the floor again.
    pub open_for: Vec<Duration>,
}

impl Judge<'_> {
    /// Judges every delivery.
    pub(crate) async fn deliveries(&self) -> Outcome {
        let mut outcome = Outcome::default();
        let booked = self.truth.all_booked();
        let acknowledged = self.truth.all_acknowledged();
        for (delivery, booked) in &booked {
            let grant = self.record.load_grant::<Grant>(*delivery).await;
            let log = self.record.whole_log(*delivery).await;
            let (Ok(Some(grant)), Ok(log)) = (grant, log) else {
                self.scene.check(Promise::IntentFirst, false, || {
                    format!("{delivery}, whose booking was acknowledged, is not on record")
                });
                continue;
            };
            let grant = grant.grant.doc;
            *outcome.ends.entry(state_name(grant.state)).or_default() += 1;
            for entry in &log {
                *outcome.events.entry(entry.event.name().to_owned()).or_default() += 1;
            }
            let before = self.scene.breaches().len();
            self.chain(*delivery, &grant, &log);
            for one in acknowledged.iter().filter(|one| one.delivery == *delivery) {
                let entry = usize::try_from(one.length)
                    .ok()
                    .and_then(|at| log.get(at.checked_sub(1)?));
                let kept = entry.is_some_and(|entry| entry.hash == one.head);
                self.scene.check(Promise::IntentFirst, kept, || {
                    format!(
                        "{delivery} was acknowledged with {} entries, and the record has others",
                        one.length
                    )
                });
            }
            self.outcomes(*delivery, &log);
            self.end(*delivery, &grant, booked, &log);
            self.strange(*delivery, &log);
            self.closed(*delivery, booked, &log, &mut outcome);
            if self.scene.breaches().len() > before {
                for entry in &log {
                    let written = serde_json::to_string(&entry.event).unwrap_or_default();
                    self.scene
                        .note("log", format_args!("{delivery} {} {written}", entry.at));
                }
            }
        }
        self.doors();
        outcome
    }

    /// Promise 5: the log is a chain, whole, and signed at the end.
    fn chain(&self, delivery: DeliveryId, grant: &Grant, log: &[LogEntry]) {
        let head = log::verify(delivery, log);
        let whole = head.as_ref().is_ok_and(|head| *head == grant.log_head)
            && u64::try_from(log.len()).is_ok_and(|length| length == grant.log_length);
        self.scene.check(Promise::IntentFirst, whole, || {
            format!("the log of {delivery} is not the one its grant names: {head:?}")
        });
        if !grant.state.is_end() {
            return;
        }
        let statement = log::statement(delivery, grant.log_length, &grant.log_head);
        let signed = grant
            .log_signature
            .clone()
            .and_then(|signature| signature.try_into().ok())
            .is_some_and(|signature: Signature| verify(&self.key, statement.as_bytes(), &signature).is_ok());
        self.scene.check(Promise::IntentFirst, signed, || {
            format!("the log of {delivery}, which has ended, is not signed")
        });
    }

    /// Promise 5: every intent has an outcome. Promise 3: what left is never said not to have left.
    fn outcomes(&self, delivery: DeliveryId, log: &[LogEntry]) {
        let departures = self.truth.departures_of(delivery);
        for (at, entry) in log.iter().enumerate() {
            let (DeliveryEvent::OpenRequested { command, .. }
            | DeliveryEvent::CloseRequested { command, .. }) = entry.event
            else {
                continue;
            };
            let after = || log[at + 1..].iter().map(|entry| &entry.event);
            self.scene.check(
                Promise::IntentFirst,
                after().any(|event| settles(event, command)),
                || format!("order {command} of {delivery} has no outcome on record"),
            );
            let denied = after().any(
                |event| matches!(event, DeliveryEvent::OpenNotExecuted { command: of, .. } if *of == command),
            );
            let left = departures.iter().any(|departure| departure.command == command);
            let twice = self.truth.times_carried(command) > 1;
            self.scene
                .check(Promise::NoBlindRepeat, !(denied && left) || twice, || {
                    format!("order {command} of {delivery} left, and its log says that it was not executed")
                });
        }
        let mut codes: Vec<u32> = log.iter().filter_map(|entry| code(&entry.event)).collect();
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        self.scene.check(Promise::OpensOnce, codes.len() == count, || {
            format!("a code of {delivery} was redeemed twice")
        });
    }

    /// Every delivery comes to a defined end.
    fn end(&self, delivery: DeliveryId, grant: &Grant, booked: &Booked, log: &[LogEntry]) {
        let ended =
            grant.state.is_end() && (grant.attention.is_none() || grant.state != GrantState::Completed);
        self.scene.check(Promise::ClosedOrTold, ended, || {
            format!(
                "{delivery} (number {}) never ended: it is {:?}, attention {:?}, after {:?}",
                booked.number,
                grant.state,
                grant.attention,
                log.last().map(|entry| entry.event.name())
            )
        });
    }

    /// Promise 6: nothing of a stranger's is in any log.
    fn strange(&self, delivery: DeliveryId, log: &[LogEntry]) {
        let marked = log
            .iter()
            .any(|entry| serde_json::to_string(&entry.event).is_ok_and(|text| text.contains(MARK)));
        self.scene.check(Promise::TenantsApart, !marked, || {
            format!("a stranger left a mark in the log of {delivery}")
        });
    }

    /// Promise 4: the door was closed when the log says so, and somebody was told where it long was not.
    fn closed(&self, delivery: DeliveryId, booked: &Booked, log: &[LogEntry], outcome: &mut Outcome) {
        let Some(life) = self
            .serials
            .get(booked.household)
            .and_then(|serial| self.lives.get(serial))
        else {
            return;
        };
        let departures = self.truth.departures_of(delivery);
        let skew = SignedDuration::from_millis(SKEW_MS_MAX + 1);
        // Where the sensor had lied about the opening too, the doubt about the order was ended by nothing but lies.
        let (mut opened_by_a_lie, mut by_a_lie) = (false, false);
        for entry in log {
            match &entry.event {
                DeliveryEvent::Opened { reading } => {
                    opened_by_a_lie = self.truth.is_lie(reading);
                    continue;
                }
                DeliveryEvent::Closed { reading, .. } => {
                    by_a_lie = opened_by_a_lie || self.truth.is_lie(reading);
                }
                DeliveryEvent::Completed { .. } => {}
                _ => continue,
            }
            if by_a_lie {
                continue;
            }
            let until = entry.at + skew;
            let since = self.not_closed_since(delivery, &departures, life, until);
            let truly = since.is_none_or(|since| life.closed_within(since, until));
            self.scene.check(Promise::ClosedOrTold, truly, || {
                format!(
                    "{delivery} counts as {} at {}, and the door was not on the floor since {since:?}",
                    entry.event.name(),
                    entry.at
                )
            });
        }
        // Where a line brings one call to two adapters, one may send it and the other refuse it. When the refusal is what was heard,
        // nobody on this side of the line can know that the order left.
        let unknowable = |open: &&Departure| {
            self.truth.times_carried(open.command) > 1
                && log.iter().any(|entry| {
                    matches!(&entry.event, DeliveryEvent::OpenNotExecuted { command, .. } if *command == open.command)
                })
        };
        let opens = departures
            .iter()
            .filter(|departure| departure.way == Direction::Open)
            .filter(|departure| !unknowable(departure));
        for open in opens {
            self.stood_open(delivery, open, life, log, outcome);
        }
    }

    /// The moment since which the door must have been on the floor once: when it last went up for this delivery, or when its last order
    /// left.
    fn not_closed_since(
        &self,
        delivery: DeliveryId,
        departures: &[Departure],
        life: &DoorLife,
        until: Timestamp,
    ) -> Option<Timestamp> {
        let last = departures.iter().rev().find(|departure| departure.at <= until)?;
        let open = departures
            .iter()
            .rev()
            .find(|departure| departure.way == Direction::Open && departure.at <= until)?;
        // From the next order of another delivery on, the door may go up for that one.
        let others = self.truth.departures_to(&open.serial);
        let next = others
            .iter()
            .find(|other| other.delivery != delivery && other.way == Direction::Open && other.at > open.at);
        let ends = next.map_or(until, |next| next.at.min(until));
        let up = life
            .ups
            .iter()
            .rev()
            .find(|(at, seq)| seq.is_some() && *at >= open.at && *at <= ends);
        Some(up.map_or(last.at, |(at, _)| *at))
    }

    /// How long the door stood open after an order, and whether somebody was told in time.
    fn stood_open(
        &self,
        delivery: DeliveryId,
        open: &Departure,
        life: &DoorLife,
        log: &[LogEntry],
        outcome: &mut Outcome,
    ) {
        // From the next order of another delivery on, what moves it is that one's.
        let others = self.truth.departures_to(&open.serial);
        let next = others
            .iter()
            .find(|other| other.delivery != delivery && other.way == Direction::Open && other.at > open.at);
        let late = open.at + SignedDuration::from_mins(9);
        let late = next.map_or(late, |next| next.at.min(late));
        let moved = life
            .ups
            .iter()
            .find(|(at, cause)| cause.is_some() && *at >= open.at && *at <= late);
        let Some((up, _)) = moved else { return };
        // The sensor had shown it open before it moved: that ended the doubt about the order, and nobody waited for it any more.
        let deceived = log.iter().any(|entry| {
            matches!(&entry.event, DeliveryEvent::Opened { reading } if self.truth.is_lie(reading))
                && (open.at..*up).contains(&entry.at)
        });
        if deceived {
            return;
        }
        let down = life.closed_after(*up).unwrap_or(self.scene.now());
        let stood = down.duration_since(*up);
        outcome
            .open_for
            .push(Duration::try_from(stood).unwrap_or_default());
        let told_or_tried = log.iter().any(|entry| {
            entry.at >= *up - SignedDuration::from_secs(1)
                && entry.at <= *up + UNTOLD_MAX
                && matches!(
                    entry.event,
                    DeliveryEvent::AttentionRaised { .. }
                        | DeliveryEvent::CloseRequested { .. }
                        | DeliveryEvent::Closed { .. }
                )
        });
        // A person was needed already when it went up, and it was not said meanwhile that nobody is.
        let told_before =
            log.iter()
                .take_while(|entry| entry.at < *up)
                .fold(false, |told, entry| match entry.event {
                    DeliveryEvent::AttentionRaised { .. } => true,
                    DeliveryEvent::AttentionCleared { .. } => false,
                    _ => told,
                });
        let told_on = told_before
            && !log.iter().any(|entry| {
                (*up..=*up + UNTOLD_MAX).contains(&entry.at)
                    && matches!(entry.event, DeliveryEvent::AttentionCleared { .. })
            });
        let told = told_or_tried || told_on;
        self.scene
            .check(Promise::ClosedOrTold, stood <= UNTOLD_MAX || told, || {
                format!("the door of {delivery} stood open for {stood:#} from {up}, and nobody closed it or was told")
            });
    }

    /// Promise 1: no door ever moved up by more commands than had left for it.
    fn doors(&self) {
        for (serial, life) in self.lives {
            let departures = self.truth.departures_to(serial);
            let by_command: Vec<&Timestamp> =
                life.ups.iter().filter_map(|(at, seq)| seq.map(|_| at)).collect();
            for (count, at) in by_command.iter().enumerate() {
                let mut commands: Vec<_> = departures
                    .iter()
                    .filter(|departure| departure.way == Direction::Open && departure.at <= **at)
                    .map(|departure| departure.command)
                    .collect();
                commands.sort_unstable();
                commands.dedup();
                self.scene.check(Promise::OpensOnce, count < commands.len(), || {
                    format!(
                        "door {serial} went up by command for the {}. time at {at}, after {} orders",
                        count + 1,
                        commands.len()
                    )
                });
            }
            self.scene
                .check(Promise::ClosedOrTold, life.closed_at(self.scene.now()), || {
                    format!("door {serial} stands open at the end of the run")
                });
        }
    }
}

fn state_name(state: GrantState) -> String {
    serde_json::to_value(state)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

const fn code(event: &DeliveryEvent) -> Option<u32> {
    match event {
        DeliveryEvent::OpenRequested { code_number, .. } => Some(*code_number),
        _ => None,
    }
}

/// Whether an event is an outcome of an order: its own, or a sight of the door that ends all doubt about it.
fn settles(event: &DeliveryEvent, wanted: postern_contract::ids::CommandId) -> bool {
    match event {
        DeliveryEvent::OpenAccepted { command }
        | DeliveryEvent::OpenNotExecuted { command, .. }
        | DeliveryEvent::OpenUnknown { command, .. }
        | DeliveryEvent::NotOpened { command, .. }
        | DeliveryEvent::CloseAccepted { command }
        | DeliveryEvent::CloseNotExecuted { command, .. }
        | DeliveryEvent::CloseUnknown { command, .. }
        | DeliveryEvent::CloseStopped { command, .. } => *command == wanted,
        DeliveryEvent::Opened { .. } | DeliveryEvent::Closed { .. } => true,
        _ => false,
    }
}
