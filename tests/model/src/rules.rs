//! The rules that ship, asked by number.
//!
//! A state of the model holds its grant by a number, so that it is small and quickly compared. Here each number stands for a real
//! [`Grant`], and each answer comes from the real `decide` and `evolve`; asked a second time, it is remembered. Two grants get one
//! number when they are the same in every field but the log's length and hash, which no rule reads: a field that is added to the
//! grant counts from that moment on.

use std::{
    hash::{Hash, Hasher},
    sync::{Arc, PoisonError, RwLock},
};

use jiff::Timestamp;
use postern_contract::event::DeliveryEvent;
use postern_core::{
    deliveries::code_record,
    grant::{Chore, Context, Grant, Limits, Refusal, Viewer, book, chore, decide, evolve},
    keys::Sealed,
};

use crate::{
    step::Step,
    table::{Quick, Table},
    values::{Agreed, Tick, at, booking, carrier, policy, site, tick},
};

/// A grant, by its number.
pub type GrantId = u32;

/// What the rules answered.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The grant afterwards.
    pub grant: GrantId,
    /// What happened, by name.
    pub events: Arc<[&'static str]>,
    /// Why nothing did.
    pub refusal: Option<&'static str>,
    /// Whether a code in clear stands in what would be stored or shown.
    pub leaks: bool,
}

impl Decided {
    /// Whether there is anything to commit.
    #[must_use]
    pub fn is_something(&self) -> bool {
        !self.events.is_empty()
    }

    /// Whether `event` happened.
    #[must_use]
    pub fn has(&self, event: &str) -> bool {
        self.events.contains(&event)
    }
}

#[derive(Default)]
struct Grants {
    places: Table<u64, Vec<GrantId>>,
    all: Vec<Arc<Grant>>,
}

type Asking = (GrantId, Step, Tick, Tick);

/// The rules under one set of limits, and what they answered so far.
pub struct Rules {
    /// The bounds that decisions are made by.
    pub limits: Limits,
    grants: RwLock<Grants>,
    answers: RwLock<Table<Asking, Decided>>,
    policies: RwLock<Table<(GrantId, Agreed), GrantId>>,
}

impl Rules {
    /// The rules under `limits`, with nothing asked yet.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            grants: RwLock::default(),
            answers: RwLock::default(),
            policies: RwLock::default(),
        }
    }

    /// Books the delivery.
    #[must_use]
    pub fn booked(&self, window: (Tick, Tick)) -> GrantId {
        let (grant, _) =
            book(booking(window), Some(site()), at(0), &self.limits).expect("a household that agreed");
        self.number(grant).0
    }

    /// The grant of a number.
    #[must_use]
    pub fn grant(&self, id: GrantId) -> Arc<Grant> {
        let grants = self.grants.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&grants.all[id as usize])
    }

    /// How many different grants were met.
    #[must_use]
    pub fn grants_met(&self) -> usize {
        self.grants
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .all
            .len()
    }

    /// What is due for a grant, and when.
    #[must_use]
    pub fn chore(&self, id: GrantId, now: Tick) -> Option<(Timestamp, Chore)> {
        chore(&self.grant(id), at(now), &self.limits)
    }

    /// The grant as it is when it is loaded together with what the household agrees to by now.
    #[must_use]
    pub fn with_policy(&self, id: GrantId, agreed: Agreed) -> GrantId {
        let key = (id, agreed);
        let known = self.policies.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(&key) {
            return *known;
        }
        drop(known);
        let mut grant = Grant::clone(&self.grant(id));
        grant.policy = policy(agreed);
        let (number, _) = self.number(grant);
        let mut known = self.policies.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(key, number);
        number
    }

    /// Has `step` decided at one moment and recorded at another, at or after it.
    #[must_use]
    pub fn ask(&self, id: GrantId, step: Step, decided: Tick, recorded: Tick) -> Decided {
        let asking = (id, step, decided, recorded);
        let known = self.answers.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(&asking) {
            return known.clone();
        }
        drop(known);
        let answer = self.decide(id, step, decided, recorded);
        let mut known = self.answers.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(asking, answer.clone());
        answer
    }

    fn decide(&self, id: GrantId, step: Step, decided: Tick, recorded: Tick) -> Decided {
        let before = self.grant(id);
        let context = Context {
            now: at(decided),
            policy: &before.policy,
            limits: &self.limits,
        };
        let refused = |refusal: Refusal| Decided {
            grant: id,
            events: Arc::new([]),
            refusal: Some(refusal.code()),
            leaks: false,
        };
        match decide(&before, step.command(), &context) {
            Err(refusal) => refused(refusal),
            Ok(events) if events.is_empty() => Decided {
                grant: id,
                events: Arc::new([]),
                refusal: None,
                leaks: false,
            },
            Ok(events) => {
                let names: Vec<_> = events.iter().map(DeliveryEvent::name).collect();
                let now = at(recorded);
                // As `Grant::record` does it, without the hashes of the log.
                let after = events.iter().fold(Grant::clone(&before), |grant, event| {
                    evolve(grant, now, event, &self.limits)
                });
                let (number, is_new) = self.number(after);
                Decided {
                    leaks: is_new && leaks(&self.grant(number), &events),
                    grant: number,
                    events: names.into(),
                    refusal: None,
                }
            }
        }
    }

    /// The number of a grant, and whether it is met for the first time.
    fn number(&self, grant: Grant) -> (GrantId, bool) {
        let mut grant = grant;
        grant.log_length = 0;
        grant.log_head = String::new();
        grant.updated_at = grant.created_at;
        let place = place(&grant);
        let mut grants = self.grants.write().unwrap_or_else(PoisonError::into_inner);
        let Grants { places, all } = &mut *grants;
        let alike = places.entry(place).or_default();
        let known = alike.iter().find(|id| *all[**id as usize] == grant);
        if let Some(known) = known {
            return (*known, false);
        }
        let id = GrantId::try_from(all.len()).expect("fewer grants than numbers");
        all.push(Arc::new(grant));
        alike.push(id);
        (id, true)
    }
}

