//! The record: one DynamoDB table, reached by its keys alone.
//!
//! docs/record.md lists every question that is asked of it, each with the one call that answers it; there is no scan. Keys are
//! written in [`key`] and nowhere else. A flow reads with [`Store::get`], [`Store::query`] and the typed readers, collects
//! [`Write`]s, and hands them to [`Store::transact`], which does all of them or none, once, however often the network fails.

mod carriers;
mod condition;
mod counts;
mod doors;
mod endings;
mod error;
mod feed;
mod grants;
mod households;
mod idempotency;
mod item;
pub mod key;
mod links;
mod lists;
mod pushes;
mod read;
mod retry;
mod table;
mod transact;
mod webhooks;
mod write;

use std::{fmt, sync::Arc, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    config::{retry::RetryConfig, timeout::TimeoutConfig},
};

pub use self::{
    condition::Condition,
    counts::CallCount,
    doors::DoorClaim,
    error::{Applied, StoreError},
    feed::{FeedEnd, FeedHead, Logged, Placed, Standing, read_logged},
    grants::{CodeRecord, Due, LoadedGrant},
    households::{Owner, Recent},
    idempotency::{Answered, Asked, IdempotencyRecord},
    item::{Item, Versioned, attribute, decode, decode_versioned},
    key::{DUE_SHARDS, Key, Partition, due_shard},
    links::{LinkStatePending, PendingForm, StoredLink},
    pushes::{DuePush, Pushable, read_made_push},
    read::{Fetched, PAGE_ITEMS_MAX, PageKey, QueryPlan, Sort},
    transact::WRITES_MAX,
    write::Write,
};
use crate::ports::{Chance, SystemChance};

/// How long one attempt may take, in milliseconds, where the client does not say.
const ATTEMPT_TIMEOUT_MS: u64 = 1_500;
/// How long connecting may take, in milliseconds, where the client does not say.
const CONNECT_TIMEOUT_MS: u64 = 800;

/// The record.
#[derive(Clone)]
pub struct Store {
    client: Client,
    table: Arc<str>,
    chance: Arc<dyn Chance>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("table", &self.table)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// The record in `table`, through `client`. The client's own retries are switched off: it does not know which calls may be
    /// made twice.
    #[must_use]
    pub fn new(client: &Client, table: impl Into<Arc<str>>) -> Self {
        let mut config = client.config().to_builder().retry_config(RetryConfig::disabled());
        let has_timeouts = client
            .config()
            .timeout_config()
            .is_some_and(|timeouts| timeouts.operation_attempt_timeout().is_some());
        if !has_timeouts {
            config = config.timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(Duration::from_millis(CONNECT_TIMEOUT_MS))
                    .operation_attempt_timeout(Duration::from_millis(ATTEMPT_TIMEOUT_MS))
                    .build(),
            );
        }
        Self {
            client: Client::from_conf(config.build()),
            table: table.into(),
            chance: Arc::new(SystemChance::default()),
        }
    }

    /// The same record, with the transactions' tokens and the pauses between tries drawn from `chance`.
    #[must_use]
    pub fn with_chance(self, chance: Arc<dyn Chance>) -> Self {
        Self { chance, ..self }
    }

    /// The table's name.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.table
    }
}
