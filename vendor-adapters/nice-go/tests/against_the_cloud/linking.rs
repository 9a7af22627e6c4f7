//! Linking by the form, refreshing and giving back.

use postern_adapter_nice_go::link::NiceGoLink;
use postern_adapter_sdk::Sealable;
use postern_contract::adapter::{AdapterError, AdapterErrorKind, Answer, FormFields, Outcome};
use postern_keys::{SealContext, Sealed, Sealer};
use postern_vendor_clouds::config::{LoginThrottle, RefreshTokens};
use postern_vendor_clouds::control::LockOutOrder;
use postern_vendor_clouds::{DEMO_EMAIL, DEMO_PASSWORD, Email, Fault, Target};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::harness::{Bench, LINK};

async fn link_of(bench: &Bench) -> NiceGoLink {
    let sealed = Sealed::try_from(bench.credentials.clone()).unwrap();
    let context = SealContext::for_link("nice-go", LINK);
    let plaintext = bench.sealer.open(&sealed, &context).await.unwrap();
    NiceGoLink::from_plaintext(plaintext.expose_secret()).unwrap()
}

fn said(error: &AdapterError) -> (AdapterErrorKind, Outcome) {
    (error.kind, error.outcome)
}

#[tokio::test]
async fn a_household_links_by_a_form_and_its_tokens_live_an_hour() {
    let bench = Bench::unlinked().await;
    let begun = bench.begin().await;
    let form = begun.sign_in.form().unwrap();
    assert_eq!(form.fields, FormFields::email_and_password());
    let granted = bench.fill_in(&begun, DEMO_EMAIL, DEMO_PASSWORD).await.unwrap();
    let lifetime = granted.refresh_at.duration_since(bench.clock.now()).as_mins();
    assert_eq!(lifetime, 45, "three quarters of the hour");
    // Spaces that a keyboard put around the address are none of it.
    let spaced = format!(" {DEMO_EMAIL} ");
    bench.fill_in(&begun, &spaced, DEMO_PASSWORD).await.unwrap();
}

#[tokio::test]
async fn passwords_of_every_alphabet_are_proven() {
    let bench = Bench::unlinked().await;
    let email = Email::from("zoe@example.com");
    for password in [
        "correct horse battery staple",
        "Žluťoučký kůň 🐴",
        " spaces ",
        "0",
    ] {
        bench.control().reset(None).unwrap();
        let secret = SecretString::from(password);
        bench.control().add_user(&email, &secret).unwrap();
        let begun = bench.begin().await;
        bench.fill_in(&begun, email.as_str(), password).await.unwrap();
        let other = format!("{password}x");
        let refused = bench.fill_in(&begun, email.as_str(), &other).await.unwrap_err();
        assert_eq!(
            said(&refused),
            (AdapterErrorKind::Rejected, Outcome::NotExecuted),
            "{password}"
        );
    }
}

#[tokio::test]
async fn ten_logins_one_after_the_other_all_prove_the_password() {
    // Each draws numbers of its own, some of them with zeros in front or their highest bit set.
    let bench = Bench::unlinked().await;
    let begun = bench.begin().await;
    for _ in 0..10 {
        bench.fill_in(&begun, DEMO_EMAIL, DEMO_PASSWORD).await.unwrap();
    }
}

