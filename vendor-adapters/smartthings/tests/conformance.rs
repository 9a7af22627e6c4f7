//! The `smartthings-adapter` binary before the conformance kit: the tier that it is given, and by name what it cannot keep.
#![cfg(test)]

use postern_conformance::{Bench, Setting, examine, text};
use postern_contract::conformance::Tier;
use postern_vendor_clouds::Vendor;

/// What the vendor does not tell, and the adapter therefore cannot.
const CANNOT: &[&str] = &["readings-are-as-old-as-the-vendor-says", "obstructions-are-told"];

#[tokio::test(flavor = "multi_thread")]
async fn the_kit_gives_it_a_tier_and_finds_nothing_broken_but_what_the_vendor_does_not_tell() {
    let clear = |name: &str, value: &str| Setting::Clear(name.to_owned(), value.to_owned());
    let settings = [
        clear("SMARTTHINGS_API_URL", "{cloud}"),
        clear("SMARTTHINGS_KEY_URL", "{cloud}"),
        clear("SMARTTHINGS_CLIENT_ID", "our-client"),
        clear("SMARTTHINGS_CLOSE_WARNING_SECONDS", r#"{"Ecolink":5}"#),
        // The kit looks as often as it likes, and its cloud answers as often.
        clear("SMARTTHINGS_READ_SPACING_SECONDS", "0"),
        Setting::Secret(
            "SMARTTHINGS_CLIENT_SECRET".to_owned(),
            "simulated-client-secret".to_owned(),
        ),
    ];
    let program = env!("CARGO_BIN_EXE_smartthings-adapter").into();
    let bench = Bench::start(Vendor::SmartThings, program, Vec::new(), &settings)
        .await
        .unwrap();
    let report = examine(bench.examination(), &|_, _| ()).await.unwrap();
    let barred = report.rules.iter().filter(|rule| rule.verdict.bars());
    let barred: Vec<&str> = barred.map(|rule| rule.rule.as_str()).collect();
    assert_eq!(barred, CANNOT, "{}", text(&report));
    assert_eq!(report.tier, Some(Tier::Gold));
}
