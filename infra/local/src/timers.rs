//! Follow-ups in this process: what SQS and the Scheduler are on AWS. Rebuilt from the record at every start, and backed by the same
//! sweep, so that losing them loses nothing.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use postern_core::{
    Error, Platform,
    ports::{FollowUpError, FollowUps, Subject},
    store::{DUE_SHARDS, PAGE_ITEMS_MAX},
};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinSet,
};

/// How often everything that is due is swept, whether a timer stands for it or not.
const SWEEP_EVERY: Duration = Duration::from_secs(10);
/// When a look that failed is tried again.
const AFTER_FAILURE: SignedDuration = SignedDuration::from_secs(1);
/// How many looks go on at once.
const LOOKS_MAX: usize = 64;
/// How many subjects of one shard are read at once; what lies beyond is found by a later sweep, when it is due.
const PER_SHARD_MAX: usize = PAGE_ITEMS_MAX;

/// Leaves follow-ups.
#[derive(Debug, Clone)]
pub(crate) struct Timers(UnboundedSender<(Subject, Timestamp)>);

/// Follow-ups that were left.
pub(crate) type Left = UnboundedReceiver<(Subject, Timestamp)>;

impl Timers {
    /// The timers' two ends.
    pub(crate) fn new() -> (Self, Left) {
        let (sender, left) = unbounded_channel();
        (Self(sender), left)
    }
}

#[async_trait]
impl FollowUps for Timers {
    async fn look_at(&self, subject: Subject, at: Timestamp) -> Result<(), FollowUpError> {
        self.0
            .send((subject, at))
            .map_err(|_| FollowUpError("the timers have stopped".to_owned()))
    }
}

/// What is to be looked at, and when: each subject once, at the earliest time that was asked for.
#[derive(Debug, Default)]
struct Agenda {
    by_time: BTreeMap<(Timestamp, u64), Subject>,
    by_subject: HashMap<Subject, (Timestamp, u64)>,
    count: u64,
}

impl Agenda {
    fn add(&mut self, subject: Subject, at: Timestamp) {
        if let Some(place) = self.by_subject.get(&subject) {
            if place.0 <= at {
                return;
            }
            self.by_time.remove(place);
        }
        self.count += 1;
        self.by_time.insert((at, self.count), subject);
        self.by_subject.insert(subject, (at, self.count));
    }

    fn next_at(&self) -> Option<Timestamp> {
        self.by_time.keys().next().map(|(at, _)| *at)
    }

    fn pop_due(&mut self, now: Timestamp) -> Option<Subject> {
        let entry = self.by_time.first_entry().filter(|entry| entry.key().0 <= now)?;
        let subject = entry.remove();
        self.by_subject.remove(&subject);
        Some(subject)
    }
}

/// What the record has on its agenda, near and far.
async fn rebuilt(platform: &Platform) -> Result<Agenda, Error> {
    let mut agenda = Agenda::default();
    for shard in 0..DUE_SHARDS {
        for due in platform.store.due(shard, Timestamp::MAX, PER_SHARD_MAX).await? {
            agenda.add(due.subject, due.at);
        }
    }
    Ok(agenda)
}

/// Rebuilds the timers from the record, then lets the guardian look at each subject in its time, until the task is dropped.
pub(crate) async fn run(platform: Platform, mut left: Left) -> Result<(), Error> {
    let mut agenda = rebuilt(&platform).await?;
    let mut looks: JoinSet<(Subject, Option<Timestamp>)> = JoinSet::new();
    let mut sweep = tokio::time::interval(SWEEP_EVERY);
    loop {
        while looks.len() < LOOKS_MAX {
            let Some(subject) = agenda.pop_due(platform.now()) else {
                break;
            };
            looks.spawn(look(platform.clone(), subject));
        }
        let wake = sleep_until(
            agenda.next_at().filter(|_| looks.len() < LOOKS_MAX),
            platform.now(),
        );
        tokio::select! {
            () = wake => {}
            asked = left.recv() => match asked {
                Some((subject, at)) => agenda.add(subject, at),
                None => return Ok(()),
            },
            Some(Ok((subject, again))) = looks.join_next() => {
                if let Some(at) = again {
                    agenda.add(subject, at);
                }
            }
            _ = sweep.tick() => {
                for shard in 0..DUE_SHARDS {
                    match platform.store.due(shard, platform.now(), PER_SHARD_MAX).await {
                        Ok(due) => due.into_iter().for_each(|due| agenda.add(due.subject, due.at)),
                        Err(error) => tracing::warn!(%error, "the sweep could not read what is due"),
                    }
                }
            }
        }
    }
}

async fn look(platform: Platform, subject: Subject) -> (Subject, Option<Timestamp>) {
    match postern_guardian::tend(&platform, subject).await {
        Ok(again) => (subject, again),
        Err(error) => {
            tracing::error!(?subject, %error, "a look failed; it is tried again");
            (subject, Some(platform.now() + AFTER_FAILURE))
        }
    }
}

async fn sleep_until(at: Option<Timestamp>, now: Timestamp) {
    match at {
        Some(at) => tokio::time::sleep(Duration::try_from(at.duration_since(now)).unwrap_or_default()).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use postern_contract::ids::DeliveryId;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_subject_comes_once_at_its_earliest_time_and_in_order(asked in prop::collection::vec((0_u128..5, 0_i64..100), 0..40)) {
            let subject = |random| Subject::Delivery { delivery: DeliveryId::from_parts(1, random) };
            let mut agenda = Agenda::default();
            let mut earliest: HashMap<u128, i64> = HashMap::new();
            for (who, when) in asked {
                agenda.add(subject(who), Timestamp::from_second(when).unwrap());
                let known = earliest.entry(who).or_insert(when);
                *known = when.min(*known);
            }
            let mut came = Vec::new();
            for second in 0..100 {
                while let Some(next) = agenda.pop_due(Timestamp::from_second(second).unwrap()) {
                    let who = (0..5).find(|who| subject(*who) == next).unwrap();
                    prop_assert_eq!(earliest[&who], second);
                    came.push(who);
                }
            }
            prop_assert_eq!(came.len(), earliest.len());
        }
    }
}
