//! Follow-ups in this process: what SQS and the Scheduler are on AWS. Rebuilt from the record at every start, and backed by the same
//! sweep, so that losing them loses nothing.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Debug,
    future::Future,
    hash::Hash,
    time::Duration,
};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use postern_core::{
    Error,
    ports::{FollowUpError, FollowUps},
    store::{DUE_SHARDS, StoreError},
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

/// What timers are for: subjects that the record says are due, and what is done with one.
pub(crate) trait Work: Clone + Send + Sync + 'static {
    /// What is looked at.
    type Subject: Debug + Clone + Eq + Hash + Send + 'static;

    /// The present.
    fn now(&self) -> Timestamp;

    /// What one shard of the record has that is due at `until`, as much as is read at once; what lies beyond is found by a later sweep,
    /// when it is due.
    async fn due(&self, shard: u8, until: Timestamp) -> Result<Vec<(Self::Subject, Timestamp)>, StoreError>;

    /// Does what is due for `subject`, and answers when to look again, if ever.
    fn look(&self, subject: Self::Subject) -> impl Future<Output = Result<Option<Timestamp>, Error>> + Send;
}

/// Leaves follow-ups.
#[derive(Debug)]
pub(crate) struct Timers<S>(UnboundedSender<(S, Timestamp)>);

/// Follow-ups that were left.
pub(crate) type Left<S> = UnboundedReceiver<(S, Timestamp)>;

impl<S> Timers<S> {
    /// The timers' two ends.
    pub(crate) fn new() -> (Self, Left<S>) {
        let (sender, left) = unbounded_channel();
        (Self(sender), left)
    }
}

#[async_trait]
impl<S: Send + Sync + 'static> FollowUps<S> for Timers<S> {
    async fn look_at(&self, subject: S, at: Timestamp) -> Result<(), FollowUpError> {
        self.0
            .send((subject, at))
            .map_err(|_| FollowUpError("the timers have stopped".to_owned()))
    }
}

/// What is to be looked at, and when: each subject once, at the earliest time that was asked for.
#[derive(Debug)]
struct Agenda<S> {
    by_time: BTreeMap<(Timestamp, u64), S>,
    by_subject: HashMap<S, (Timestamp, u64)>,
    count: u64,
}

impl<S: Clone + Eq + Hash> Agenda<S> {
    fn new() -> Self {
        Self {
            by_time: BTreeMap::new(),
            by_subject: HashMap::new(),
            count: 0,
        }
    }

    fn add(&mut self, subject: S, at: Timestamp) {
        if let Some(place) = self.by_subject.get(&subject) {
            if place.0 <= at {
                return;
            }
            self.by_time.remove(place);
        }
        self.count += 1;
        self.by_time.insert((at, self.count), subject.clone());
        self.by_subject.insert(subject, (at, self.count));
    }

    fn next_at(&self) -> Option<Timestamp> {
        self.by_time.keys().next().map(|(at, _)| *at)
    }

    fn pop_due(&mut self, now: Timestamp) -> Option<S> {
        let entry = self.by_time.first_entry().filter(|entry| entry.key().0 <= now)?;
        let subject = entry.remove();
        self.by_subject.remove(&subject);
        Some(subject)
    }
}

/// What the record has on its agenda, near and far.
async fn rebuilt<W: Work>(work: &W) -> Result<Agenda<W::Subject>, StoreError> {
    let mut agenda = Agenda::new();
    for shard in 0..DUE_SHARDS {
        for (subject, at) in work.due(shard, Timestamp::MAX).await? {
            agenda.add(subject, at);
        }
    }
    Ok(agenda)
}

/// Rebuilds the timers from the record, then has each subject looked at in its time, until the task is dropped.
pub(crate) async fn run<W: Work>(work: W, mut left: Left<W::Subject>) -> Result<(), StoreError> {
    let mut agenda = rebuilt(&work).await?;
    let mut looks: JoinSet<(W::Subject, Option<Timestamp>)> = JoinSet::new();
    let mut sweep = tokio::time::interval(SWEEP_EVERY);
    loop {
        while looks.len() < LOOKS_MAX {
            let Some(subject) = agenda.pop_due(work.now()) else {
                break;
            };
            looks.spawn(look(work.clone(), subject));
        }
        let wake = sleep_until(agenda.next_at().filter(|_| looks.len() < LOOKS_MAX), work.now());
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
                    match work.due(shard, work.now()).await {
                        Ok(due) => due.into_iter().for_each(|(subject, at)| agenda.add(subject, at)),
                        Err(error) => tracing::warn!(%error, "the sweep could not read what is due"),
                    }
                }
            }
        }
    }
}

async fn look<W: Work>(work: W, subject: W::Subject) -> (W::Subject, Option<Timestamp>) {
    match work.look(subject.clone()).await {
        Ok(again) => (subject, again),
        Err(error) => {
            tracing::error!(?subject, %error, "a look failed; it is tried again");
            (subject, Some(work.now() + AFTER_FAILURE))
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
    use postern_core::ports::Subject;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_subject_comes_once_at_its_earliest_time_and_in_order(asked in prop::collection::vec((0_u128..5, 0_i64..100), 0..40)) {
            let subject = |random| Subject::Delivery { delivery: DeliveryId::from_parts(1, random) };
            let mut agenda = Agenda::new();
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
