//! Linking, refreshing and giving back.

use postern_adapter_sdk::{ClientAuth, Sealable, TokenSet};
use postern_contract::adapter::{AdapterErrorKind, Answer, Outcome};
use postern_keys::{SealContext, Sealed, Sealer};
use postern_vendor_clouds::config::RefreshTokens;
use postern_vendor_clouds::{Fault, Target};
use secrecy::{ExposeSecret, SecretString};

use crate::bench::{Bench, LINK, STATE};

async fn tokens(bench: &Bench) -> TokenSet {
    let sealed = Sealed::try_from(bench.credentials.clone()).unwrap();
    let context = SealContext::for_link("aladdin-connect", LINK);
    let plaintext = bench.sealer.open(&sealed, &context).await.unwrap();
    TokenSet::from_plaintext(plaintext.expose_secret()).unwrap()
}

#[tokio::test]
async fn a_household_links_by_the_vendors_page_and_its_tokens_live_a_day() {
    let bench = Bench::unlinked().await;
    let begun = bench.begin().await;
    let page = begun.sign_in.page().unwrap().expose();
    assert!(page.contains("response_type=code"), "{page}");
    let brought = bench.log_in(&begun).await;
    assert_eq!(brought.state, STATE);
    let granted = bench.complete(&begun, &brought.code).await.unwrap();
    let lifetime = granted.refresh_at.duration_since(bench.clock.now()).as_hours();
    assert_eq!(lifetime, 18, "three quarters of the day");
}

#[tokio::test]
async fn our_id_and_secret_are_sent_in_the_body_or_by_basic_as_configured() {
    for client_auth in [ClientAuth::Body, ClientAuth::Basic] {
        let mut bench = Bench::configured(|config| {
            config.client_auth = client_auth;
            config.client_secret = SecretString::from("s:e%c+ret");
        })
        .await;
        bench.link().await;
        bench.refresh().await.unwrap();
    }
}

#[tokio::test]
async fn a_client_that_the_vendor_does_not_take_is_no_broken_link() {
    let bench = Bench::configured(|config| config.client_secret = SecretString::from("")).await;
    let begun = bench.begin().await;
    let brought = bench.log_in(&begun).await;
    let refused = bench.complete(&begun, &brought.code).await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.outcome),
        (AdapterErrorKind::Rejected, Outcome::NotExecuted)
    );
    // Nor is one that it refuses without a reason: which of the two it meant is not known.
    let bench = Bench::linked().await;
    for status in [400, 401, 403] {
        let control = bench.control();
        control
            .fail_next(Target::Token, Fault::status(status), 1)
            .unwrap();
        let refused = bench.refresh().await.unwrap_err();
        assert_eq!(
            (refused.kind, refused.outcome),
            (AdapterErrorKind::Rejected, Outcome::NotExecuted),
            "{status}"
        );
    }
    bench.refresh().await.unwrap();
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
}

#[tokio::test]
async fn a_rotated_refresh_token_is_kept_and_a_spent_one_means_that_the_link_is_over() {
    let mut bench = Bench::linked().await;
    let (spent, before) = (bench.credentials.clone(), tokens(&bench).await);
    bench.credentials = bench.refresh().await.unwrap().credentials.as_str().into();
    let after = tokens(&bench).await;
    let refresh = |tokens: &TokenSet| tokens.refresh_token.clone().unwrap();
    assert_ne!(refresh(&before).expose_secret(), refresh(&after).expose_secret());
    bench.read(bench.door().as_str()).await.unwrap();
    bench.credentials = spent;
    let refused = bench.refresh().await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.outcome),
        (AdapterErrorKind::LinkRevoked, Outcome::NotExecuted)
    );
}

#[tokio::test]
async fn a_vendor_that_keeps_refresh_tokens_as_they_are_is_served_as_well() {
    let mut bench = Bench::linked().await;
    let mut settings = bench.control().settings().unwrap();
    settings.refresh_tokens = RefreshTokens::Fixed;
    bench.control().set_settings(settings).unwrap();
    for _ in 0..3 {
        let granted = bench.refresh().await.unwrap();
        bench.credentials = granted.credentials.as_str().into();
        bench.read(bench.door().as_str()).await.unwrap();
    }
}

#[tokio::test]
async fn a_refresh_that_the_vendor_carried_out_and_never_answered_is_unknown() {
    let dropped = Fault {
        drop_connection: true,
        ..Fault::default()
    };
    for fault in [Fault::status(503), dropped] {
        let bench = Bench::linked().await;
        let fault = fault.after_motion();
        bench.control().fail_next(Target::Token, fault, 1).unwrap();
        let refused = bench.refresh().await.unwrap_err();
        assert_eq!(
            (refused.kind, refused.outcome),
            (AdapterErrorKind::VendorUnavailable, Outcome::Unknown)
        );
        assert!(bench.control().faults().unwrap().is_empty(), "it was asked once");
    }
}

#[tokio::test]
async fn an_access_token_about_to_end_is_told_before_anything_is_sent() {
    let bench = Bench::linked().await;
    let door = bench.door();
    bench.pass(24 * 3600 - 59);
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
async fn giving_back_is_honest_that_no_way_to_is_known() {
    let bench = Bench::linked().await;
    let Ok(Answer::LinkRevoke(revoked)) = bench.call("link.revoke", bench.link_input()).await else {
        panic!("it answers");
    };
    assert!(!revoked.revoked_at_vendor);
}
