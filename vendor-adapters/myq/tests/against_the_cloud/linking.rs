//! Linking, refreshing and giving back.

use postern_adapter_sdk::{Sealable, TokenSet};
use postern_contract::adapter::{AdapterErrorKind, Answer, Outcome};
use postern_keys::{SealContext, Sealed, Sealer};
use postern_vendor_clouds::{Fault, Target};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::harness::{Bench, LINK, REDIRECT, STATE};

async fn tokens(bench: &Bench) -> TokenSet {
    let sealed = Sealed::try_from(bench.credentials.clone()).unwrap();
    let context = SealContext::for_link("myq", LINK);
    let plaintext = bench.sealer.open(&sealed, &context).await.unwrap();
    TokenSet::from_plaintext(plaintext.expose_secret()).unwrap()
}

#[tokio::test]
async fn a_household_links_by_the_vendors_page_and_pkce() {
    let bench = Bench::unlinked().await;
    let begun = bench.begin().await;
    let brought = bench.log_in(&begun).await;
    assert_eq!(brought.state, STATE);
    let granted = bench.complete(&begun, &brought.code).await.unwrap();
    let lifetime = granted.refresh_at.duration_since(bench.clock.now()).as_secs();
    assert_eq!(lifetime, 1350, "three quarters of the half hour");
}

#[tokio::test]
async fn a_code_is_worthless_without_the_session_that_it_was_asked_with() {
    let bench = Bench::unlinked().await;
    let (begun, other) = (bench.begin().await, bench.begin().await);
    let brought = bench.log_in(&begun).await;
    let refused = bench.complete(&other, &brought.code).await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.outcome),
        (AdapterErrorKind::Rejected, Outcome::NotExecuted)
    );
    let elsewhere = json!({
        "link": LINK, "session": begun.session, "redirect_uri": "https://evil.example/", "code": brought.code,
    });
    let refused = bench.call("link.complete", elsewhere).await.unwrap_err();
    assert_eq!(refused.kind, AdapterErrorKind::InvalidRequest);
}

#[tokio::test]
async fn credentials_and_sessions_open_for_their_own_link_and_purpose_only() {
    let bench = Bench::linked().await;
    let other = "link_01BX5ZZKBKACTAV9WEVGEMMVRZ";
    let moved = json!({ "link": other, "credentials": bench.credentials });
    let refused = bench.call("doors.list", moved).await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.outcome),
        (AdapterErrorKind::InvalidRequest, Outcome::NotExecuted)
    );
    let begun = bench.begin().await;
    let swapped = json!({ "link": LINK, "credentials": begun.session });
    let refused = bench.call("doors.list", swapped).await.unwrap_err();
    assert_eq!(refused.kind, AdapterErrorKind::InvalidRequest);
    let swapped =
        json!({ "link": LINK, "session": bench.credentials, "redirect_uri": REDIRECT, "code": "any" });
    let refused = bench.call("link.complete", swapped).await.unwrap_err();
    assert_eq!(refused.kind, AdapterErrorKind::InvalidRequest);
}

#[tokio::test]
async fn a_refresh_rotates_and_a_spent_refresh_token_means_that_the_link_is_over() {
    let mut bench = Bench::linked().await;
    let (spent, before) = (bench.credentials.clone(), tokens(&bench).await);
    bench.credentials = bench.refresh().await.unwrap().credentials.as_str().into();
    let after = tokens(&bench).await;
    assert_ne!(
        before.access_token.expose_secret(),
        after.access_token.expose_secret()
    );
    assert_ne!(
        before.refresh_token.unwrap().expose_secret(),
        after.refresh_token.as_ref().unwrap().expose_secret()
    );
    assert_eq!(bench.only_door().await.name.as_str(), "Main door");
    bench.credentials = spent;
    let refused = bench.refresh().await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.outcome),
        (AdapterErrorKind::LinkRevoked, Outcome::NotExecuted)
    );
}

#[tokio::test]
async fn a_refresh_that_the_vendor_carried_out_and_never_answered_is_unknown() {
    for fault in [
        Fault::status(503).after_motion(),
        Fault {
            drop_connection: true,
            ..Fault::default()
        }
        .after_motion(),
    ] {
        let bench = Bench::linked().await;
        bench.control().fail_next(Target::Token, fault, 1).unwrap();
        let refused = bench.refresh().await.unwrap_err();
        assert_eq!(
            (refused.kind, refused.outcome),
            (AdapterErrorKind::VendorUnavailable, Outcome::Unknown)
        );
        assert!(bench.control().faults().unwrap().is_empty(), "it was asked once");
        let refused = bench.refresh().await.unwrap_err();
        assert_eq!(
            refused.kind,
            AdapterErrorKind::LinkRevoked,
            "the old token was burnt indeed"
        );
    }
}

#[tokio::test]
async fn a_refresh_that_certainly_did_not_happen_can_be_tried_again() {
    let limited = Fault {
        retry_after: Some(1800),
        ..Fault::status(429)
    };
    for (fault, kind, wait) in [
        (limited, AdapterErrorKind::RateLimited, Some(1800)),
        (Fault::status(429), AdapterErrorKind::RateLimited, None),
        (
            Fault {
                html_403: true,
                ..Fault::default()
            },
            AdapterErrorKind::VendorUnavailable,
            None,
        ),
    ] {
        let bench = Bench::linked().await;
        bench.control().fail_next(Target::Token, fault, 1).unwrap();
        let refused = bench.refresh().await.unwrap_err();
        assert_eq!((refused.kind, refused.outcome), (kind, Outcome::NotExecuted));
        assert_eq!(refused.retry_after_seconds, wait);
        bench.refresh().await.unwrap();
    }
}

#[tokio::test]
async fn an_access_token_about_to_end_is_told_before_anything_is_sent() {
    let bench = Bench::linked().await;
    let door = bench.only_door().await.door;
    bench.pass(1800 - 59);
    let refused = bench.open(door.as_str()).await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.outcome),
        (AdapterErrorKind::CredentialsExpired, Outcome::NotExecuted)
    );
    assert_eq!(bench.control().commands_received(&bench.main_door()).unwrap(), 0);
    bench.control().expire_access_tokens(None).unwrap();
    let refused = bench.read(door.as_str()).await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.outcome),
        (AdapterErrorKind::CredentialsExpired, Outcome::NotExecuted)
    );
}

#[tokio::test]
async fn giving_back_is_honest_that_myq_has_no_way_to() {
    let bench = Bench::linked().await;
    let Ok(Answer::LinkRevoke(revoked)) = bench.call("link.revoke", bench.link_input()).await else {
        panic!("it answers");
    };
    assert!(!revoked.revoked_at_vendor);
}
