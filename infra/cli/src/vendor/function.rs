//! A vendor's adapter as a Lambda function: the way that the conformance kit takes to it, and which build of it is deployed.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use aws_sdk_lambda::{
    Client,
    error::DisplayErrorContext,
    primitives::Blob,
    types::{LastUpdateStatus, LogType},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use postern_conformance::{NoReply, Reach, Unseen};
use postern_contract::{conformance::Build, proof::FileDigest};
use serde::Deserialize;

use crate::{Error, aws::Aws};

/// How long a function may take to be ready after it was changed.
const READY_WITHIN: Duration = Duration::from_secs(60);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Configuration {
    code_sha256: String,
}

/// The digest of the code that a function runs.
///
/// # Errors
/// [`Error::Aws`]; [`Error::NotAsAsked`] when there is no such function.
pub(crate) async fn code_of(aws: &Aws, function: &str) -> Result<FileDigest, Error> {
    let asked = vec![
        "lambda".to_owned(),
        "get-function-configuration".to_owned(),
        format!("--function-name={function}"),
    ];
    let found: Configuration = aws.ask_beside(asked).await.map_err(|error| {
        if error.is("ResourceNotFoundException") {
            Error::not_as_asked(
                format!("there is no function {function}"),
                "Deploy the vendor's adapter first, or name its function.",
            )
        } else {
            error.into()
        }
    })?;
    let digest = BASE64_STANDARD.decode(&found.code_sha256).ok();
    let digest = digest.and_then(|bytes| FileDigest::try_from(hex::encode(bytes)).ok());
    digest.ok_or_else(|| {
        Error::deployment(
            format!("the code of {function} has no digest that can be read"),
            "Check with `aws lambda get-function-configuration` what its CodeSha256 is.",
        )
    })
}

/// An adapter's function, as the kit reaches it.
pub(super) struct Function {
    pub(super) client: Client,
    pub(super) name: String,
    pub(super) code: FileDigest,
    /// Whether copies may be started anew, by changing the function's description.
    pub(super) may_renew: bool,
    /// What was logged since the last time, as far as Lambda hands it over with an answer.
    logged: Mutex<String>,
}

impl Function {
    pub(super) const fn new(client: Client, name: String, code: FileDigest, may_renew: bool) -> Self {
        Self {
            client,
            name,
            code,
            may_renew,
            logged: Mutex::new(String::new()),
        }
    }

    async fn describe_anew(&self) -> Result<(), String> {
        let told = |error: &(dyn std::error::Error + 'static)| DisplayErrorContext(error).to_string();
        let asked = self.client.get_function_configuration().function_name(&self.name);
        let before = asked.send().await.map_err(|error| told(&error))?;
        let said = before.description().unwrap_or_default();
        let said = said.trim_end_matches(" (anew)");
        let anew = if before.description() == Some(said) {
            format!("{said} (anew)")
        } else {
            said.to_owned()
        };
        let change = self
            .client
            .update_function_configuration()
            .function_name(&self.name);
        change
            .description(anew)
            .send()
            .await
            .map_err(|error| told(&error))?;
        let ready = async {
            loop {
                let asked = self.client.get_function_configuration().function_name(&self.name);
                let now = asked.send().await.map_err(|error| told(&error))?;
                match now.last_update_status() {
                    Some(LastUpdateStatus::InProgress) => {
                        tokio::time::sleep(Duration::from_millis(500)).await;
                    }
                    Some(LastUpdateStatus::Failed) => return Err("the change failed".to_owned()),
                    _ => return Ok(()),
                }
            }
        };
        tokio::time::timeout(READY_WITHIN, ready)
            .await
            .unwrap_or_else(|_| Err("the function did not get ready".to_owned()))
    }
}

#[async_trait]
impl Reach for Function {
    async fn ask(&self, request: Vec<u8>) -> Result<Vec<u8>, NoReply> {
        let invoke = self.client.invoke().function_name(&self.name);
        let invoked = invoke
            .log_type(LogType::Tail)
            .payload(Blob::new(request))
            .send()
            .await;
        let invoked = invoked.map_err(|error| NoReply::Gone(DisplayErrorContext(&error).to_string()))?;
        let tail = invoked
            .log_result()
            .and_then(|tail| BASE64_STANDARD.decode(tail).ok());
        if let Some(tail) = tail {
            let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
            logged.push_str(&String::from_utf8_lossy(&tail));
        }
        let payload = invoked
            .payload()
            .map(|payload| payload.as_ref().to_vec())
            .unwrap_or_default();
        match invoked.function_error() {
            None => Ok(payload),
            Some(_) => Err(NoReply::Failed(String::from_utf8_lossy(&payload).into_owned())),
        }
    }

    async fn renew(&self) -> Result<(), Unseen> {
        if !self.may_renew {
            let why = "copies are started anew only with --renew, as that changes the function's description";
            return Err(Unseen(why.to_owned()));
        }
        self.describe_anew().await.map_err(Unseen)
    }

    async fn logs(&self) -> Result<String, Unseen> {
        Ok(std::mem::take(
            &mut self.logged.lock().unwrap_or_else(PoisonError::into_inner),
        ))
    }

    fn build(&self) -> Build {
        Build::LambdaCode {
            sha256: self.code.clone(),
        }
    }
}
