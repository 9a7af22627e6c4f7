//! The sample of an adapter in Python before the conformance kit, as a program on Lambda's Runtime API: the kit asks the same of every
//! language.
#![cfg(test)]

use std::path::Path;

use postern_conformance::{Bench, Setting, examine, text};
use postern_contract::conformance::Tier;
use postern_test_tools::python;
use postern_vendor_clouds::Vendor;

/// What Lambda's managed Python brings, pinned.
const REQUIREMENTS: [&str; 2] = ["boto3==1.43.117", "urllib3==2.6.2"];

/// What the vendor does not tell, and the adapter therefore cannot.
const CANNOT: &[&str] = &["readings-are-as-old-as-the-vendor-says", "obstructions-are-told"];

#[tokio::test(flavor = "multi_thread")]
async fn an_adapter_in_python_is_held_to_the_same_rules() {
    let python = tokio::task::spawn_blocking(|| python(&REQUIREMENTS))
        .await
        .unwrap();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vendor-adapters/python-sample/adapter.py");
    let set = |name: &str, value: &str| Setting::Clear(format!("ALADDIN_CONNECT_{name}"), value.to_owned());
    let settings = [
        set("AUTHORIZE_URL", "{cloud}login"),
        set("BASE_URL", "{cloud}v1"),
        set("CLIENT_ID", "partner"),
        set("CLIENT_SECRET", "simulated-client-secret"),
        set("API_KEY", "simulated-api-key"),
        set("CLOSE_WARNING_SECONDS", "5"),
    ];
    let program = python.join("python");
    let arguments = vec![sample.to_str().unwrap().to_owned()];
    let bench = Bench::start(Vendor::AladdinConnect, program, arguments, &settings)
        .await
        .unwrap();
    let report = examine(bench.examination(), &|_, _| ()).await.unwrap();
    let barred = report.rules.iter().filter(|rule| rule.verdict.bars());
    let barred: Vec<&str> = barred.map(|rule| rule.rule.as_str()).collect();
    assert_eq!(barred, CANNOT, "{}", text(&report));
    assert_eq!(report.tier, Some(Tier::Gold));
}