/// Where to look for a grant: grants that are the same have the same place, and few others do.
fn place(grant: &Grant) -> u64 {
    let mut hasher = Quick::default();
    let command = grant.command.as_ref();
    let moments = [
        grant.not_closed_at,
        grant.opened_at,
        grant.closed_at,
        grant.last_close_at,
        grant.watch_until,
        grant.reissue_until,
        command.map(|command| command.requested_at),
        grant.last_reading.as_ref().map(|reading| reading.observed_at),
    ];
    for moment in moments {
        hasher.write_u8(moment.map_or(0, tick));
    }
    grant.state.hash(&mut hasher);
    grant.attention.hash(&mut hasher);
    hasher.write_u32(grant.codes_minted);
    command.map(|command| command.progress as u8).hash(&mut hasher);
    command.map(|command| command.command).hash(&mut hasher);
    hasher.write_u64(grant.policy.consent.version);
    hasher.finish()
}

/// A one-time code in clear, as the platform would draw it.
#[must_use]
pub fn clear_code(number: u32) -> String {
    format!("{number:064x}").replace('0', "c")
}

impl Rules {
    /// Whether a code stands in clear in what the shipped function lays down of it.
    #[must_use]
    pub fn code_in_clear(&self, number: u32) -> bool {
        let clear = clear_code(number);
        let sealed = Sealed::from_bytes(b"sealed".to_vec());
        let record = code_record(number, &clear.as_str().into(), sealed, &self.limits);
        [String::from(record.sealed), record.hash]
            .iter()
            .any(|stored| stored.contains(&clear))
    }
}

fn leaks(after: &Grant, events: &[DeliveryEvent]) -> bool {
    let written = [
        serde_json::to_string(after),
        serde_json::to_string(&after.view(Viewer::Household)),
        serde_json::to_string(events),
    ];
    (1..=after.codes_minted).any(|number| {
        let code = clear_code(number);
        written
            .iter()
            .flatten()
            .any(|written| written.contains(code.as_str()))
    })
}

/// Whether a delivery is this carrier's, by the shipped rule.
#[must_use]
pub fn is_carriers(grant: &Grant, own: bool, limits: &Limits) -> bool {
    grant.is_carriers(&carrier(own), limits)
}
