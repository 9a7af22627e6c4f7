//! `postern vendor promote`: switches a vendor on, by the report of the very build that is deployed.

use std::{fs, path::Path};

use postern_conformance::prove;
use postern_contract::{
    conformance::{Build, ConformanceReport, Tier},
    ids::VendorId,
};
use postern_core::vendor::{ProvenBuild, VendorRecord};
use serde_json::json;

use super::{adapter, function, put, registered, shown};
use crate::{
    Answer, Error,
    deployment::{Deployment, told},
};

/// Switches a vendor on, after its adapter has answered and a report has proven the deployed build.
pub(crate) async fn promote(deployment: &Deployment, id: &VendorId, report: &Path) -> Result<Answer, Error> {
    let report = read(report)?;
    let needed = needed(deployment)?;
    let store = deployment.store().await?;
    let before = registered(&store, id).await?;
    let code = function::code_of(&deployment.aws, &before.adapter).await?;
    let build = Build::LambdaCode { sha256: code.clone() };
    let tier = prove(&report, id, &build, needed).map_err(|why| {
        Error::not_as_asked(
            why.to_string(),
            format!(
                "Run the kit against the deployed function, before a cloud whose controls it knows: `postern vendor test --function {} --cloud ADDRESS --report FOLDER`.",
                before.adapter
            ),
        )
    })?;
    let description = adapter::describe(&deployment.aws, &before.adapter, id).await?;
    let record = VendorRecord {
        active: true,
        contract: description.contract,
        proven: Some(ProvenBuild {
            tier,
            code,
            tested_at: report.tested_at,
        }),
        ..before
    };
    put(&store, id, &record).await?;
    let text = format!(
        "{id} is switched on, as {tier}. Functions that have looked it up before see it within a minute."
    );
    Ok(Answer::well(
        text,
        told(&deployment.name, json!({ "vendor": shown(id, &record) })),
    ))
}

/// The tier that the deployment asks for.
fn needed(deployment: &Deployment) -> Result<Tier, Error> {
    let said = deployment.output("VendorTierNeeded")?;
    serde_json::from_value(said.into()).map_err(|_| {
        Error::deployment(
            format!(
                "the stack {} asks for the tier {said}, which is none",
                deployment.name
            ),
            "Set its parameter VendorTier to bronze, silver, gold or platinum.",
        )
    })
}

fn read(file: &Path) -> Result<ConformanceReport, Error> {
    let unreadable = |why: String| {
        Error::not_as_asked(
            format!("{} cannot be read: {why}", file.display()),
            "Name the report.json that `postern vendor test --report FOLDER` wrote.",
        )
    };
    let bytes = fs::read(file).map_err(|error| unreadable(error.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))
}
