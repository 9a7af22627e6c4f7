//! From the app to the login page and back, and what the token endpoint makes of it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_vendor_clouds::config::LoginThrottle;
use postern_vendor_clouds::{Config, DEMO_EMAIL, DEMO_PASSWORD, Settings};
use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, COOKIE};
use serde_json::{Value, json};

use crate::support::{APP, SCOPE, VERIFIER, Visit, cookies, location, parameter};

#[tokio::test]
async fn authorize_leads_to_the_login_page_with_three_cookies() {
    let visit = Visit::demo().await;
    let answer = visit
        .authorize(&[("prompt", "login"), ("acr_values", "unified_flow%3Av1")])
        .await;
    assert_eq!(cookies(&answer).len(), 3);
    assert!(location(&answer).starts_with("/Account/LoginWithEmail?returnUrl="));
    let page = visit.login_page(&[]).await;
    assert_eq!(page.cookies.len(), 1);
    assert_eq!(page.html.matches("<form").count(), 1);
    assert!(page.html.contains("type=\"email\" name=\"Email\""));
    assert!(page.html.contains("type=\"password\" name=\"Password\""));
    assert!(page.html.contains("type=\"submit\""));
}

#[tokio::test]
async fn the_right_password_leads_back_to_the_app_with_a_code_and_its_state() {
    let visit = Visit::demo().await;
    let back = visit
        .code(DEMO_EMAIL, DEMO_PASSWORD, &[("state", "a b&c=+/é")])
        .await;
    assert!(back.as_str().starts_with("com.myqops://android?code="));
    assert_eq!(parameter(&back, "state").unwrap(), "a b&c=+/é");
    assert_eq!(parameter(&back, "scope").unwrap(), SCOPE);
    assert!(back.as_str().contains("scope=MyQ_Residential%20offline_access"));
}

#[tokio::test]
async fn a_wrong_password_shows_the_form_again_with_fewer_than_two_cookies() {
    let visit = Visit::demo().await;
    let page = visit.login_page(&[]).await;
    for (email, password) in [
        (DEMO_EMAIL, "wrong"),
        ("stranger@example.com", DEMO_PASSWORD),
        ("", ""),
    ] {
        let answer = visit.log_in(&page, email, password).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert!(cookies(&answer).len() < 2);
        assert!(answer.text().await.unwrap().contains("<form"));
    }
    // The same page still takes the right one, written as people write it.
    let answer = visit
        .log_in(&page, " HomeOwner@Example.com ", DEMO_PASSWORD)
        .await;
    assert_eq!(answer.status(), StatusCode::FOUND);
}

#[tokio::test]
async fn cancelling_leads_back_with_access_denied() {
    let visit = Visit::demo().await;
    let page = visit.login_page(&[("state", "s1")]).await;
    let fields = [
        ("button", "cancel"),
        ("__RequestVerificationToken", page.token.as_str()),
    ];
    let request = visit
        .post_form(&page.path, &fields)
        .header(COOKIE, page.cookies.join("; "));
    let back = location(&request.send().await.unwrap());
    assert_eq!(back, "com.myqops://android?error=access_denied&state=s1");
}

