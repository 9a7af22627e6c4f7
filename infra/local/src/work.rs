//! The two kinds of work that timers wake in this process: the guardian's looks, and posting to webhooks.

use jiff::Timestamp;
use postern_core::{
    Error, Platform,
    ports::Subject,
    store::{PAGE_ITEMS_MAX, StoreError},
    webhooks::PushPlace,
};
use postern_webhooks::Teller;

use crate::timers::Work;

/// The guardian's looks.
#[derive(Clone)]
pub(crate) struct Guardian(pub(crate) Platform);

impl Work for Guardian {
    type Subject = Subject;

    fn now(&self) -> Timestamp {
        self.0.now()
    }

    async fn due(&self, shard: u8, until: Timestamp) -> Result<Vec<(Subject, Timestamp)>, StoreError> {
        let due = self.0.store.due(shard, until, PAGE_ITEMS_MAX).await?;
        Ok(due.into_iter().map(|due| (due.subject, due.at)).collect())
    }

    async fn look(&self, subject: Subject) -> Result<Option<Timestamp>, Error> {
        postern_guardian::tend(&self.0, subject).await
    }
}

/// Posting to webhooks.
#[derive(Clone)]
pub(crate) struct Pushes(pub(crate) Teller);

impl Work for Pushes {
    type Subject = PushPlace;

    fn now(&self) -> Timestamp {
        self.0.outbox.now()
    }

    async fn due(&self, shard: u8, until: Timestamp) -> Result<Vec<(PushPlace, Timestamp)>, StoreError> {
        let store = &self.0.outbox.store;
        let due = store.due_pushes(shard, until, PAGE_ITEMS_MAX, None).await?.items;
        Ok(due.into_iter().map(|due| (due.place, due.at)).collect())
    }

    async fn look(&self, place: PushPlace) -> Result<Option<Timestamp>, Error> {
        postern_webhooks::push(&self.0, &place).await
    }
}
