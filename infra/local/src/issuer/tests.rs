//! The issuer as its callers see it, its tokens checked with the code that checks them on AWS.

mod pages;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::body::Body;
use axum::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE, LOCATION, ORIGIN};
use axum::http::{Request, Response};
use base64::engine::general_purpose::STANDARD;
use postern_http::token::{Algorithm, Audience, KeySource};
use postern_http::{Claims, Verifier, VerifierConfig};
use proptest::prelude::*;
use tower::ServiceExt;
use url::form_urlencoded;

use super::*;

const NOW: i64 = 1_800_000_000;
const CALLBACK: &str = "http://127.0.0.1:3000/callback?from=postern";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

struct World {
    issuer: Issuer,
    clock: Arc<AtomicI64>,
}

fn config() -> (IssuerConfig, Arc<AtomicI64>) {
    let clock = Arc::new(AtomicI64::new(NOW));
    let reader = Arc::clone(&clock);
    let scopes = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let config = IssuerConfig {
        issuer: "http://127.0.0.1:8080".to_owned(),
        carrier_audience: "postern-carrier-api".to_owned(),
        customer_audience: "postern-customer-api".to_owned(),
        clients: vec![Client {
            id: "swift-parcel".to_owned(),
            secret: "carrier-secret".into(),
            scopes: scopes(&["deliveries.read", "deliveries.write"]),
        }],
        app: App::new(vec![CALLBACK.to_owned()]),
        people: vec![Person {
            id: "person-1".to_owned(),
            email: "Ada@example.test".to_owned(),
            password: "correct horse".into(),
        }],
        key: KeyPlace::Memory,
        now: Arc::new(move || Timestamp::from_second(reader.load(Ordering::SeqCst)).unwrap()),
    };
    (config, clock)
}

fn world() -> World {
    let (config, clock) = config();
    World {
        issuer: Issuer::new(config).unwrap(),
        clock,
    }
}

fn encode<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

impl World {
    async fn send(&self, request: Request<Body>) -> (Response<()>, String) {
        let (parts, body) = self.issuer.router().oneshot(request).await.unwrap().into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        (
            Response::from_parts(parts, ()),
            String::from_utf8(bytes.to_vec()).unwrap(),
        )
    }

    async fn get(&self, path: &str) -> (Response<()>, String) {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, basic: Option<&str>, form: &[(&str, &str)]) -> (Response<()>, String) {
        let mut request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(basic) = basic {
            request = request.header(AUTHORIZATION, format!("Basic {}", STANDARD.encode(basic)));
        }
        self.send(request.body(encode(form.iter().copied()).into()).unwrap())
            .await
    }

    async fn token(&self, basic: Option<&str>, form: &[(&str, &str)]) -> (u16, Value) {
        let (response, body) = self.post("/oauth2/token", basic, form).await;
        assert_eq!(response.headers()["cache-control"], "no-store");
        (response.status().as_u16(), serde_json::from_str(&body).unwrap())
    }

    async fn verified(&self, audience: &str, token: &str) -> Claims {
        let verifier = Verifier::new(VerifierConfig {
            issuer: "http://127.0.0.1:8080".to_owned(),
            audience: Audience::Claim(audience.to_owned()),
            algorithms: vec![Algorithm::Es256],
            keys: KeySource::Fixed(self.issuer.jwks()),
            scope_prefix: String::new(),
            now: Arc::new(|| Timestamp::from_second(NOW).unwrap()),
        });
        verifier.unwrap().verify(token).await.unwrap()
    }

    async fn log_in(&self, change: &[(&str, &str)]) -> (Response<()>, String) {
        let mut form: BTreeMap<&str, &str> = ask(&[]).into_iter().collect();
        form.extend([("email", "ada@EXAMPLE.test "), ("password", "correct horse")]);
        form.extend(change.iter().copied());
        self.post("/oauth2/authorize", None, &form.into_iter().collect::<Vec<_>>())
            .await
    }

    async fn code(&self) -> String {
        let (response, _) = self.log_in(&[]).await;
        returned(&response)["code"].clone()
    }

    async fn redeem(&self, code: &str, verifier: &str) -> (u16, Value) {
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", "postern-app"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", verifier),
        ];
        self.token(None, &form).await
    }

    async fn refresh(&self, token: &str) -> (u16, Value) {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", "postern-app"),
            ("refresh_token", token),
        ];
        self.token(None, &form).await
    }
}

fn ask<'a>(change: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut params = BTreeMap::from([
        ("response_type", "code"),
        ("client_id", "postern-app"),
        ("redirect_uri", CALLBACK),
        ("scope", "household"),
        ("state", "s<\"1&"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    params.extend(change.iter().copied());
    params.into_iter().collect()
}

fn authorize(change: &[(&str, &str)]) -> String {
    format!("/oauth2/authorize?{}", encode(ask(change)))
}

fn returned(response: &Response<()>) -> BTreeMap<String, String> {
    assert_eq!(response.status(), 303);
    let location = Url::parse(response.headers()[LOCATION].to_str().unwrap()).unwrap();
    assert!(location.as_str().starts_with(CALLBACK), "{location}");
    location.query_pairs().into_owned().collect()
}