#[tokio::test]
async fn a_wrong_password_or_an_unknown_address_is_rejected_with_nothing_done() {
    let bench = Bench::unlinked().await;
    let begun = bench.begin().await;
    for (email, password) in [
        (DEMO_EMAIL, "mistyped-secret"),
        ("nobody@example.com", DEMO_PASSWORD),
        ("", DEMO_PASSWORD),
        (DEMO_EMAIL, ""),
    ] {
        let refused = bench.fill_in(&begun, email, password).await.unwrap_err();
        assert_eq!(
            said(&refused),
            (AdapterErrorKind::Rejected, Outcome::NotExecuted),
            "{email}"
        );
        assert!(!refused.message.contains("secret"), "{}", refused.message);
    }
    // With the same session the right answers are taken after that.
    bench.fill_in(&begun, DEMO_EMAIL, DEMO_PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_locked_account_is_told_as_such_and_a_code_is_no_way_in() {
    let bench = Bench::unlinked().await;
    bench.set(|settings| settings.login_throttle = Some(LoginThrottle::default()));
    let begun = bench.begin().await;
    for _ in 0..3 {
        bench.fill_in(&begun, DEMO_EMAIL, "mistyped").await.unwrap_err();
    }
    let locked = bench
        .fill_in(&begun, DEMO_EMAIL, DEMO_PASSWORD)
        .await
        .unwrap_err();
    assert_eq!(
        said(&locked),
        (AdapterErrorKind::RateLimited, Outcome::NotExecuted)
    );
    let refused = bench.complete(&begun, "a-code").await.unwrap_err();
    assert_eq!(
        said(&refused),
        (AdapterErrorKind::InvalidRequest, Outcome::NotExecuted)
    );
    let input = json!({ "link": LINK, "session": begun.session, "redirect_uri": "", "answers": { "email": "a@b.ca" } });
    let refused = bench.call("link.complete", input).await.unwrap_err();
    assert_eq!(
        said(&refused),
        (AdapterErrorKind::InvalidRequest, Outcome::NotExecuted)
    );
}

#[tokio::test]
async fn a_refresh_brings_a_new_id_token_and_keeps_the_refresh_token() {
    let mut bench = Bench::linked().await;
    let before = link_of(&bench).await;
    bench.credentials = bench.refresh().await.unwrap().credentials.as_str().into();
    let after = link_of(&bench).await;
    let refresh = |link: &NiceGoLink| {
        let token = link.tokens.refresh_token.as_ref().unwrap();
        token.expose_secret().to_owned()
    };
    assert_eq!(refresh(&before), refresh(&after));
    assert_ne!(
        before.tokens.access_token.expose_secret(),
        after.tokens.access_token.expose_secret()
    );
    bench.read(bench.door().as_str()).await.unwrap();
}

#[tokio::test]
async fn a_pool_that_rotates_refresh_tokens_is_served_as_well() {
    let mut bench = Bench::linked().await;
    bench.set(|settings| settings.refresh_tokens = RefreshTokens::Rotating);
    for _ in 0..3 {
        let granted = bench.refresh().await.unwrap();
        bench.credentials = granted.credentials.as_str().into();
        bench.read(bench.door().as_str()).await.unwrap();
    }
}

#[tokio::test]
async fn a_refresh_token_that_has_ended_means_that_the_link_is_over() {
    let bench = Bench::linked().await;
    bench.control().revoke_refresh_tokens(None).unwrap();
    let refused = bench.refresh().await.unwrap_err();
    assert_eq!(
        said(&refused),
        (AdapterErrorKind::LinkRevoked, Outcome::NotExecuted)
    );
}

#[tokio::test]
async fn a_refusal_without_a_reason_is_no_broken_link() {
    let bench = Bench::linked().await;
    for status in [400, 401, 403] {
        let control = bench.control();
        control
            .fail_next(Target::Token, Fault::status(status), 1)
            .unwrap();
        let refused = bench.refresh().await.unwrap_err();
        assert_eq!(
            said(&refused),
            (AdapterErrorKind::VendorUnavailable, Outcome::NotExecuted),
            "{status}"
        );
    }
    bench.refresh().await.unwrap();
}

#[tokio::test]
async fn an_exchange_that_the_pool_carried_out_and_never_answered_is_unknown_and_made_once() {
    let dropped = Fault {
        drop_connection: true,
        ..Fault::default()
    };
    let cut_short = Fault {
        cut_short: true,
        ..Fault::default()
    };
    for fault in [Fault::status(503), dropped, cut_short] {
        let bench = Bench::linked().await;
        let begun = bench.begin().await;
        let fault = fault.after_motion();
        bench
            .control()
            .fail_next(Target::Token, fault.clone(), 1)
            .unwrap();
        let refused = bench.refresh().await.unwrap_err();
        assert_eq!(
            said(&refused),
            (AdapterErrorKind::VendorUnavailable, Outcome::Unknown),
            "{fault:?}"
        );
        assert!(bench.control().faults().unwrap().is_empty(), "it was asked once");
        bench.control().fail_next(Target::Token, fault, 1).unwrap();
        let refused = bench
            .fill_in(&begun, DEMO_EMAIL, DEMO_PASSWORD)
            .await
            .unwrap_err();
        assert_eq!(
            said(&refused),
            (AdapterErrorKind::VendorUnavailable, Outcome::Unknown)
        );
    }
}

#[tokio::test]
async fn a_document_of_addresses_that_cannot_be_had_breaks_no_link_and_holds_up_no_refresh() {
    let mut bench = Bench::linked().await;
    let door = bench.main_door();
    for (fault, times) in [
        (Fault::status(503), 3),
        (Fault::status(404), 1),
        (Fault::status(429), 1),
        (
            Fault {
                html_403: true,
                ..Fault::default()
            },
            1,
        ),
    ] {
        bench
            .control()
            .fail_next(Target::Login, fault.clone(), times)
            .unwrap();
        bench.credentials = bench.refresh().await.unwrap().credentials.as_str().into();
        assert!(bench.control().faults().unwrap().is_empty(), "{fault:?}");
        // Whoever said "too much" is left alone for a moment; here the document and the doors are on one host.
        bench.pass(60);
        bench.read(door.as_str()).await.unwrap();
    }
}

#[tokio::test]
async fn a_locked_out_account_is_not_knocked_at() {
    let bench = Bench::linked().await;
    let order = LockOutOrder {
        email: Email::from(DEMO_EMAIL),
        seconds: 3600,
        retry_after: true,
    };
    bench.control().lock_out(&order).unwrap();
    let refused = bench.refresh().await.unwrap_err();
    assert_eq!(
        said(&refused),
        (AdapterErrorKind::RateLimited, Outcome::NotExecuted)
    );
    assert!(refused.retry_after_seconds.is_some());
}

#[tokio::test]
async fn an_id_token_about_to_end_is_told_before_anything_is_sent() {
    let bench = Bench::linked().await;
    let door = bench.door();
    bench.pass(3600 - 59);
    let refused = bench.open(door.as_str()).await.unwrap_err();
    assert_eq!(
        said(&refused),
        (AdapterErrorKind::CredentialsExpired, Outcome::NotExecuted)
    );
    assert_eq!(bench.control().commands_received(&bench.main_door()).unwrap(), 0);
}

#[tokio::test]
async fn giving_back_is_honest_that_no_way_to_is_known() {
    let bench = Bench::linked().await;
    let Ok(Answer::LinkRevoke(revoked)) = bench.call("link.revoke", bench.link_input()).await else {
        panic!("it answers");
    };
    assert!(!revoked.revoked_at_vendor);
}
