//! The queue of follow-ups, as bad as a queue may be: it loses, repeats, delays and reorders.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use postern_core::ports::{FollowUpError, FollowUps, Subject};
use tokio::sync::Notify;

use crate::{
    kinds::Kind,
    process::Life,
    scene::{Scene, lock},
};

/// The longest delay that the queue takes; what lies further ahead is left to the sweep.
const DELAY_MAX: SignedDuration = SignedDuration::from_mins(15);
/// When a message whose look failed, or whose process died, comes again.
pub(crate) const VISIBLE_AGAIN: SignedDuration = SignedDuration::from_secs(30);
/// How often a message comes at most.
const RECEIVES_MAX: u32 = 3;
/// How many messages of one subject wait at the most. A follow-up is a hint and may be lost; each begins a row of looks, and without
/// a limit a run whose messages come twice would do nothing but look.
const WAITING_MAX: usize = 4;

/// A message of the queue.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Message {
    pub(crate) subject: Subject,
    receives: u32,
}

/// The queue.
pub(crate) struct Queue {
    scene: Arc<Scene>,
    waiting: Mutex<BTreeMap<(Timestamp, u64), Message>>,
    count: Mutex<u64>,
    news: Notify,
}

impl Queue {
    pub(crate) fn new(scene: &Arc<Scene>) -> Arc<Self> {
        Arc::new(Self {
            scene: Arc::clone(scene),
            waiting: Mutex::default(),
            count: Mutex::default(),
            news: Notify::new(),
        })
    }

    fn put(&self, at: Timestamp, message: Message) {
        let mut count = lock(&self.count);
        *count += 1;
        lock(&self.waiting).insert((at, *count), message);
        self.news.notify_one();
    }

    fn waiting_for(&self, subject: Subject) -> usize {
        let waiting = lock(&self.waiting);
        waiting
            .values()
            .filter(|message| message.subject == subject)
            .count()
    }

    /// A message comes again, unless it came too often.
    pub(crate) fn put_back(&self, message: Message) {
        if message.receives < RECEIVES_MAX {
            self.put(self.scene.now() + VISIBLE_AGAIN, message);
        }
    }

    /// Waits for the next message that is due.
    pub(crate) async fn next(&self) -> Message {
        loop {
            let first = lock(&self.waiting).keys().next().copied();
            let Some(key) = first else {
                self.news.notified().await;
                continue;
            };
            if key.0 <= self.scene.now() {
                if let Some(message) = lock(&self.waiting).remove(&key) {
                    return Message {
                        receives: message.receives + 1,
                        ..message
                    };
                }
                continue;
            }
            tokio::select! {
                biased;
                () = self.news.notified() => {}
                () = self.scene.time.until(key.0) => {}
            }
        }
    }
}

/// The end of the queue that a process holds.
pub(crate) struct QueueEnd {
    pub(crate) queue: Arc<Queue>,
    pub(crate) life: Arc<Life>,
}

#[async_trait]
impl FollowUps for QueueEnd {
    async fn look_at(&self, subject: Subject, at: Timestamp) -> Result<(), FollowUpError> {
        self.life.before("a follow-up").await;
        let (queue, faults) = (&self.queue, &self.queue.scene.faults);
        let now = queue.scene.now();
        if at.duration_since(now) > DELAY_MAX || queue.waiting_for(subject) >= WAITING_MAX {
            return Ok(());
        }
        if faults.strikes(Kind::FollowUpLost) {
            // Either the queue refuses it, or it is accepted and never comes.
            return if faults.dice(Kind::FollowUpLost).happens(0.5) {
                Err(FollowUpError("the queue does not answer".to_owned()))
            } else {
                Ok(())
            };
        }
        let message = Message { subject, receives: 0 };
        let mut at = at.max(now);
        if faults.strikes(Kind::FollowUpLate) {
            let late = faults.dice(Kind::FollowUpLate).between(1, 180);
            at += SignedDuration::from_secs(i64::try_from(late).unwrap_or_default());
        }
        if faults.strikes(Kind::FollowUpEarly) {
            at = now;
        }
        queue.put(at, message);
        if faults.strikes(Kind::FollowUpTwice) {
            let apart = faults.dice(Kind::FollowUpTwice).between(0, 5_000);
            queue.put(
                at + SignedDuration::from_millis(i64::try_from(apart).unwrap_or_default()),
                message,
            );
        }
        self.life.after("a follow-up").await;
        Ok(())
    }
}
