//! The outbox of a deployed function: what telling carriers takes, and no more.

use std::sync::Arc;

use postern_keys::KmsSealer;

use super::{
    Deployment, SqsFollowUps,
    settings::{SettingError, address, needed},
};
use crate::{
    feed::Outbox,
    ports::{FollowUps, SystemClock},
    store::Store,
    webhooks::PushPlace,
};

/// What the webhooks' function is told. The variables are listed at the head of [`crate::aws`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxSettings {
    /// `POSTERN_DEPLOYMENT`.
    pub deployment: String,
    /// `POSTERN_TABLE`.
    pub table: String,
    /// `POSTERN_CODES_KEY`.
    pub codes_key: String,
    /// `POSTERN_PUSHES_QUEUE`.
    pub pushes_queue: String,
}

impl OutboxSettings {
    /// The settings in this process's environment.
    ///
    /// # Errors
    /// [`SettingError`] for the first that is missing or unusable.
    pub fn from_env() -> Result<Self, SettingError> {
        Self::from_lookup(|name| std::env::var(name).ok())
    }

    /// The settings that `lookup` finds by their variables' names.
    ///
    /// # Errors
    /// [`SettingError`] for the first that is missing or unusable. An empty one is missing.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, SettingError> {
        Ok(Self {
            deployment: needed(&lookup, "POSTERN_DEPLOYMENT")?,
            table: needed(&lookup, "POSTERN_TABLE")?,
            codes_key: needed(&lookup, "POSTERN_CODES_KEY")?,
            pushes_queue: address("POSTERN_PUSHES_QUEUE", needed(&lookup, "POSTERN_PUSHES_QUEUE")?)?,
        })
    }
}

impl Deployment {
    /// The outbox with these settings.
    ///
    /// # Errors
    /// [`SettingError`] when no region is set.
    pub fn outbox(&self, settings: &OutboxSettings) -> Result<Outbox, SettingError> {
        let config = self.config()?;
        Ok(Outbox {
            store: Store::new(&aws_sdk_dynamodb::Client::new(config), settings.table.as_str()),
            sealer: Arc::new(KmsSealer::new(self.kms(), settings.codes_key.as_str())),
            clock: Arc::new(SystemClock),
        })
    }

    /// What has pushes looked at, with these settings.
    ///
    /// # Errors
    /// [`SettingError`] when no region is set.
    pub fn pushes(&self, settings: &OutboxSettings) -> Result<Arc<dyn FollowUps<PushPlace>>, SettingError> {
        let client = aws_sdk_sqs::Client::new(self.config()?);
        let queue = settings.pushes_queue.as_str();
        Ok(Arc::new(SqsFollowUps::new(&client, queue, Arc::new(SystemClock))))
    }
}
