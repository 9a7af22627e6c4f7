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

/// Switches a vendor on, after its adapter has answered, when the deployed build is proven: by this report, or by the one by which it
/// was on before.
pub(crate) async fn promote(
    deployment: &Deployment,
    id: &VendorId,
    report: Option<&Path>,
) -> Result<Answer, Error> {
    let report = report.map(read).transpose()?;
    let needed = needed(deployment)?;
    let store = deployment.store().await?;
    let before = registered(&store, id).await?;
    let code = function::code_of(&deployment.aws, &before.adapter).await?;
    let unproven = |why: String| {
        Error::not_as_asked(
            why,
            format!(
                "Run the kit against the deployed function, before a cloud whose controls it knows, and give its report: `postern vendor test --function {} --cloud ADDRESS --report FOLDER`.",
                before.adapter
            ),
        )
    };
    let proven = match report {
        Some(report) => {
            let build = Build::LambdaCode { sha256: code.clone() };
            let tier = prove(&report, id, &build, needed).map_err(|why| unproven(why.to_string()))?;
            ProvenBuild {
                tier,
                code,
                tested_at: report.tested_at,
            }
        }
        None => {
            let known = before.proven.clone();
            let still = known.filter(|proven| proven.code == code && proven.tier >= needed);
            still.ok_or_else(|| {
                unproven(format!(
                    "nothing proves that the build of {id} that is deployed is {needed}"
                ))
            })?
        }
    };
    let tier = proven.tier;
    let description = adapter::describe(&deployment.aws, &before.adapter, id).await?;
    let record = VendorRecord {
        active: true,
        contract: description.contract,
        proven: Some(proven),
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
