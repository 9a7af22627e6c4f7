//! The `new-vendor-adapter` binary before the conformance kit, and the rules that it does not keep yet. Take a rule off the list when it
//! is kept: the test fails until then.
#![cfg(test)]

use postern_conformance::{Bench, Setting, examine, text};
use postern_vendor_clouds::Vendor;

/// Still to do.
const TO_DO: &[&str] = &[
    "late-requests-do-nothing",
    "links-complete",
    "an-account-links-again",
    "credentials-are-sealed",
    "credentials-belong-to-their-link",
    "damaged-credentials-are-refused",
    "giving-back-is-honest",
    "refreshed-credentials-work",
    "ended-links-are-told",
    "spent-credentials-are-told",
    "refreshes-in-doubt-are-unknown",
    "vendor-trouble-ends-no-link",
    "refreshes-race-without-harm",
    "every-door-is-listed-once",
    "what-is-no-door-is-left-out",
    "doors-keep-their-names",
    "a-shared-door-is-one-door",
    "anothers-door-does-not-exist",
    "unknown-doors-are-not-found",
    "readings-agree-with-the-list",
    "the-right-door-moves",
    "an-open-door-reads-open-and-a-closed-one-closed",
    "movements-by-hand-are-seen",
    "readings-tell-when",
    "slow-answers-are-as-old-as-their-question",
    "an-absent-door-proves-nothing",
    "an-obstructed-close-is-never-closed",
    "a-stopped-door-is-not-closed",
    "a-wrong-clock-proves-nothing",
    "unknown-positions-are-unknown",
    "an-open-is-one-command",
    "a-close-is-one-command",
    "accepted-is-not-done",
    "already-there-sends-nothing",
    "already-moving-sends-nothing",
    "unexpected-states-refuse",
    "an-absent-door-gets-no-order",
    "orders-that-move-nothing-claim-nothing",
    "repeated-orders-move-once",
    "orders-at-once-move-once",
    "barred-closes-are-not-sent",
    "refused-commands-are-sent-once",
    "limited-commands-are-sent-once",
    "failed-commands-are-sent-once",
    "unanswered-commands-are-sent-once",
    "late-commands-are-unknown",
    "pages-in-place-of-answers-are-unknown",
    "a-slow-look-sends-nothing-late",
    "a-failed-look-sends-nothing",
    "expired-tokens-send-nothing",
    "limits-are-told-with-their-time",
    "limits-are-heeded",
    "locked-out-accounts-are-told",
    "passing-trouble-is-got-over",
    "pages-in-place-of-readings-are-trouble",
    "a-vendor-that-is-gone-is-told",
    "copies-know-the-same",
    "readings-are-as-old-as-the-vendor-says",
    "obstructions-are-told",
    "movements-are-told",
    "lock-outs-are-told",
];

#[tokio::test(flavor = "multi_thread")]
async fn the_rules_that_are_not_kept_yet_are_those_on_the_list() {
    let clear = |name: &str, value: &str| Setting::Clear(name.to_owned(), value.to_owned());
    // Until this vendor has a simulated cloud of its own, another's shows that accounts are linked.
    let settings = [
        clear("NEW_VENDOR_AUTHORIZE_URL", "{cloud}login"),
        clear("NEW_VENDOR_TOKEN_URL", "{cloud}v1/oauth2/token"),
        clear("NEW_VENDOR_BASE_URL", "{cloud}v1"),
        clear("NEW_VENDOR_CLIENT_ID", "partner"),
        Setting::Secret(
            "NEW_VENDOR_CLIENT_SECRET".to_owned(),
            "simulated-client-secret".to_owned(),
        ),
    ];
    let program = env!("CARGO_BIN_EXE_new-vendor-adapter").into();
    let bench = Bench::borrowed(
        Vendor::AladdinConnect,
        "new-vendor",
        program,
        Vec::new(),
        &settings,
    );
    let bench = bench.await.unwrap();
    let report = examine(bench.examination(), &|_, _| ()).await.unwrap();
    let barred = report.rules.iter().filter(|rule| rule.verdict.bars());
    let barred: Vec<&str> = barred.map(|rule| rule.rule.as_str()).collect();
    assert_eq!(barred, TO_DO, "{}", text(&report));
}
