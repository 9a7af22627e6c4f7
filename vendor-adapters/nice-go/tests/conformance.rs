//! The `nice-go-adapter` binary before the conformance kit: the tier that it is given, and by name what it cannot keep.
#![cfg(test)]

use postern_conformance::{Bench, Setting, examine, text};
use postern_contract::conformance::Tier;
use postern_vendor_clouds::Vendor;

/// What the vendor does not tell, and the adapter therefore cannot.
const CANNOT: &[&str] = &[
    "passwords-stay-with-the-vendor",
    "readings-are-as-old-as-the-vendor-says",
    "obstructions-are-told",
];

#[tokio::test(flavor = "multi_thread")]
async fn the_kit_gives_it_a_tier_and_finds_nothing_broken_but_what_the_vendor_does_not_tell() {
    let clear = |name: &str, value: &str| Setting::Clear(name.to_owned(), value.to_owned());
    let settings = [
        clear("NICE_GO_ENDPOINTS_URL", "{cloud}endpoints"),
        clear("NICE_GO_POOL_URL", "{cloud}"),
        clear("NICE_GO_CLOSE_WARNING_SECONDS", "5"),
    ];
    let program = env!("CARGO_BIN_EXE_nice-go-adapter").into();
    let bench = Bench::start(Vendor::NiceGo, program, Vec::new(), &settings)
        .await
        .unwrap();
    let report = examine(bench.examination(), &|_, _| ()).await.unwrap();
    let barred = report.rules.iter().filter(|rule| rule.verdict.bars());
    let barred: Vec<&str> = barred.map(|rule| rule.rule.as_str()).collect();
    assert_eq!(barred, CANNOT, "{}", text(&report));
    assert_eq!(report.tier, Some(Tier::Gold));
}
