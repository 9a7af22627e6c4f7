//! The adapter for Nice G.O. on AWS Lambda. Settings: see [`NiceGoConfig::from_settings`], and `POSTERN_CREDENTIALS_KEY`, the KMS key
//! under which links' tokens are sealed. The vendor has given us no secret, as we have no agreement with it.

use std::sync::Arc;

use lambda_runtime::Error;
use postern_adapter_nice_go::{NiceGoAdapter, NiceGoConfig};
use postern_adapter_sdk::ConfigError;
use postern_keys::{KmsSealer, kms_client_from_env};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let lookup = |name: &str| std::env::var(name).ok();
    let key = lookup("POSTERN_CREDENTIALS_KEY").ok_or(ConfigError {
        setting: "POSTERN_CREDENTIALS_KEY",
        problem: "is missing",
    })?;
    let adapter = NiceGoAdapter::new(NiceGoConfig::from_settings(lookup)?)?;
    let sealer = KmsSealer::new(kms_client_from_env().await, key);
    postern_adapter_sdk::serve(adapter, Arc::new(sealer)).await
}
