//! A small API inside the house, called as a caller calls it.

use std::sync::Mutex;

use axum::body::Body;
use axum::http::Request as HttpRequest;
use axum::routing::{get, post};
use jiff::Timestamp;
use lambda_http::request::RequestContext;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::*;
use crate::token::issue::SigningKey;
use crate::token::{Algorithm, Audience, KeySource, VerifierConfig};
use crate::{Authorized, Json, PathId, Scope};

const NOW: i64 = 1_800_000_000;

#[derive(Debug)]
struct Read;
impl Scope for Read {
    const NAME: &'static str = "deliveries.read";
}

struct Api {
    router: Router,
    key: SigningKey,
}

fn api() -> Api {
    let key = SigningKey::generate().unwrap();
    let now: Clock = Arc::new(|| Timestamp::from_second(NOW).unwrap());
    let verifier = Verifier::new(VerifierConfig {
        issuer: "https://issuer.test".to_owned(),
        audience: Audience::Claim("api".to_owned()),
        algorithms: vec![Algorithm::Es256],
        keys: KeySource::Fixed(key.jwks()),
        scope_prefix: String::new(),
        now: Arc::clone(&now),
    })
    .unwrap();
    let routes = Router::new()
        .route(
            "/items/{id}",
            get(
                |call: Authorized<Read>, PathId::<u32>(id): PathId<u32>| async move {
                    format!("{id} for {}", call.claims.subject)
                },
            ),
        )
        .route("/panic", get(panics_later).post(panics_later))
        .route("/body", post(|_: Json<Value>| async { "read" }))
        .route("/raw", post(|_: axum::body::Bytes| async { "read" }))
        .route(
            "/cached",
            get(|| async { ([(CACHE_CONTROL, "max-age=60")], "page") }),
        );
    let config = HouseConfig {
        verifier: Arc::new(verifier),
        now,
        entropy: Arc::new(|| 7),
    };
    Api {
        router: house(routes, config),
        key,
    }
}

async fn panics_later() -> Response {
    panic!("a secret 4111")
}