#[tokio::test]
async fn a_form_from_elsewhere_is_refused() {
    let visit = Visit::demo().await;
    let page = visit.login_page(&[]).await;
    let fields = [("Email", DEMO_EMAIL), ("Password", DEMO_PASSWORD)];
    let no_token = visit
        .post_form(&page.path, &fields)
        .header(COOKIE, page.cookies.join("; "));
    assert_eq!(no_token.send().await.unwrap().status(), StatusCode::BAD_REQUEST);
    let fields = [
        fields[0],
        fields[1],
        ("__RequestVerificationToken", page.token.as_str()),
    ];
    let no_cookie = visit.post_form(&page.path, &fields);
    assert_eq!(no_cookie.send().await.unwrap().status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_login_never_leads_off_to_anywhere_else() {
    let visit = Visit::demo().await;
    for to in [
        "https://evil.example/",
        "//evil.example",
        "/connect/authorize/callbackish?x",
        "",
    ] {
        let answer = visit
            .get("/Account/LoginWithEmail")
            .query(&[("returnUrl", to)])
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{to}");
    }
    let web = visit
        .authorize(&[("redirect_uri", "https://evil.example/back")])
        .await;
    assert_eq!(web.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_registered_web_address_is_accepted_as_redirect() {
    let back = "http://localhost:9/link/back?x=1";
    let visit = Visit::with(|config| Config {
        redirect_uris: vec![back.to_owned()],
        ..config
    })
    .await;
    let url = visit
        .code(DEMO_EMAIL, DEMO_PASSWORD, &[("redirect_uri", back)])
        .await;
    assert!(url.as_str().starts_with("http://localhost:9/link/back?x=1&code="));
}

#[tokio::test]
async fn a_request_without_pkce_goes_back_with_an_error() {
    let visit = Visit::demo().await;
    for change in [("code_challenge", ""), ("code_challenge_method", "plain")] {
        let back = location(&visit.authorize(&[change, ("state", "s")]).await);
        assert_eq!(back, format!("{APP}?error=invalid_request&state=s"));
    }
    let implicit = location(&visit.authorize(&[("response_type", "token")]).await);
    assert_eq!(implicit, format!("{APP}?error=unsupported_response_type"));
}

#[tokio::test]
async fn the_callback_without_a_login_gives_no_code() {
    let visit = Visit::demo().await;
    let page = visit.login_page(&[]).await;
    let logged_in = location(&visit.log_in(&page, DEMO_EMAIL, DEMO_PASSWORD).await);
    let back = location(&visit.get(&logged_in).send().await.unwrap());
    assert_eq!(back, format!("{APP}?error=login_required"));
}

#[tokio::test]
async fn a_code_is_good_once_and_only_with_its_verifier_and_redirect() {
    let visit = Visit::demo().await;
    for (wrong, value) in [
        ("code_verifier", "x".repeat(43)),
        ("redirect_uri", "com.other://app".to_owned()),
    ] {
        let back = visit.code(DEMO_EMAIL, DEMO_PASSWORD, &[]).await;
        let code = parameter(&back, "code").unwrap();
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("code_verifier", VERIFIER),
            ("redirect_uri", APP),
        ];
        fields.retain(|(name, _)| *name != wrong);
        fields.push((wrong, &value));
        let refused = visit.post_form("/connect/token", &fields).send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
        assert_eq!(
            refused.json::<Value>().await.unwrap(),
            json!({"error": "invalid_grant"})
        );
        // Spent, even by a wrong try.
        assert_eq!(visit.redeem(&code).await.status(), StatusCode::BAD_REQUEST);
    }
    let back = visit.code(DEMO_EMAIL, DEMO_PASSWORD, &[]).await;
    let code = parameter(&back, "code").unwrap();
    assert_eq!(visit.redeem(&code).await.status(), StatusCode::OK);
    assert_eq!(visit.redeem(&code).await.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_code_is_good_for_five_minutes() {
    let visit = Visit::demo().await;
    let back = visit.code(DEMO_EMAIL, DEMO_PASSWORD, &[]).await;
    visit.wait(300);
    assert_eq!(
        visit.redeem(&parameter(&back, "code").unwrap()).await.status(),
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn what_clients_send_beside_is_let_be() {
    let visit = Visit::demo().await;
    // pymyq sends the code as scope and a secret; the npm client the header `Authorization: null`.
    let back = visit.code(DEMO_EMAIL, DEMO_PASSWORD, &[]).await;
    let code = parameter(&back, "code").unwrap();
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", "ANDROID_CGI_MYQ"),
        ("client_secret", "anything"),
        ("code", code.as_str()),
        ("code_verifier", VERIFIER),
        ("redirect_uri", APP),
        ("scope", code.as_str()),
    ];
    let answer = visit
        .post_form("/connect/token", &fields)
        .header(AUTHORIZATION, "null")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(
        answer.headers()["cache-control"]
            .to_str()
            .unwrap()
            .split(',')
            .next(),
        Some("no-store")
    );
    let odd = visit
        .post_form("/connect/token", &[("grant_type", "password")])
        .send()
        .await
        .unwrap();
    assert_eq!(
        odd.json::<Value>().await.unwrap(),
        json!({"error": "unsupported_grant_type"})
    );
}

#[tokio::test]
async fn an_access_token_has_the_shape_of_a_real_one() {
    let visit = Visit::demo().await;
    let tokens = visit.tokens().await;
    let parts: Vec<&str> = tokens.access.split('.').collect();
    let part = |index: usize| -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[index]).unwrap()).unwrap()
    };
    assert_eq!(part(0)["alg"], "ES256");
    let claims = part(1);
    assert_eq!(tokens.expires_in, 1800);
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        1800
    );
    assert_eq!(claims["iss"], visit.cloud.base_url());
    assert_eq!(claims["aud"][0], "MyQ_Residential");
    assert_eq!(claims["scope"], json!(["MyQ_Residential", "offline_access"]));
    assert_eq!(claims["amr"], json!(["pwd"]));
    assert_eq!(claims["client_id"], "ANDROID_CGI_MYQ");
    for claim in ["sub", "sid", "jti", "auth_time", "nbf", "idp"] {
        assert!(!claims[claim].is_null(), "{claim}");
    }
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_gives_the_next() {
    let visit = Visit::demo().await;
    let first = visit.tokens().await;
    let answer = visit.refresh(&first.refresh).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let second = crate::support::Tokens::of(answer).await;
    assert_ne!(first.refresh, second.refresh);
    let reused = visit.refresh(&first.refresh).await;
    assert_eq!(reused.status(), StatusCode::BAD_REQUEST);
    assert_eq!(
        reused.json::<Value>().await.unwrap(),
        json!({"error": "invalid_grant"})
    );
    assert_eq!(visit.refresh(&second.refresh).await.status(), StatusCode::OK);
    assert_eq!(
        visit.read(&second, "/api/v6.0/accounts").await.status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn no_refresh_token_without_offline_access() {
    let visit = Visit::demo().await;
    let back = visit
        .code(DEMO_EMAIL, DEMO_PASSWORD, &[("scope", "MyQ_Residential")])
        .await;
    let body: Value = visit
        .redeem(&parameter(&back, "code").unwrap())
        .await
        .json()
        .await
        .unwrap();
    assert!(body["access_token"].is_string());
    assert!(body.get("refresh_token").is_none());
}

#[tokio::test]
async fn the_eleventh_login_within_an_hour_locks_the_account_for_an_hour() {
    let throttled = Settings {
        login_throttle: Some(LoginThrottle::default()),
        ..Settings::default()
    };
    let visit = Visit::with(|config| Config {
        settings: throttled,
        ..config
    })
    .await;
    let mut tokens = visit.tokens().await;
    for _ in 1..10 {
        tokens = visit.tokens().await;
    }
    let page = visit.login_page(&[]).await;
    let locked = visit.log_in(&page, DEMO_EMAIL, DEMO_PASSWORD).await;
    assert_eq!(locked.status(), StatusCode::TOO_MANY_REQUESTS);
    let seconds: u64 = locked.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((3599..=3601).contains(&seconds));
    assert_eq!(
        visit.refresh(&tokens.refresh).await.status(),
        StatusCode::TOO_MANY_REQUESTS
    );
    assert_eq!(
        visit.command(&tokens, "open").await.status(),
        StatusCode::TOO_MANY_REQUESTS
    );
    assert_eq!(visit.moved(), 0);
    visit.wait(3601);
    let page = visit.login_page(&[]).await;
    assert_eq!(
        visit.log_in(&page, DEMO_EMAIL, DEMO_PASSWORD).await.status(),
        StatusCode::FOUND
    );
}

#[tokio::test]
async fn without_the_throttle_logins_are_not_counted() {
    let visit = Visit::demo().await;
    for _ in 0..15 {
        visit.tokens().await;
    }
}
