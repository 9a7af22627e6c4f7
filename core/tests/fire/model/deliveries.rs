//! Of the model: grants, codes, logs, lists of deliveries, and the answers to requests.

use jiff::{SignedDuration, Timestamp};
use postern_contract::ids::{CarrierId, HouseholdId};
use postern_core::store::{Answered, IdempotencyRecord};

use super::{Found, Model, Outcome, Place, WRITES_MAX, expected, taken, version_bar};
use crate::{
    pool::{self, Pick},
    steps::Step,
};

/// How long an answer is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// A grant.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GrantItem {
    pub(crate) version: u64,
    pub(crate) carrier: CarrierId,
    pub(crate) household: HouseholdId,
    pub(crate) due: Option<Timestamp>,
    pub(crate) body: serde_json::Value,
}

pub(super) fn places(step: &Step) -> Option<Vec<Place>> {
    let one = |kind, place: String| Some(vec![(kind, place)]);
    match *step {
        Step::Grant { of, .. } => one("grant", of.to_string()),
        Step::Code { of, .. } | Step::Redeem { of, .. } | Step::ForgetCode { of } => {
            one("code", of.to_string())
        }
        Step::Entry { of, sequence, .. } => one("log", format!("{of} {sequence}")),
        Step::Active { whose, of } => one("active", format!("{whose} {of}")),
        Step::Past { whose, of } => Some(vec![
            ("active", format!("{whose} {of}")),
            ("past", format!("{whose} {of}")),
        ]),
        Step::Running { tenant, key, .. }
        | Step::Answered { tenant, key, .. }
        | Step::Finished { tenant, key, .. } => one("answer", format!("{tenant} {key}")),
        _ => None,
    }
}

impl Model {
    pub(super) fn delivery_bar(&self, step: &Step) -> Option<Found> {
        match *step {
            Step::Grant { of, expect, .. } => version_bar(
                expect,
                self.grants.get(&pool::delivery(of)).map(|grant| grant.version),
            ),
            Step::Entry { of, sequence, .. } => taken(self.log.contains_key(&(pool::delivery(of), sequence))),
            Step::Redeem { of, number, .. } => match self.codes.get(&pool::delivery(of)) {
                None => Some(Found::Nothing),
                Some(code) => taken(code.number != u32::from(number) || code.redeemed_at.is_some()),
            },
            Step::Running { tenant, key, now, .. } | Step::Answered { tenant, key, now } => {
                taken(self.answer(tenant, key, now).is_some())
            }
            Step::Finished { tenant, key, .. } => {
                let kept = self.answers.get(&(pool::name(tenant), pool::name(key)));
                taken(kept.is_some_and(|(record, _)| matches!(record.progress, Answered::Done(_))))
            }
            _ => None,
        }
    }

    pub(super) fn apply_to_deliveries(&mut self, step: &Step) {
        match *step {
            Step::Grant {
                of,
                carrier,
                whose,
                due,
                expect,
            } => {
                let before = self.grants.get(&pool::delivery(of)).map(|grant| grant.version);
                let item = GrantItem {
                    version: expected(expect, before).unwrap_or(0) + 1,
                    carrier: pool::carrier(carrier),
                    household: pool::household(whose),
                    due: due.map(pool::at),
                    body: pool::body(of, carrier, due),
                };
                self.grants.insert(pool::delivery(of), item);
            }
            Step::Entry {
                of,
                sequence,
                whose,
                when,
            } => {
                let entry = pool::entry(of, sequence, when);
                self.log
                    .insert((pool::delivery(of), sequence), (pool::household(whose), entry));
            }
            Step::Code { of, number, redeemed } => {
                self.codes
                    .insert(pool::delivery(of), pool::code(number, redeemed));
            }
            Step::Redeem { of, when, .. } => {
                self.codes.get_mut(&pool::delivery(of)).unwrap().redeemed_at = Some(pool::at(when));
            }
            Step::ForgetCode { of } => {
                self.codes.remove(&pool::delivery(of));
            }
            Step::Active { whose, of } => {
                self.active.insert((pool::household(whose), pool::delivery(of)));
            }
            Step::Past { whose, of } => {
                self.active.remove(&(pool::household(whose), pool::delivery(of)));
                self.past.insert((pool::household(whose), pool::delivery(of)));
            }
            Step::Running {
                tenant,
                key,
                of,
                until,
                now,
            } => {
                // The record keeps this moment in milliseconds.
                let until = Timestamp::from_millisecond(pool::at(until).as_millisecond()).unwrap();
                let running = Answered::Running {
                    delivery: pool::delivery(of),
                    until,
                };
                self.answered(tenant, key, now, running);
            }
            Step::Answered { tenant, key, now } | Step::Finished { tenant, key, now } => {
                self.answered(tenant, key, now, Answered::Done(format!("answer {now}")));
            }
            _ => {}
        }
    }

    fn answered(&mut self, tenant: Pick, key: Pick, now: Pick, progress: Answered) {
        let record = IdempotencyRecord {
            fingerprint: pool::name(now),
            progress,
        };
        let until = pool::at(now) + KEPT;
        self.answers
            .insert((pool::name(tenant), pool::name(key)), (record, until));
    }

    /// The answer under a key, unless its time is over. The record tells the end of that time in whole seconds.
    pub(crate) fn answer(&self, tenant: Pick, key: Pick, now: Pick) -> Option<&IdempotencyRecord> {
        let (record, until) = self.answers.get(&(pool::name(tenant), pool::name(key)))?;
        (until.as_second() >= pool::at(now).as_second()).then_some(record)
    }

    pub(super) fn crowd(&mut self, whose: Pick, many: u64) -> Outcome {
        if usize::try_from(many).unwrap() > WRITES_MAX {
            return Outcome::TooMany;
        }
        self.active
            .extend((0..many).map(|number| (pool::household(whose), pool::crowd(number))));
        Outcome::Done
    }
}
