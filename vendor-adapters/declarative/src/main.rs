//! The declarative adapter on AWS Lambda. `POSTERN_VENDOR_FILE` names the vendor's file, from the folder that the function's package was
//! put into; `POSTERN_CREDENTIALS_KEY` is the KMS key under which links' tokens are sealed. Every other setting is one that the file
//! asks for by its name; a secret `NAME` stands here only sealed, as `NAME_SEALED`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use lambda_runtime::Error;
use postern_adapter_declarative::{DeclarativeAdapter, Settings, VendorFile};
use postern_adapter_sdk::{SettingReader, sealed_setting};
use postern_keys::{KmsSealer, kms_client_from_env};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // As it is meant to be read: complaints of a file are several lines.
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Error> {
    let lookup = |name: &str| std::env::var(name).ok();
    let reader = SettingReader::new(lookup);
    let path = PathBuf::from(reader.needed("POSTERN_VENDOR_FILE")?);
    let key = reader.needed("POSTERN_CREDENTIALS_KEY")?;
    let name = path.display().to_string();
    let folder = lookup("LAMBDA_TASK_ROOT").map(PathBuf::from).unwrap_or_default();
    let text = std::fs::read_to_string(folder.join(&path))
        .map_err(|error| format!("{name} can't be read: {error}"))?;
    let file = VendorFile::read(name, &text)?;
    let mut settings = Settings::default();
    for setting in file.setting_names() {
        settings = settings.with(setting, lookup(setting).unwrap_or_default());
    }
    let sealer = KmsSealer::new(kms_client_from_env().await, key);
    for secret in file.secret_names() {
        if let Some(value) = sealed_setting(&sealer, file.vendor().as_str(), secret, lookup).await? {
            settings = settings.with_secret(secret, value);
        }
    }
    postern_adapter_sdk::serve(DeclarativeAdapter::new(&file, &settings)?, Arc::new(sealer)).await
}
