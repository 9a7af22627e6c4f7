//! The adapter for Aladdin Connect on AWS Lambda. Settings: see [`AladdinConnectConfig::from_settings`], and `POSTERN_CREDENTIALS_KEY`,
//! the KMS key under which links' tokens are sealed. Our client secret and API key stand here only sealed, as
//! `ALADDIN_CONNECT_CLIENT_SECRET_SEALED` and `ALADDIN_CONNECT_API_KEY_SEALED`.

use std::sync::Arc;

use lambda_runtime::Error;
use postern_adapter_aladdin_connect::config::{API_KEY, CLIENT_SECRET, VENDOR};
use postern_adapter_aladdin_connect::{AladdinConnectAdapter, AladdinConnectConfig};
use postern_adapter_sdk::{ConfigError, sealed_setting};
use postern_keys::{KmsSealer, kms_client_from_env};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let lookup = |name: &str| std::env::var(name).ok();
    let missing = |setting| ConfigError {
        setting,
        problem: "is missing",
    };
    let key = lookup("POSTERN_CREDENTIALS_KEY").ok_or_else(|| missing("POSTERN_CREDENTIALS_KEY"))?;
    // What can be judged without the key service is judged first.
    let config = AladdinConnectConfig::from_settings(lookup)?;
    let sealer = KmsSealer::new(kms_client_from_env().await, key);
    let client_secret = sealed_setting(&sealer, VENDOR, CLIENT_SECRET, lookup).await?;
    let api_key = sealed_setting(&sealer, VENDOR, API_KEY, lookup).await?;
    let config = config.with_secrets(
        client_secret.ok_or_else(|| missing("ALADDIN_CONNECT_CLIENT_SECRET_SEALED"))?,
        api_key.ok_or_else(|| missing("ALADDIN_CONNECT_API_KEY_SEALED"))?,
    );
    postern_adapter_sdk::serve(AladdinConnectAdapter::new(config)?, Arc::new(sealer)).await
}