impl Api {
    async fn send(&self, request: HttpRequest<Body>) -> (Response<()>, Value) {
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        (
            Response::from_parts(parts, ()),
            serde_json::from_str(&text).unwrap_or(Value::String(text)),
        )
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> (Response<()>, Value) {
        let request = headers
            .iter()
            .fold(HttpRequest::get(path), |request, (name, value)| {
                request.header(*name, *value)
            });
        self.send(request.body(Body::empty()).unwrap()).await
    }

    fn token(&self, claims: Value) -> String {
        let mut all = json!({"iss": "https://issuer.test", "aud": "api", "sub": "me", "exp": NOW + 60});
        all.as_object_mut()
            .unwrap()
            .extend(claims.as_object().unwrap().clone());
        format!("Bearer {}", self.key.sign(&all).unwrap())
    }
}

#[tokio::test]
async fn a_bearer_of_the_scope_is_served() {
    let api = api();
    let token = api.token(json!({"scope": "deliveries.read"}));
    let (response, body) = api.get("/items/5", &[("authorization", &token)]).await;
    assert_eq!((response.status().as_u16(), body), (200, json!("5 for me")));
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    let (response, problem) = api.get("/items/five", &[("authorization", &token)]).await;
    assert_eq!(
        (response.status().as_u16(), &problem["code"]),
        (404, &json!("not_found"))
    );
}

#[tokio::test]
async fn each_lack_of_permission_is_answered_with_its_challenge() {
    let api = api();
    let expired = api.token(json!({"exp": NOW - 3600, "scope": "deliveries.read"}));
    let no_scope = api.token(json!({"scope": "deliveries.write deliveries.readx"}));
    let good = api.token(json!({"scope": "deliveries.read"}));
    let bare = "Bearer realm=\"postern\"";
    let invalid = format!("{bare}, error=\"invalid_token\"");
    type Headers<'a> = &'a [(&'a str, &'a str)];
    let cases: [(Headers<'_>, u16, &str, &str); 7] = [
        (&[], 401, "unauthorized", bare),
        (&[("authorization", "Basic YTpi")], 401, "unauthorized", bare),
        (&[("authorization", "Bearer")], 401, "unauthorized", bare),
        (
            &[("authorization", &good), ("authorization", &good)],
            401,
            "unauthorized",
            bare,
        ),
        (
            &[("authorization", "Bearer a.b.c")],
            401,
            "unauthorized",
            &invalid,
        ),
        (
            &[("authorization", &expired)],
            401,
            "token_expired",
            &format!("{invalid}, error_description=\"the token has expired\""),
        ),
        (
            &[("authorization", &no_scope)],
            403,
            "insufficient_scope",
            &format!("{bare}, error=\"insufficient_scope\", scope=\"deliveries.read\""),
        ),
    ];
    for (headers, status, code, challenge) in cases {
        let (response, problem) = api.get("/items/5", headers).await;
        assert_eq!(
            (response.status().as_u16(), &problem["code"]),
            (status, &json!(code)),
            "{headers:?}"
        );
        assert_eq!(response.headers()["www-authenticate"], challenge, "{headers:?}");
    }
}

#[tokio::test]
async fn problems_speak_the_callers_language_and_carry_the_requests_id() {
    let api = api();
    let (response, problem) = api
        .get(
            "/nowhere",
            &[("accept-language", "fr-CA, en;q=0.5"), ("x-request-id", "call-1")],
        )
        .await;
    assert_eq!(response.status(), 404);
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    assert_eq!(response.headers()["content-language"], "fr");
    assert_eq!(response.headers()["x-request-id"], "call-1");
    assert_eq!(problem["title"], "Introuvable");
    assert_eq!(problem["instance"], "call-1");
    assert_eq!(problem["type"], "https://postern.example/errors/not_found");
    let (response, problem) = api.get("/nowhere", &[("accept-language", "es-US")]).await;
    assert_eq!(response.headers()["content-language"], "en");
    assert_eq!(problem["title"], "Not found");
}

#[tokio::test]
async fn a_request_without_a_sane_id_gets_one() {
    let api = api();
    let made = "01KE5MF2000000000000000007";
    assert_eq!(made.len(), 26);
    for headers in [
        &[][..],
        &[("x-request-id", "a b")],
        &[("x-request-id", "a"), ("x-request-id", "b")],
    ] {
        let (response, problem) = api.get("/nowhere", headers).await;
        let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
        assert_eq!(problem["instance"], id);
        assert_eq!(id.len(), 26, "{id}");
        assert!(id.ends_with("0000000000000007"), "{id}");
    }
}

#[tokio::test]
async fn behind_api_gateway_the_gateways_id_is_taken() {
    let event = json!({
        "version": "2.0", "routeKey": "$default", "rawPath": "/nowhere", "rawQueryString": "", "headers": {},
        "isBase64Encoded": false,
        "requestContext": {
            "accountId": "1", "apiId": "a", "domainName": "d", "domainPrefix": "d", "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default", "stage": "$default", "time": "t", "timeEpoch": 0,
            "http": {"method": "GET", "path": "/nowhere", "protocol": "HTTP/1.1", "sourceIp": "1.1.1.1", "userAgent": "u"},
        },
    });
    let gateway = lambda_http::request::from_str(&event.to_string()).unwrap();
    let context = gateway.extensions().get::<RequestContext>().unwrap().clone();
    let mut request = HttpRequest::get("/nowhere").body(Body::empty()).unwrap();
    request.extensions_mut().insert(context);
    let (response, _) = api().send(request).await;
    assert_eq!(response.headers()["x-request-id"], "JKJaXmPLvHcESHA");
}

#[tokio::test]
async fn another_method_is_answered_with_the_ones_allowed() {
    let request = HttpRequest::delete("/body").body(Body::empty()).unwrap();
    let (response, problem) = api().send(request).await;
    assert_eq!(
        (response.status().as_u16(), &problem["code"]),
        (405, &json!("method_not_allowed"))
    );
    assert_eq!(response.headers()["allow"], "POST");
}

#[tokio::test]
async fn a_panic_is_answered_as_a_fault_of_ours_without_its_message() {
    let api = api();
    for request in [HttpRequest::get("/panic"), HttpRequest::post("/panic")] {
        let (response, problem) = api.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(
            (response.status().as_u16(), &problem["code"]),
            (500, &json!("internal"))
        );
        assert!(problem["instance"].is_string());
        assert!(!problem.to_string().contains("4111"));
    }
}

#[tokio::test]
async fn bodies_are_limited_and_own_cache_rules_stay() {
    let api = api();
    let request = HttpRequest::post("/body").header("content-type", "application/json");
    let (response, problem) = api.send(request.body(vec![b' '; 70_000].into()).unwrap()).await;
    assert_eq!(
        (response.status().as_u16(), &problem["code"]),
        (413, &json!("body_too_large"))
    );
    let raw = HttpRequest::post("/raw").body(vec![b' '; 70_000].into()).unwrap();
    assert_eq!(api.send(raw).await.0.status(), 413);
    assert_eq!(
        api.get("/cached", &[]).await.0.headers()["cache-control"],
        "max-age=60"
    );
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_tells_route_status_and_id_and_no_query_header_or_body() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let api = api();
    let token = api.token(json!({"scope": "deliveries.read", "sub": "SECRET-subject"}));
    let headers = [
        ("authorization", token.as_str()),
        ("x-request-id", "call-9"),
        ("cookie", "SECRET-cookie"),
    ];
    assert_eq!(api.get("/items/5?q=SECRET-query", &headers).await.0.status(), 200);
    let garbage = [("authorization", "Bearer SECRET.token.x")];
    assert_eq!(api.get("/items/5", &garbage).await.0.status(), 401);
    let request = HttpRequest::post("/body").header("content-type", "application/json");
    assert_eq!(
        api.send(request.body("{SECRET-body".into()).unwrap())
            .await
            .0
            .status(),
        400
    );
    drop(guard);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for told in [
        "request_id=\"call-9\"",
        "route=\"/items/{id}\"",
        "status=200",
        "status=401",
        "duration_ms=",
        "method=\"GET\"",
    ] {
        assert!(log.contains(told), "{told} is not in\n{log}");
    }
    assert!(!log.contains("SECRET"), "{log}");
}
