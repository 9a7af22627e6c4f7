//! A function's platform, put together from the environment; and its connection to the record, opened before the first call.

use std::{sync::Arc, time::Duration};

use aws_config::{SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use postern_keys::{BundleSigner, KeyError, KmsBundleSigner, KmsSealer, KmsSigner, kms_derived_key};
use secrecy::SecretSlice;
use serde::de::IgnoredAny;

use super::{
    LambdaAdapters, SqsFollowUps,
    settings::{SettingError, Settings, needed},
};
use crate::{
    Platform,
    grant::Limits,
    ports::{Adapters, Chance, Clock, SystemChance, SystemClock},
    store::{Key, Store},
};

/// For how long an idle connection is kept. A function is frozen between its invocations and does not see how the other side hangs
/// up; a call on such a connection fails in doubt, which for an order to a door is dear. AWS's ends keep theirs open for longer.
const IDLE_MAX: Duration = Duration::from_secs(20);
/// How long connecting to KMS may take.
const KMS_CONNECT: Duration = Duration::from_millis(1_000);
/// How long one attempt at KMS may take.
const KMS_ATTEMPT: Duration = Duration::from_millis(1_500);
/// How long a call of KMS may take with its repeats.
const KMS_OPERATION: Duration = Duration::from_millis(4_000);
/// How often KMS is asked: what is asked of it may be asked twice.
const KMS_TRIES: u32 = 3;

/// Why a function did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting is missing or unusable.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// A key could not be had.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// This function's place on AWS: its region, role and endpoints, and the one HTTP client of all its SDK clients.
#[derive(Debug, Clone)]
pub struct Deployment {
    config: SdkConfig,
}

impl Deployment {
    /// The place that the environment describes. TLS is rustls on ring.
    pub async fn from_env() -> Self {
        let http = aws_smithy_http_client::Builder::new()
            .pool_idle_timeout(IDLE_MAX)
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https();
        Self::new(aws_config::from_env().http_client(http).load().await)
    }

    /// A place that the caller describes, for tests.
    #[must_use]
    pub fn new(config: SdkConfig) -> Self {
        Self { config }
    }

    /// The platform with these settings.
    ///
    /// # Errors
    /// [`SettingError`] when no region is set.
    pub fn platform(&self, settings: &Settings) -> Result<Platform, SettingError> {
        self.config()?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let chance: Arc<dyn Chance> = Arc::new(SystemChance::default());
        let store = Store::new(
            &aws_sdk_dynamodb::Client::new(&self.config),
            settings.table.as_str(),
        );
        let adapters = LambdaAdapters::new(
            &aws_sdk_lambda::Client::new(&self.config),
            store.clone(),
            Arc::clone(&clock),
        );
        let follow_ups = SqsFollowUps::new(
            &aws_sdk_sqs::Client::new(&self.config),
            settings.follow_ups_queue.as_str(),
            Arc::clone(&clock),
        );
        let kms = self.kms();
        Ok(Platform {
            store,
            adapters: Adapters::new(Arc::new(adapters)),
            sealer: Arc::new(KmsSealer::new(kms.clone(), settings.codes_key.as_str())),
            signer: Arc::new(KmsSigner::new(kms, settings.evidence_key.as_str())),
            clock,
            chance,
            follow_ups: Arc::new(follow_ups),
            limits: Limits::default(),
            link_redirect_uri: settings.link_redirect_uri.clone(),
        })
    }

    /// The key of an API's cursors: 32 bytes, derived by KMS from the HMAC key that `POSTERN_CURSOR_KEY` names, and the same in
    /// every instance. `purpose` keeps the APIs' apart, such as `carrier-api cursors`.
    ///
    /// # Errors
    /// [`StartError`] when the setting is missing or KMS does not derive the key.
    pub async fn cursor_key(&self, purpose: &str) -> Result<SecretSlice<u8>, StartError> {
        let key = needed(|name| std::env::var(name).ok(), "POSTERN_CURSOR_KEY")?;
        Ok(kms_derived_key(&self.kms(), &key, purpose).await?)
    }

    /// What every client begins with, once a region is known.
    pub(super) fn config(&self) -> Result<&SdkConfig, SettingError> {
        match self.config.region() {
            Some(_) => Ok(&self.config),
            None => Err(SettingError::missing("AWS_REGION")),
        }
    }

    /// What signs the evidence of deliveries: the KMS key that `POSTERN_BUNDLE_KEY` names.
    ///
    /// # Errors
    /// [`SettingError`] when the setting is missing.
    pub fn bundle_signer(&self) -> Result<Arc<dyn BundleSigner>, SettingError> {
        let key = needed(|name| std::env::var(name).ok(), "POSTERN_BUNDLE_KEY")?;
        Ok(Arc::new(KmsBundleSigner::new(self.kms(), key)))
    }

    pub(super) fn kms(&self) -> aws_sdk_kms::Client {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(KMS_CONNECT)
            .operation_attempt_timeout(KMS_ATTEMPT)
            .operation_timeout(KMS_OPERATION)
            .build();
        let config = aws_sdk_kms::config::Builder::from(&self.config)
            .retry_config(RetryConfig::standard().with_max_attempts(KMS_TRIES))
            .timeout_config(timeouts);
        aws_sdk_kms::Client::from_conf(config.build())
    }
}

/// The platform that the environment describes; see the head of [`crate::aws`].
///
/// # Errors
/// [`SettingError`] for the first setting that is missing or unusable.
pub async fn platform_from_env() -> Result<Platform, SettingError> {
    let settings = Settings::from_env()?;
    Deployment::from_env().await.platform(&settings)
}

/// Opens the connection to the record with one read of an item that is not there, so that the first invocation does not wait for a
/// TLS handshake. A record that cannot be reached is the first invocation's to complain about; here it is logged.
pub async fn warm(platform: &Platform) {
    let nobody = Key::person("nobody: opens the connection");
    if let Err(error) = platform.store.get::<IgnoredAny>(&nobody, false).await {
        tracing::warn!(%error, "the connection to the record could not be opened ahead");
    }
}
