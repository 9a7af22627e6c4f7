//! The webhooks' function on AWS Lambda, woken by the record's stream, the queue of pushes and a schedule. Its variables: see `postern_core::aws`.

use std::process::ExitCode;

use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use postern_core::{
    aws::{self, Deployment, Measures, OutboxSettings},
    webhooks::Addresses,
};
use postern_webhooks::{HandleError, Poster, Teller, handle};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    aws::init_json_logs();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the webhooks' function cannot start");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Error> {
    let settings = OutboxSettings::from_env()?;
    let measures = Measures::begin(&settings.deployment);
    let deployment = Deployment::from_env().await;
    let teller = &Teller {
        outbox: deployment.outbox(&settings)?,
        pushes: deployment.pushes(&settings)?,
        poster: Poster::new(Addresses::Public)?,
    };
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        // Boxed: the compiler gives up on a future this deep.
        let answer = Box::pin(handle(teller, event.payload)).await;
        measures.tell();
        answer.map_err(diagnostic)
    }))
    .await
}

fn diagnostic(error: HandleError) -> Diagnostic {
    let error_type = match error {
        HandleError::Event(_) => "EventRefused",
        HandleError::TellAgain(_) => "NotToldAgain",
        HandleError::Sweep(_) => "SweepFailed",
    };
    Diagnostic {
        error_type: error_type.to_owned(),
        error_message: error.to_string(),
    }
}
