//! The collection of calls, run in their order by the program that it is for, against a local platform.

use postern_contract::delivery::GrantState;
use postern_end_to_end::{collection::FOLDER, stage::Stage};
use postern_test_tools::{node, on_node};
use secrecy::ExposeSecret as _;
use serde_json::Value;

#[tokio::test(flavor = "multi_thread")]
async fn the_collection_of_calls_makes_a_whole_delivery_as_it_lies_there() {
    let bruno = tokio::task::spawn_blocking(|| node(&["@usebruno/cli@4.1.0"]).join("node_modules/.bin/bru"));
    let (bruno, stage) = (bruno.await.unwrap(), Stage::set().await);
    let (at, carrier) = (&stage.local.addresses, &stage.local.seeds.carriers[0]);
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json");
    let mut command = on_node(bruno);
    command
        .current_dir(format!("{}/../../{FOLDER}", env!("CARGO_MANIFEST_DIR")))
        .args([
            "run",
            "--env",
            "local",
            "--tests-only",
            "--bail",
            "--reporter-json",
        ])
        .arg(&report);
    for (name, value) in [
        ("carrierApi", at.carrier_api.as_str().trim_end_matches('/')),
        ("issuer", at.issuer.as_str().trim_end_matches('/')),
        ("clientId", carrier.id.as_str()),
        ("clientSecret", carrier.secret.expose_secret()),
    ] {
        command.args(["--env-var", &format!("{name}={value}")]);
    }
    let output = tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let report: Value = serde_json::from_slice(&std::fs::read(report).unwrap()).unwrap();
    let summary = &report[0]["summary"];
    assert_eq!(
        (&summary["totalRequests"], &summary["passedAssertions"]),
        (&14.into(), &27.into()),
        "{said}"
    );
    // The door moved, and the delivery is over.
    assert_eq!((stage.times_opened(), stage.times_closed()), (1, 1));
    let list: Value = stage.carrier.get("/v1/deliveries").await.unwrap().done().unwrap();
    let delivery = list["items"][0]["id"].as_str().unwrap().parse().unwrap();
    stage
        .until(delivery, |view| view.state == GrantState::Completed)
        .await;
}
