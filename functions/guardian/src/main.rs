//! The guardian on AWS Lambda, woken by the queue of follow-ups and by a schedule. Its variables: see `postern_core::aws`.

use std::process::ExitCode;

use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use postern_core::aws::{self, Measures, Settings};
use postern_guardian::{HandleError, handle};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    aws::init_json_logs();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the guardian cannot start");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Error> {
    let measures = Measures::begin(&Settings::from_env()?.deployment);
    let platform = aws::platform_from_env().await?;
    aws::warm(&platform).await;
    let platform = &platform;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        let answer = handle(platform, event.payload).await;
        measures.tell();
        answer.map_err(diagnostic)
    }))
    .await
}

fn diagnostic(error: HandleError) -> Diagnostic {
    let error_type = match error {
        HandleError::Event(_) => "EventRefused",
        HandleError::Sweep(_) => "SweepFailed",
    };
    Diagnostic {
        error_type: error_type.to_owned(),
        error_message: error.to_string(),
    }
}
