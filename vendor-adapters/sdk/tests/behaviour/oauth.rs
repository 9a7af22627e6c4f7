//! Token endpoints, good and bad.

use axum::body::to_bytes;
use axum::extract::Request;
use postern_adapter_sdk::contract::adapter::{AdapterErrorKind, Outcome};
use postern_adapter_sdk::contract::text::SecretText;
use postern_adapter_sdk::{ClientAuth, OAuth, OAuthConfig, TokenSet};
use secrecy::ExposeSecret;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use url::Url;

use crate::support::{HandClock, Vendor, answer, call_in, client, nobody};
use postern_adapter_sdk::Clock;

fn oauth(token_url: Url) -> OAuth {
    let config = OAuthConfig {
        authorize_url: Url::parse("https://vendor.example/authorize?brand=x").unwrap(),
        token_url,
        client_id: "partner".into(),
        client_secret: Some("cs-secret".into()),
        client_auth: ClientAuth::Body,
        scopes: vec!["doors".into(), "offline".into()],
        authorize_parameters: vec![("prompt".into(), "login".into())],
        headers: Vec::new(),
    };
    OAuth::new(config, client())
}

fn old_tokens(clock: &HandClock) -> TokenSet {
    TokenSet {
        access_token: "at-old".into(),
        refresh_token: Some("rt-old".into()),
        expires_at: clock.now(),
        scope: Some("doors".into()),
    }
}

fn parameters(query: &[u8]) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(query).into_owned().collect()
}

#[tokio::test]
async fn the_login_page_gets_the_state_and_a_challenge_and_no_secret() {
    let oauth = oauth(Url::parse("https://vendor.example/token").unwrap());
    let begin = || {
        oauth
            .begin(&SecretText::new("st-1"), "https://postern.example/back")
            .unwrap()
    };
    let (page, _) = begin();
    let page = Url::parse(page.expose()).unwrap();
    let asked = parameters(page.query().unwrap().as_bytes());
    for (name, value) in [
        ("brand", "x"),
        ("client_id", "partner"),
        ("code_challenge_method", "S256"),
        ("prompt", "login"),
        ("redirect_uri", "https://postern.example/back"),
        ("response_type", "code"),
        ("scope", "doors offline"),
        ("state", "st-1"),
    ] {
        assert_eq!(asked[name], value, "{name}");
    }
    assert_eq!(asked["code_challenge"].len(), 43);
    let again = Url::parse(begin().0.expose()).unwrap();
    assert_ne!(
        parameters(again.query().unwrap().as_bytes())["code_challenge"],
        asked["code_challenge"]
    );
    assert!(!page.as_str().contains("cs-secret"));
}

#[tokio::test]
async fn a_refresh_sends_the_old_token_and_keeps_it_where_the_vendor_does_not_rotate() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&seen);
    let vendor = Vendor::answering(move |_, request: Request| {
        let keep = Arc::clone(&keep);
        async move {
            let body = to_bytes(request.into_body(), 10_000).await.unwrap();
            keep.lock().unwrap().extend_from_slice(&body);
            answer(
                200,
                "application/json",
                r#"{"access_token":"at-new","token_type":"Bearer"}"#,
            )
        }
    })
    .await;
    let clock = HandClock::new();
    let fresh = oauth(vendor.url("/token"))
        .refresh(&call_in(&clock), &old_tokens(&clock))
        .await
        .unwrap();
    assert_eq!(fresh.access_token.expose_secret(), "at-new");
    assert_eq!(fresh.refresh_token.as_ref().unwrap().expose_secret(), "rt-old");
    assert_eq!(
        fresh.expires_at.duration_since(clock.now()).as_secs(),
        300,
        "an untold lifetime is short"
    );
    let sent = parameters(&seen.lock().unwrap());
    assert_eq!(sent["grant_type"], "refresh_token");
    assert_eq!(
        (sent["refresh_token"].as_str(), sent["client_secret"].as_str()),
        ("rt-old", "cs-secret")
    );
}