#[tokio::test]
async fn a_carrier_gets_a_token_by_basic_or_by_body_that_the_platform_believes() {
    let world = world();
    let by_basic = world
        .token(
            Some("swift-parcel:carrier-secret"),
            &[("grant_type", "client_credentials")],
        )
        .await;
    let by_body = world
        .token(
            None,
            &[
                ("grant_type", "client_credentials"),
                ("client_id", "swift-parcel"),
                ("client_secret", "carrier-secret"),
                ("scope", "deliveries.read"),
            ],
        )
        .await;
    for ((status, body), scopes) in [
        (by_basic, "deliveries.read deliveries.write"),
        (by_body, "deliveries.read"),
    ] {
        assert_eq!(status, 200, "{body}");
        assert_eq!(
            (&body["token_type"], &body["expires_in"]),
            (&json!("Bearer"), &json!(3600))
        );
        assert_eq!(body["scope"], scopes);
        let claims = world
            .verified("postern-carrier-api", body["access_token"].as_str().unwrap())
            .await;
        assert_eq!(claims.subject, "swift-parcel");
        assert_eq!(claims.client_id.as_deref(), Some("swift-parcel"));
        assert_eq!(spaced(&claims.scopes), scopes);
        assert_eq!(claims.expires_at.as_second(), NOW + 3600);
    }
}

#[tokio::test]
async fn what_a_client_may_not_have_is_refused() {
    let world = world();
    let basic = Some("swift-parcel:carrier-secret");
    let credentials = ("grant_type", "client_credentials");
    let post = [
        ("client_id", "swift-parcel"),
        ("client_secret", "carrier-secret"),
        credentials,
    ];
    type Form<'a> = &'a [(&'a str, &'a str)];
    let cases: [(Option<&str>, Form<'_>, u16, &str); 11] = [
        (Some("swift-parcel:wrong"), &[credentials], 401, "invalid_client"),
        (Some("nobody:"), &[credentials], 401, "invalid_client"),
        (
            Some("nobody:carrier-secret"),
            &[credentials],
            401,
            "invalid_client",
        ),
        (
            None,
            &[credentials, ("client_id", "swift-parcel")],
            401,
            "invalid_client",
        ),
        (None, &[credentials], 401, "invalid_client"),
        (
            None,
            &[credentials, ("client_id", "postern-app")],
            400,
            "unauthorized_client",
        ),
        (basic, &post, 400, "invalid_request"),
        (
            basic,
            &[credentials, ("scope", "deliveries.read household")],
            400,
            "invalid_scope",
        ),
        (
            basic,
            &[("grant_type", "authorization_code"), ("code", "x")],
            400,
            "unauthorized_client",
        ),
        (
            basic,
            &[("grant_type", "password")],
            400,
            "unsupported_grant_type",
        ),
        (basic, &[credentials, credentials], 400, "invalid_request"),
    ];
    for (basic, form, status, error) in cases {
        let (got, body) = world.token(basic, form).await;
        assert_eq!(
            (got, &body["error"]),
            (status, &json!(error)),
            "{basic:?} {form:?}"
        );
    }
}

#[tokio::test]
async fn a_person_logs_in_and_the_app_goes_on_with_rotating_tokens() {
    let world = world();
    let (form, html) = world.get(&authorize(&[])).await;
    assert_eq!(form.status(), 200);
    assert!(html.contains("<label for=\"email\">E-mail</label>"));
    assert!(
        html.contains("name=\"state\" value=\"s&lt;&quot;1&amp;\""),
        "{html}"
    );

    let (response, _) = world.log_in(&[]).await;
    let answer = returned(&response);
    assert_eq!(
        (answer["state"].as_str(), answer["iss"].as_str()),
        ("s<\"1&", "http://127.0.0.1:8080")
    );

    let (status, tokens) = world.redeem(&answer["code"], VERIFIER).await;
    assert_eq!(status, 200, "{tokens}");
    let claims = world
        .verified("postern-customer-api", tokens["access_token"].as_str().unwrap())
        .await;
    assert_eq!(
        (claims.subject.as_str(), spaced(&claims.scopes).as_str()),
        ("person-1", "household")
    );

    let first = tokens["refresh_token"].as_str().unwrap();
    let (status, next) = world.refresh(first).await;
    assert_eq!(status, 200);
    let second = next["refresh_token"].as_str().unwrap();
    assert_ne!(first, second);
    // The first again: it was stolen. Both end.
    assert_eq!(world.refresh(first).await.1["error"], "invalid_grant");
    assert_eq!(world.refresh(second).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn a_code_is_good_once_and_for_a_minute_and_its_reuse_ends_the_login() {
    let world = world();
    let code = world.code().await;
    let (_, tokens) = world.redeem(&code, VERIFIER).await;
    assert_eq!(world.redeem(&code, VERIFIER).await.1["error"], "invalid_grant");
    let refreshed = world.refresh(tokens["refresh_token"].as_str().unwrap()).await;
    assert_eq!(refreshed.1["error"], "invalid_grant");

    let code = world.code().await;
    world.clock.store(NOW + 60, Ordering::SeqCst);
    assert_eq!(world.redeem(&code, VERIFIER).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn a_wrong_verifier_is_refused_and_spends_the_code() {
    let world = world();
    let code = world.code().await;
    let wrong = VERIFIER.replace('d', "e");
    assert_eq!(world.redeem(&code, &wrong).await.1["error"], "invalid_grant");
    assert_eq!(world.redeem(&code, VERIFIER).await.1["error"], "invalid_grant");
    let code = world.code().await;
    assert_eq!(world.redeem(&code, "").await.1["error"], "invalid_request");
}
