//! The adapter for SmartThings on AWS Lambda. Settings: see [`SmartThingsConfig::from_settings`], and `POSTERN_CREDENTIALS_KEY`, the KMS key
//! under which links' tokens are sealed. Our client secret stands here only sealed, as `SMARTTHINGS_CLIENT_SECRET_SEALED`.

use std::sync::Arc;

use lambda_runtime::Error;
use postern_adapter_sdk::{ConfigError, sealed_setting};
use postern_adapter_smartthings::config::{CLIENT_SECRET, VENDOR};
use postern_adapter_smartthings::{SmartThingsAdapter, SmartThingsConfig};
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
    let config = SmartThingsConfig::from_settings(lookup)?;
    let sealer = KmsSealer::new(kms_client_from_env().await, key);
    let client_secret = sealed_setting(&sealer, VENDOR, CLIENT_SECRET, lookup).await?;
    let client_secret = client_secret.ok_or_else(|| missing("SMARTTHINGS_CLIENT_SECRET_SEALED"))?;
    let adapter = SmartThingsAdapter::new(config.with_secret(client_secret))?;
    postern_adapter_sdk::serve(adapter, Arc::new(sealer)).await
}
