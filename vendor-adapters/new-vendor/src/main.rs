//! The adapter for New Vendor on AWS Lambda. Settings: see [`NewVendorConfig::from_settings`], and `POSTERN_CREDENTIALS_KEY`, the KMS key
//! under which links' tokens are sealed. Our client secret stands here only sealed, as `NEW_VENDOR_CLIENT_SECRET_SEALED`.

use std::sync::Arc;

use lambda_runtime::Error;
use postern_adapter_new_vendor::config::{CLIENT_SECRET, VENDOR};
use postern_adapter_new_vendor::{NewVendorAdapter, NewVendorConfig};
use postern_adapter_sdk::{ConfigError, sealed_setting};
use postern_keys::{KmsSealer, kms_client_from_env};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let lookup = |name: &str| std::env::var(name).ok();
    let key = lookup("POSTERN_CREDENTIALS_KEY").ok_or(ConfigError {
        setting: "POSTERN_CREDENTIALS_KEY",
        problem: "is missing",
    })?;
    // What can be judged without the key service is judged first.
    let config = NewVendorConfig::from_settings(lookup)?;
    let sealer = KmsSealer::new(kms_client_from_env().await, key);
    let config = config.with_secret(sealed_setting(&sealer, VENDOR, CLIENT_SECRET, lookup).await?);
    postern_adapter_sdk::serve(NewVendorAdapter::new(&config)?, Arc::new(sealer)).await
}
