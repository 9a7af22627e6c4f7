//! Both descriptions against the running platform, by a tool that others wrote and that knows nothing else of it: whatever it thinks up
//! from the description, the answer is one that the description tells of, in the shape that it says.

use std::process::Command;

use postern_end_to_end::stage::Stage;
use postern_test_tools::python;

use crate::{routes::Api, wire::Wire};

const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
                      response_schema_conformance,negative_data_rejection,ignored_auth,unsupported_method";

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_no_answer_that_the_descriptions_do_not_tell_of() {
    let schemathesis = tokio::task::spawn_blocking(|| python(&["schemathesis==4.32.5"]).join("schemathesis"))
        .await
        .unwrap();
    let stage = Stage::set().await;
    let wire = Wire::new(&stage.local);
    for (api, name) in [(Api::Carriers, "carriers"), (Api::Customers, "customers")] {
        let mut command = Command::new(&schemathesis);
        command
            .args(["run", "--url", wire.base(api), "--checks", CHECKS])
            .args([
                "--max-examples",
                "12",
                "--seed",
                "7",
                "--workers",
                "1",
                "--no-color",
            ])
            .args([
                "--phases",
                "examples,coverage,fuzzing",
                "--generation-database",
                "none",
            ])
            .args(["--header", &format!("Authorization: Bearer {}", wire.token(api))])
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../../contract/openapi/").to_owned() + name + ".json");
        let output = tokio::task::spawn_blocking(move || command.output().unwrap())
            .await
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success(),
            "{name}: {said}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
