//! The port to AWS's control plane: the `aws` command-line tool, one child process a call, JSON back.
//!
//! An operator has the tool, with whatever way of signing in it was set up for. No secret is handed to it as an argument: other
//! users of the machine can see those.

use std::{
    ffi::OsString,
    process::{Command, Stdio},
};

use serde::de::DeserializeOwned;
use serde_json::Value;

/// How long the tool may take to connect, in seconds.
const CONNECT_S_MAX: u32 = 10;
/// How long the tool may wait for an answer, in seconds.
const READ_S_MAX: u32 = 45;

/// Why a call of the tool gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AwsError {
    /// The tool is not there.
    #[error(
        "`aws` could not be started: {0}\nInstall the AWS command-line tool, and see that it is on PATH."
    )]
    Missing(String),
    /// AWS said no.
    #[error("{sentence}\n{}", advice(code))]
    Refused {
        /// AWS's name for the error.
        code: String,
        /// AWS's own sentence.
        sentence: String,
    },
    /// The tool failed before AWS said anything.
    #[error(
        "`aws {operation}` failed: {sentence}\nCheck the region, the network and how you are signed in (`aws sts get-caller-identity`)."
    )]
    Failed {
        /// What was asked.
        operation: String,
        /// The tool's own sentence.
        sentence: String,
    },
    /// Nobody said which region.
    #[error(
        "no region is named\nName it with --region, in AWS_REGION, or for good with `aws configure set region`."
    )]
    NoRegion,
    /// An answer that cannot be read.
    #[error(
        "the answer of `aws {operation}` cannot be read: {why}\nCheck with `aws --version` that the tool is a recent one."
    )]
    Unreadable {
        /// What was asked.
        operation: String,
        /// Where it stops making sense.
        why: String,
    },
}

impl AwsError {
    /// Whether AWS refused with this code.
    #[must_use]
    pub fn is(&self, wanted: &str) -> bool {
        matches!(self, Self::Refused { code, .. } if code == wanted)
    }
}

fn advice(code: &str) -> &'static str {
    match code {
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "NotAuthorizedException" => {
            "Sign in as somebody who may do this in the deployment's account."
        }
        "ExpiredToken" | "ExpiredTokenException" | "InvalidClientTokenId" | "UnrecognizedClientException" => {
            "Sign in again, then repeat the command."
        }
        "Throttling" | "ThrottlingException" | "TooManyRequestsException" => {
            "AWS asks for patience: repeat the command in a minute."
        }
        _ => "Check --deployment and --region, then repeat the command.",
    }
}

/// The tool, and where it is to look.
#[derive(Debug, Clone)]
pub struct Aws {
    program: OsString,
    region: Option<String>,
    endpoint: Option<String>,
}

impl Aws {
    /// The tool that is found as `program`, in `region`, or where it looks by itself.
    pub fn new(program: impl Into<OsString>, region: Option<String>, endpoint: Option<String>) -> Self {
        Self {
            program: program.into(),
            region,
            endpoint,
        }
    }

    /// Where AWS is, if it is not where it usually is.
    #[must_use]
    pub fn endpoint(&self) -> Option<&str> {
        self.endpoint.as_deref()
    }

    /// The region asked for, or else the one that the tool was set up for.
    ///
    /// # Errors
    /// [`AwsError`] when none is set up.
    pub fn region(&self) -> Result<String, AwsError> {
        if let Some(region) = &self.region {
            return Ok(region.clone());
        }
        // What `aws configure get` reads is the file alone, but the environment goes before it.
        let named = ["AWS_REGION", "AWS_DEFAULT_REGION"].map(std::env::var);
        if let Some(region) = named.into_iter().flatten().find(|name| !name.is_empty()) {
            return Ok(region);
        }
        match self.run(&["configure", "get", "region"]) {
            Ok((said, _)) if !said.trim().is_empty() => Ok(said.trim().to_owned()),
            Err(missing @ AwsError::Missing(_)) => Err(missing),
            // It ends badly and says nothing when the file names none.
            Ok(_) | Err(_) => Err(AwsError::NoRegion),
        }
    }