#[tokio::test]
async fn refusals_mean_what_they_say_and_only_a_bad_grant_ends_the_link() {
    use AdapterErrorKind::{LinkRevoked, RateLimited, Rejected, VendorUnavailable};
    const JSON: &str = "application/json";
    for (status, media_type, body, kind, outcome) in [
        (
            400,
            JSON,
            r#"{"error":"invalid_grant"}"#,
            LinkRevoked,
            Outcome::NotExecuted,
        ),
        (
            401,
            JSON,
            r#"{"error":"invalid_grant","error_description":"at-x"}"#,
            LinkRevoked,
            Outcome::NotExecuted,
        ),
        (
            401,
            JSON,
            r#"{"error":"invalid_client"}"#,
            Rejected,
            Outcome::NotExecuted,
        ),
        (
            400,
            JSON,
            r#"{"error":"something_new"}"#,
            Rejected,
            Outcome::NotExecuted,
        ),
        (400, JSON, r#"{"code":"401.101"}"#, Rejected, Outcome::NotExecuted),
        (400, "text/html", "<p>", Rejected, Outcome::NotExecuted),
        (403, "text/html", "<p>", VendorUnavailable, Outcome::NotExecuted),
        (429, JSON, "{}", RateLimited, Outcome::NotExecuted),
        (
            500,
            JSON,
            r#"{"error":"invalid_grant"}"#,
            VendorUnavailable,
            Outcome::Unknown,
        ),
        (302, "text/html", "", VendorUnavailable, Outcome::Unknown),
        (200, "text/html", "<p>", VendorUnavailable, Outcome::Unknown),
        (
            200,
            JSON,
            r#"{"access_token":17}"#,
            VendorUnavailable,
            Outcome::Unknown,
        ),
        (204, JSON, "", VendorUnavailable, Outcome::Unknown),
    ] {
        let vendor = Vendor::answering(move |_, _| async move { answer(status, media_type, body) }).await;
        let clock = HandClock::new();
        let refused = oauth(vendor.url("/token"))
            .refresh(&call_in(&clock), &old_tokens(&clock))
            .await
            .unwrap_err();
        assert_eq!(
            (refused.kind, refused.outcome),
            (kind, outcome),
            "{status} {body}"
        );
        assert_eq!(vendor.hits(), 1, "{status} {body}");
        assert!(
            !format!("{refused:?}").contains("at-"),
            "an answer is never repeated"
        );
    }
}

#[tokio::test]
async fn a_vendor_that_is_not_there_has_spent_nothing() {
    let token_url = Url::parse(&format!("http://{}/token", nobody().await)).unwrap();
    let clock = HandClock::new();
    let refused = oauth(token_url)
        .refresh(&call_in(&clock), &old_tokens(&clock))
        .await
        .unwrap_err();
    assert_eq!(
        (refused.kind, refused.outcome),
        (AdapterErrorKind::VendorUnavailable, Outcome::NotExecuted)
    );
    let broken = Vendor::saying(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{").await;
    let refused = oauth(broken.url("/token"))
        .refresh(&call_in(&clock), &old_tokens(&clock))
        .await
        .unwrap_err();
    assert_eq!(
        (refused.kind, refused.outcome),
        (AdapterErrorKind::VendorUnavailable, Outcome::Unknown)
    );
}

#[tokio::test]
async fn a_link_without_a_refresh_token_is_over_when_its_access_token_is() {
    let clock = HandClock::new();
    let vendor = Vendor::answering(|_, _| async { answer(200, "application/json", "{}") }).await;
    let tokens = TokenSet {
        refresh_token: None,
        ..old_tokens(&clock)
    };
    let refused = oauth(vendor.url("/token"))
        .refresh(&call_in(&clock), &tokens)
        .await
        .unwrap_err();
    assert_eq!(refused.kind, AdapterErrorKind::LinkRevoked);
    assert_eq!(vendor.hits(), 0);
}
