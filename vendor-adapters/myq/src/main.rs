//! The myQ adapter on AWS Lambda. Settings: see [`MyqConfig::from_settings`], and `POSTERN_CREDENTIALS_KEY`, the KMS key
//! under which links' tokens are sealed.

use std::sync::Arc;

use lambda_runtime::Error;
use postern_adapter_myq::{ConfigError, MyqAdapter, MyqConfig};
use postern_keys::{KmsSealer, kms_client_from_env};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let adapter = MyqAdapter::new(MyqConfig::from_env()?)?;
    let missing = ConfigError {
        setting: "POSTERN_CREDENTIALS_KEY",
        problem: "is missing",
    };
    let key = std::env::var("POSTERN_CREDENTIALS_KEY").map_err(|_| missing)?;
    let sealer = KmsSealer::new(kms_client_from_env().await, key);
    postern_adapter_sdk::serve(adapter, Arc::new(sealer)).await
}