    /// Asks, and reads the answer. The first two arguments name the operation.
    ///
    /// # Errors
    /// [`AwsError`].
    pub fn ask<T: DeserializeOwned>(&self, arguments: &[&str]) -> Result<T, AwsError> {
        let (said, operation) = self.run(arguments)?;
        read(&said).map_err(|why| AwsError::Unreadable { operation, why })
    }

    /// The same, beside other work.
    ///
    /// # Errors
    /// [`AwsError`].
    pub async fn ask_beside<T: DeserializeOwned + Send + 'static>(
        &self,
        arguments: Vec<String>,
    ) -> Result<T, AwsError> {
        let aws = self.clone();
        let asked = tokio::task::spawn_blocking(move || {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            aws.ask(&arguments)
        });
        asked
            .await
            .map_err(|error| AwsError::Missing(error.to_string()))?
    }

    fn run(&self, arguments: &[&str]) -> Result<(String, String), AwsError> {
        let operation = arguments.iter().take(2).copied().collect::<Vec<_>>().join(" ");
        let mut command = Command::new(&self.program);
        command.args(arguments).args(["--output", "json"]);
        if let Some(region) = &self.region {
            command.args(["--region", region]);
        }
        if let Some(endpoint) = &self.endpoint {
            command.args(["--endpoint-url", endpoint]);
        }
        command
            .arg(format!("--cli-connect-timeout={CONNECT_S_MAX}"))
            .arg(format!("--cli-read-timeout={READ_S_MAX}"))
            .env("AWS_PAGER", "")
            .stdin(Stdio::null());
        let output = command
            .output()
            .map_err(|error| AwsError::Missing(error.to_string()))?;
        if output.status.success() {
            Ok((String::from_utf8_lossy(&output.stdout).into_owned(), operation))
        } else {
            Err(complaint(&operation, &String::from_utf8_lossy(&output.stderr)))
        }
    }
}

/// Reads an answer. An operation that has nothing to say answers nothing at all.
fn read<T: DeserializeOwned>(said: &str) -> Result<T, String> {
    let value: Value = if said.trim().is_empty() {
        Value::Null
    } else {
        serde_json::from_str(said).map_err(|error| error.to_string())?
    };
    serde_json::from_value(value).map_err(|error| error.to_string())
}

/// What the tool complained of.
fn complaint(operation: &str, said: &str) -> AwsError {
    const START: &str = "An error occurred (";
    let sentence = said
        .lines()
        .map(str::trim)
        .find(|line| line.contains(START))
        .or_else(|| said.lines().map(str::trim).rfind(|line| !line.is_empty()))
        .unwrap_or("it did not say why")
        .to_owned();
    let code = sentence
        .split_once(START)
        .and_then(|(_, rest)| rest.split_once(')'))
        .map(|(code, _)| code.to_owned());
    match code {
        Some(code) => AwsError::Refused { code, sentence },
        None => AwsError::Failed {
            operation: operation.to_owned(),
            sentence,
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn awss_own_sentence_and_code_are_repeated() {
        let said = "\nAn error occurred (ResourceNotFoundException) when calling the DescribeUserPoolClient operation: no client\n";
        let error = complaint("cognito-idp describe-user-pool-client", said);
        assert!(error.is("ResourceNotFoundException"));
        assert!(
            error
                .to_string()
                .starts_with("An error occurred (ResourceNotFoundException) when calling")
        );
    }

    #[test]
    fn a_tool_that_never_reached_aws_is_another_matter() {
        let error = complaint(
            "sqs x",
            "\nCould not connect to the endpoint URL: \"http://127.0.0.1:9/\"\n",
        );
        assert!(
            matches!(&error, AwsError::Failed { sentence, .. } if sentence.starts_with("Could not connect"))
        );
    }

    proptest! {
        #[test]
        fn nothing_that_the_tool_says_makes_the_reader_panic(said in "(?s).{0,200}", noise in "An error occurred \\(.{0,40}") {
            let _ = read::<Value>(&said);
            let _ = complaint("x y", &said).to_string();
            let _ = complaint("x y", &noise).to_string();
        }
    }
}
