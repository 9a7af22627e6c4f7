//! The login page and the token endpoint.

use postern_vendor_clouds::config::RefreshTokens;
use postern_vendor_clouds::{AladdinConnectCloud, DEMO_EMAIL, DEMO_PASSWORD, RunningCloud, Vendor};
use reqwest::header::LOCATION;
use serde_json::json;

use crate::sign_in::{client, code, documented, exchange, page, parameter, submit, token};

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

async fn cloud() -> RunningCloud {
    AladdinConnectCloud::start(Vendor::AladdinConnect.demo())
        .await
        .unwrap()
}

#[tokio::test]
async fn the_right_password_leads_back_with_a_code_and_the_state_and_a_wrong_one_does_not() {
    let cloud = cloud().await;
    let page = page(&cloud, &documented());
    let wrong = submit(&page, &[("Email", DEMO_EMAIL), ("Password", "wrong")]).await;
    assert_eq!((wrong.status().as_u16(), parameter(&wrong, "code")), (200, None));
    let right = submit(&page, &[("Email", DEMO_EMAIL), ("Password", DEMO_PASSWORD)]).await;
    assert_eq!(parameter(&right, "state").as_deref(), Some("st-1"));
    assert!(parameter(&right, "code").is_some());
    let cancelled = submit(&page, &[("button", "cancel")]).await;
    assert_eq!(parameter(&cancelled, "error").as_deref(), Some("access_denied"));
}

#[tokio::test]
async fn a_page_asked_for_wrongly_says_so_there_or_to_the_app() {
    let cloud = cloud().await;
    let asked = |changed: &'static str, to: &'static str| {
        let mut parameters = documented();
        parameters.retain(|(name, _)| *name != changed);
        parameters.push((changed, to));
        page(&cloud, &parameters)
    };
    for (name, value) in [
        ("client_id", ""),
        ("redirect_uri", ""),
        ("redirect_uri", "https://evil.example/"),
        ("redirect_uri", "javascript:alert(1)"),
    ] {
        let shown = client().get(asked(name, value)).send().await.unwrap();
        assert_eq!(shown.status().as_u16(), 400, "{name}={value}");
        assert!(shown.headers().get(LOCATION).is_none());
    }
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("code_challenge", CHALLENGE, "invalid_request"),
    ] {
        let shown = client().get(asked(name, value)).send().await.unwrap();
        assert_eq!(parameter(&shown, "error").as_deref(), Some(error), "{name}");
    }
}

#[tokio::test]
async fn a_code_is_good_once_for_its_client_with_a_secret_by_either_way_of_naming_itself() {
    let cloud = cloud().await;
    let page = page(&cloud, &documented());
    let good = code(&cloud, &page).await;
    let (status, tokens) = token(&cloud, &exchange(&good)).await;
    assert_eq!(status, 200);
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 86400);
    assert!(tokens["refresh_token"].is_string());
    let (status, again) = token(&cloud, &exchange(&good)).await;
    assert_eq!((status, again), (400, json!({ "error": "invalid_grant" })));

    let without_secret = code(&cloud, &page).await;
    let mut fields = exchange(&without_secret);
    fields.retain(|(name, _)| *name != "client_secret");
    let (status, refused) = token(&cloud, &fields).await;
    assert_eq!((status, refused), (401, json!({ "error": "invalid_client" })));

    let by_another = code(&cloud, &page).await;
    let mut fields = exchange(&by_another);
    fields.retain(|(name, _)| *name != "client_id");
    fields.push(("client_id", "somebody else"));
    assert_eq!(token(&cloud, &fields).await.0, 400);

    let by_basic = code(&cloud, &page).await;
    let fields: Vec<_> = exchange(&by_basic)
        .into_iter()
        .filter(|(name, _)| !name.starts_with("client_"))
        .collect();
    let address = format!("{}/v1/oauth2/token", cloud.base_url());
    let sent = client()
        .post(address)
        .basic_auth("partner", Some("secret"))
        .form(&fields);
    assert_eq!(sent.send().await.unwrap().status().as_u16(), 200);
}

#[tokio::test]
async fn a_code_that_was_asked_for_with_pkce_needs_its_verifier() {
    let cloud = cloud().await;
    let mut parameters = documented();
    parameters.extend([("code_challenge", CHALLENGE), ("code_challenge_method", "S256")]);
    let page = page(&cloud, &parameters);
    for (verifier, status) in [(None, 400), (Some("wrong"), 400), (Some(VERIFIER), 200)] {
        let code = code(&cloud, &page).await;
        let mut fields = exchange(&code);
        fields.extend(verifier.map(|verifier| ("code_verifier", verifier)));
        assert_eq!(token(&cloud, &fields).await.0, status, "{verifier:?}");
    }
}

#[tokio::test]
async fn a_refresh_token_rotates_or_stays_as_it_is_as_set() {
    let cloud = cloud().await;
    let code = code(&cloud, &page(&cloud, &documented())).await;
    let (_, tokens) = token(&cloud, &exchange(&code)).await;
    let first = tokens["refresh_token"].as_str().unwrap().to_owned();
    let refreshed = async |refresh: &str| {
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh),
            ("client_id", "partner"),
            ("client_secret", "partner's secret"),
        ];
        token(&cloud, &fields).await
    };
    let (status, tokens) = refreshed(&first).await;
    let second = tokens["refresh_token"].as_str().unwrap().to_owned();
    assert_eq!(status, 200);
    assert_ne!(first, second);
    assert_eq!(refreshed(&first).await.0, 400, "it is spent");
    let mut settings = cloud.control().settings().unwrap();
    settings.refresh_tokens = RefreshTokens::Fixed;
    cloud.control().set_settings(settings).unwrap();
    for _ in 0..2 {
        let (status, tokens) = refreshed(&second).await;
        assert_eq!(
            (status, tokens["refresh_token"].as_str()),
            (200, Some(second.as_str()))
        );
    }
}
