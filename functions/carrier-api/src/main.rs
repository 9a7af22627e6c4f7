//! The carriers' API on AWS Lambda, behind an API Gateway HTTP API. Its variables: see `postern_core::aws` and
//! `postern_http::deployed`.

use std::{process::ExitCode, sync::Arc};

use axum::{
    extract::Request,
    middleware::{Next, from_fn},
};
use lambda_http::Error;
use postern_carrier_api::{Carriers, router};
use postern_core::{
    aws::{self, Deployment, Measures, Settings},
    webhooks::Addresses,
};
use postern_http::{Cursors, deployed::house_from_env};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    aws::init_json_logs();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the carriers' API cannot start");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Error> {
    let settings = Settings::from_env()?;
    let measures = Measures::begin(&settings.deployment);
    let deployment = Deployment::from_env().await;
    let platform = deployment.platform(&settings)?;
    let bundles = deployment.bundle_signer()?;
    let (clock, chance) = (Arc::clone(&platform.clock), Arc::clone(&platform.chance));
    let house = house_from_env(Arc::new(move || clock.now()), Arc::new(move || chance.number()))?;
    let (cursor_key, ()) = tokio::join!(deployment.cursor_key("carrier-api cursors"), aws::warm(&platform));
    let cursors = Cursors::new(&cursor_key?);
    let carriers = Carriers {
        platform,
        cursors,
        webhooks: Addresses::Public,
        bundles,
    };
    let tell = from_fn(move |request: Request, next: Next| async move {
        let response = next.run(request).await;
        measures.tell();
        response
    });
    lambda_http::run(router(carriers, house).layer(tell)).await
}
