//! The myQ adapter on AWS Lambda. Settings: see [`MyqConfig::from_settings`], and `POSTERN_CREDENTIALS_KEY`, the KMS key
//! under which links' tokens are sealed. Our client secret stands here only sealed, as `MYQ_CLIENT_SECRET_SEALED`.

use std::sync::Arc;

use lambda_runtime::Error;
use postern_adapter_myq::{MyqAdapter, MyqConfig};
use postern_adapter_sdk::ConfigError;
use postern_keys::{KmsSealer, kms_client_from_env};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut config = MyqConfig::from_env()?;
    let missing = ConfigError {
        setting: "POSTERN_CREDENTIALS_KEY",
        problem: "is missing",
    };
    let key = std::env::var("POSTERN_CREDENTIALS_KEY").map_err(|_| missing)?;
    let sealer = KmsSealer::new(kms_client_from_env().await, key);
    let lookup = |name: &str| std::env::var(name).ok();
    config.client_secret =
        postern_adapter_sdk::sealed_setting(&sealer, "myq", "MYQ_CLIENT_SECRET", lookup).await?;
    postern_adapter_sdk::serve(MyqAdapter::new(config)?, Arc::new(sealer)).await
}
