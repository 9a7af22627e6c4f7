//! A deployment, as its stack tells it: the outputs of the core's template, and the record behind them.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::config::{Credentials, retry::RetryConfig};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use postern_contract::ids::VendorId;
use postern_core::store::Store;
use postern_keys::KmsSealer;
use serde::Deserialize;
use serde_json::json;

use crate::{Error, aws::Aws};

/// A deployment that is there.
#[derive(Debug, Clone)]
pub(crate) struct Deployment {
    /// Its name, which is also its stack's.
    pub(crate) name: String,
    /// The way to its control plane.
    pub(crate) aws: Aws,
    /// How its stack stands.
    pub(crate) status: String,
    outputs: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stacks {
    stacks: Vec<Stack>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stack {
    stack_status: String,
    #[serde(default)]
    outputs: Vec<Output>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Output {
    output_key: String,
    output_value: String,
}

/// What `aws configure export-credentials` answers.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SignedIn {
    access_key_id: String,
    secret_access_key: String,
    #[serde(default)]
    session_token: Option<String>,
}

impl Deployment {
    /// Finds the deployment of this name.
    ///
    /// # Errors
    /// [`Error::NotAsAsked`] when there is none; [`Error::Aws`].
    pub(crate) async fn find(name: &str, aws: Aws) -> Result<Self, Error> {
        let asked = vec![
            "cloudformation".to_owned(),
            "describe-stacks".to_owned(),
            format!("--stack-name={name}"),
        ];
        let found: Stacks = aws.ask_beside(asked).await.map_err(|error| {
            if error.is("ValidationError") {
                Error::not_as_asked(
                    format!("there is no deployment {name} here"),
                    "Check --deployment and --region; `aws cloudformation list-stacks` shows what there is.",
                )
            } else {
                error.into()
            }
        })?;
        let stack = found.stacks.into_iter().next().ok_or_else(|| {
            Error::not_as_asked(
                format!("there is no deployment {name} here"),
                "Check --deployment and --region.",
            )
        })?;
        let outputs = stack.outputs.into_iter();
        Ok(Self {
            name: name.to_owned(),
            aws,
            status: stack.stack_status,
            outputs: outputs
                .map(|output| (output.output_key, output.output_value))
                .collect(),
        })
    }

    /// An output of the stack.
    ///
    /// # Errors
    /// [`Error::Deployment`] when the stack has none of this name.
    pub(crate) fn output(&self, name: &str) -> Result<&str, Error> {
        self.outputs.get(name).map(String::as_str).ok_or_else(|| {
            Error::deployment(
                format!("the stack {} has no output {name}", self.name),
                "It was not made by the core's template, or its deployment has not ended well: deploy it again.",
            )
        })
    }

    /// The deployment's record.
    ///
    /// # Errors
    /// [`Error::Deployment`] when the stack names no table; [`Error::Aws`] when no region is set up.
    pub(crate) async fn store(&self) -> Result<Store, Error> {
        let table = self.output("Table")?.to_owned();
        let config = self.sdk().await?;
        Ok(Store::new(
            &aws_sdk_dynamodb::Client::new(&config),
            table.as_str(),
        ))
    }

    /// What seals under the key of a vendor's adapter: of `key`, if one is named, otherwise of the one that the adapter's stack gave a
    /// name to.
    ///
    /// # Errors
    /// [`Error::Aws`] when no region is set up.
    pub(crate) async fn sealer(&self, vendor: &VendorId, key: Option<String>) -> Result<KmsSealer, Error> {
        let key = key.unwrap_or_else(|| format!("alias/{}-adapter-{vendor}", self.name));
        let config = self.sdk().await?;
        Ok(KmsSealer::new(aws_sdk_kms::Client::new(&config), key))
    }

    async fn sdk(&self) -> Result<SdkConfig, Error> {
        sdk(&self.aws).await
    }
}

/// How the SDK reaches AWS: as the same person as the tool, at the same place. Nothing is tried twice behind the operator's back.
///
/// # Errors
/// [`Error::Aws`] when no region is set up.
pub(crate) async fn sdk(aws: &Aws) -> Result<SdkConfig, Error> {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let aws = aws.clone();
    let asked = tokio::task::spawn_blocking(move || (aws.region(), signed_in(&aws)));
    let (region, credentials) = asked
        .await
        .map_err(|error| Error::deployment(error.to_string(), "Repeat the command."))?;
    let mut config = aws_config::from_env()
        .http_client(http)
        .region(aws_config::Region::new(region?))
        .retry_config(RetryConfig::disabled());
    if let Some(credentials) = credentials {
        config = config.credentials_provider(credentials);
    }
    Ok(config.load().await)
}

/// The credentials that the tool itself uses, so that both are the same person. The first version of the tool cannot tell them; then
/// the SDK looks by itself, in the environment and the profile.
fn signed_in(aws: &Aws) -> Option<Credentials> {
    if std::env::var_os("AWS_ACCESS_KEY_ID").is_some() {
        return None;
    }
    let answer: SignedIn = aws
        .ask(&["configure", "export-credentials", "--format", "process"])
        .ok()?;
    Some(Credentials::new(
        answer.access_key_id,
        answer.secret_access_key,
        answer.session_token,
        None,
        "aws",
    ))
}

/// The deployment as it stands in an answer.
#[must_use]
pub(crate) fn told(name: &str, rest: serde_json::Value) -> serde_json::Value {
    let mut told = json!({ "deployment": name });
    if let (Some(told), serde_json::Value::Object(rest)) = (told.as_object_mut(), rest) {
        told.extend(rest);
    }
    told
}
