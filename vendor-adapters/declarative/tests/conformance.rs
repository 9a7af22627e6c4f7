//! Aladdin Connect as a file before the conformance kit: it is given the tier of the adapter in code, with the same exceptions.
#![cfg(test)]

use postern_conformance::{Bench, Setting, examine, text};
use postern_contract::conformance::Tier;
use postern_vendor_clouds::Vendor;

/// What the vendor does not tell, and the adapter therefore cannot.
const CANNOT: &[&str] = &["readings-are-as-old-as-the-vendor-says", "obstructions-are-told"];

#[tokio::test(flavor = "multi_thread")]
async fn the_kit_gives_it_a_tier_and_finds_nothing_broken_but_what_the_vendor_does_not_tell() {
    let clear = |name: &str, value: &str| Setting::Clear(name.to_owned(), value.to_owned());
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/vendors/aladdin-connect.toml");
    let settings = [
        clear("POSTERN_VENDOR_FILE", file),
        clear("VENDOR_BASE_URL", "{cloud}v1"),
        clear("VENDOR_AUTHORIZE_URL", "{cloud}login"),
        clear("VENDOR_CLIENT_ID", "partner"),
        clear("VENDOR_CLOSE_WARNING_SECONDS", "5"),
        Setting::Secret(
            "VENDOR_CLIENT_SECRET".to_owned(),
            "simulated-client-secret".to_owned(),
        ),
        Setting::Secret("VENDOR_API_KEY".to_owned(), "simulated-api-key".to_owned()),
    ];
    let program = env!("CARGO_BIN_EXE_declarative-adapter").into();
    let bench = Bench::start(Vendor::AladdinConnect, program, Vec::new(), &settings)
        .await
        .unwrap();
    let report = examine(bench.examination(), &|_, _| ()).await.unwrap();
    let barred = report.rules.iter().filter(|rule| rule.verdict.bars());
    let barred: Vec<&str> = barred.map(|rule| rule.rule.as_str()).collect();
    assert_eq!(barred, CANNOT, "{}", text(&report));
    assert_eq!(report.tier, Some(Tier::Gold));
}
