//! What wakes the guardian: the queue's messages and the schedule's sweeps, each an invocation of the function as on AWS.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::{
    doors::Doors,
    platforms::Pool,
    queue::{Message, Queue},
    scene::Scene,
};

/// The longest that an invocation may take: what the function's template will say.
const INVOCATION_MAX: Duration = Duration::from_secs(120);
/// How often the schedule sweeps while something is under way: more rarely than the platform is made for, which is harder on it and
/// lighter on the run.
const SWEEP_EVERY: Duration = Duration::from_secs(150);
/// How many sweeps may be left out where nothing is: the harness saves itself the work.
const IDLE_SWEEPS: u32 = 9;

/// The guardian's wakers.
pub(crate) struct Guardians {
    pub(crate) scene: Arc<Scene>,
    pub(crate) pool: Arc<Pool>,
    pub(crate) queue: Arc<Queue>,
    pub(crate) doors: Arc<Doors>,
    /// How many deliveries are at a door just now.
    pub(crate) under_way: Arc<AtomicUsize>,
    pub(crate) count: AtomicU64,
}

impl Guardians {
    /// Hands every message that is due to an instance, until dropped.
    pub(crate) async fn follow_up(self: Arc<Self>) {
        loop {
            let message = self.queue.next().await;
            tokio::spawn(Arc::clone(&self).receive(message));
        }
    }

    async fn receive(self: Arc<Self>, message: Message) {
        let body = serde_json::to_string(&message.subject).expect("a subject can be written as JSON");
        let event = json!({"Records": [
            {"messageId": "message", "body": body, "eventSource": "aws:sqs"},
        ]});
        let answer = self.invoke(event).await;
        let failed = answer.is_none_or(|answer| {
            answer["batchItemFailures"]
                .as_array()
                .is_some_and(|failures| !failures.is_empty())
        });
        if failed {
            self.queue.put_back(message);
        }
    }

    /// Sweeps on schedule, until dropped.
    pub(crate) async fn sweep(self: Arc<Self>) {
        let mut left_out = 0;
        loop {
            sleep(SWEEP_EVERY).await;
            let idle = self.under_way.load(Ordering::Relaxed) == 0 && self.doors.all_closed();
            if idle && left_out < IDLE_SWEEPS {
                left_out += 1;
                continue;
            }
            left_out = 0;
            tokio::spawn(Arc::clone(&self).sweep_once());
        }
    }

    async fn sweep_once(self: Arc<Self>) {
        self.invoke(json!({"sweep": true})).await;
    }

    /// One invocation: nothing comes of it when its instance dies, fails, or takes too long.
    async fn invoke(&self, event: Value) -> Option<Value> {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let instance = self.pool.instance(number);
        let platform = instance.platform.clone();
        // A task of its own: an invocation that is given up goes on until its process is frozen, and may go on later.
        let work = tokio::spawn(async move { postern_guardian::handle(&platform, event).await });
        let answered = tokio::select! {
            biased;
            () = instance.life.end() => return None,
            answered = timeout(INVOCATION_MAX, work) => answered,
        };
        match answered {
            Ok(Ok(Ok(answer))) => serde_json::to_value(answer).ok(),
            Ok(Ok(Err(error))) => {
                self.scene.note(
                    instance.life.name(),
                    format_args!("the invocation failed: {error}"),
                );
                None
            }
            Ok(Err(_)) => {
                self.scene.surprise(format!("{} panicked", instance.life.name()));
                None
            }
            Err(_) => None,
        }
    }
}
