//! Linking, refreshing and giving back.

use postern_contract::adapter::{AdapterErrorKind, Answer, Outcome};
use postern_vendor_clouds::{DEMO_EMAIL, Email, Fault, Target};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::harness::{Bench, STATE};

#[tokio::test]
async fn a_household_links_a_home_by_the_vendors_page_and_its_tokens_live_a_day() {
    let mut bench = Bench::unlinked().await;
    let begun = bench.begin().await;
    let page = begun.sign_in.page().unwrap().expose();
    assert!(
        page.contains("scope=r%3Alocations%3A*+r%3Adevices%3A*+x%3Adevices%3A*"),
        "{page}"
    );
    let brought = bench.log_in(&begun).await;
    assert_eq!(brought.state, STATE);
    let granted = bench.complete(&begun, &brought.code).await.unwrap();
    let lifetime = granted.refresh_at.duration_since(bench.clock.now()).as_hours();
    assert_eq!(lifetime, 18, "three quarters of the day");
    bench.credentials = granted.credentials.as_str().into();
    assert!(bench.unsealed().await.installed_app.is_some());
}

#[tokio::test]
async fn a_household_that_grants_less_than_is_needed_is_not_linked() {
    for granted in [&["r:devices:*", "x:devices:*"][..], &["r:devices:*"], &[]] {
        let bench = Bench::unlinked().await;
        bench.set(|settings| {
            settings.granted_scopes = Some(granted.iter().map(|scope| (*scope).to_owned()).collect());
        });
        let begun = bench.begin().await;
        let brought = bench.log_in(&begun).await;
        let refused = bench.complete(&begun, &brought.code).await.unwrap_err();
        assert_eq!(
            (refused.kind, refused.outcome),
            (AdapterErrorKind::Rejected, Outcome::NotExecuted),
            "{granted:?}"
        );
        assert!(refused.message.contains("granted less"), "{}", refused.message);
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
    let bench = Bench::linked().await;
    for status in [400, 401, 403] {
        let control = bench.control();
        control
            .fail_next(Target::Token, Fault::status(status), 1)
            .unwrap();
        let refused = bench.refresh().await.unwrap_err();
        assert_eq!(refused.kind, AdapterErrorKind::Rejected, "{status}");
    }
    bench.refresh().await.unwrap();
}

#[tokio::test]
async fn a_secret_of_any_characters_goes_by_basic() {
    let mut bench = Bench::configured(|config| config.client_secret = SecretString::from("s:e%c+ret")).await;
    bench.link().await;
    bench.refresh().await.unwrap();
}

#[tokio::test]
async fn both_tokens_rotate_the_app_stays_and_a_spent_one_means_that_the_link_is_over() {
    let mut bench = Bench::linked().await;
    let (spent, before) = (bench.credentials.clone(), bench.unsealed().await);
    bench.credentials = bench.refresh().await.unwrap().credentials.as_str().into();
    let after = bench.unsealed().await;
    assert_ne!(
        before.tokens.access_token.expose_secret(),
        after.tokens.access_token.expose_secret()
    );
    assert_ne!(
        before.tokens.refresh_token.unwrap().expose_secret(),
        after.tokens.refresh_token.unwrap().expose_secret()
    );
    assert_eq!(before.installed_app, after.installed_app);
    bench.read(&bench.door()).await.unwrap();
    bench.credentials = spent;
    let refused = bench.refresh().await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.outcome),
        (AdapterErrorKind::LinkRevoked, Outcome::NotExecuted)
    );
}

#[tokio::test]
async fn a_refresh_that_the_vendor_carried_out_and_never_answered_is_unknown() {
    let dropped = Fault {
        drop_connection: true,
        ..Fault::default()
    };
    for fault in [Fault::status(503), dropped] {
        let bench = Bench::linked().await;
        bench
            .control()
            .fail_next(Target::Token, fault.after_motion(), 1)
            .unwrap();
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
    bench.pass(24 * 3600 - 60);
    let refused = bench.open(&bench.door()).await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.outcome),
        (AdapterErrorKind::CredentialsExpired, Outcome::NotExecuted)
    );
    assert_eq!(bench.control().commands_received(&bench.main_door()).unwrap(), 0);
    bench.control().expire_access_tokens(None).unwrap();
    let refused = bench.read(&bench.door()).await.unwrap_err();
    assert_eq!(refused.kind, AdapterErrorKind::CredentialsExpired);
}

#[tokio::test]
async fn an_owner_who_takes_the_app_out_ends_the_link() {
    let bench = Bench::linked().await;
    bench.control().uninstall_app(&Email::from(DEMO_EMAIL)).unwrap();
    let refused = bench.read(&bench.door()).await.unwrap_err();
    assert_eq!(refused.kind, AdapterErrorKind::CredentialsExpired);
    let refused = bench.refresh().await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.outcome),
        (AdapterErrorKind::LinkRevoked, Outcome::NotExecuted)
    );
}

#[tokio::test]
async fn giving_back_ends_the_events_and_is_honest_that_the_tokens_are_not_void() {
    let bench = Bench::linked().await;
    let mut subscribe = bench.link_input();
    subscribe["doors"] = json!([bench.door()]);
    subscribe["callback_url"] = json!("https://postern.example/vendors/smartthings");
    bench.call("events.subscribe", subscribe).await.unwrap();
    for _ in 0..2 {
        let Ok(Answer::LinkRevoke(revoked)) = bench.call("link.revoke", bench.link_input()).await else {
            panic!("it answers");
        };
        assert!(!revoked.revoked_at_vendor);
    }
    bench
        .control()
        .fail_next(Target::Read, Fault::status(500), 1)
        .unwrap();
    let revoked = bench.call("link.revoke", bench.link_input()).await;
    assert!(matches!(revoked, Ok(Answer::LinkRevoke(_))), "{revoked:?}");
}
