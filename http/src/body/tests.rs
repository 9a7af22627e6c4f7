//! Bodies through the real extractors.

use axum::Router;
use axum::body::Body;
use axum::http::Request as HttpRequest;
use axum::routing::post;
use serde::Deserialize;
use tower::ServiceExt;

use super::*;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Booking {
    #[expect(dead_code, reason = "it is enough that it is read")]
    parcel: String,
    #[serde(default)]
    #[expect(dead_code, reason = "it is enough that it is read")]
    window: Vec<Window>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Window {
    #[expect(dead_code, reason = "it is enough that it is read")]
    minutes: u8,
    #[expect(dead_code, reason = "it is enough that it is read")]
    end: Option<jiff::Timestamp>,
}

async fn send(request: HttpRequest<Body>) -> (u16, Value) {
    let router = Router::new()
        .route("/book", post(|Json(_): Json<Booking>| async { "{}" }))
        .route(
            "/arm/{id}",
            post(|call: Idempotent<NoBody>| async move { format!("\"{}\"", call.fingerprint) }),
        )
        .route(
            "/move/{id}",
            post(|call: Idempotent<Window>| async move { format!("\"{}\"", call.fingerprint) }),
        );
    let response = router.oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap())
}

async fn book(content_type: &str, body: impl Into<Body>) -> (u16, Value) {
    let request = HttpRequest::post("/book").header(CONTENT_TYPE, content_type);
    send(request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn a_good_body_is_read() {
    for kind in [
        "application/json",
        "Application/JSON; charset=utf-8",
        "application/merge-patch+json",
    ] {
        assert_eq!(
            book(kind, r#"{"parcel":"p","window":[{"minutes":3}]}"#).await.0,
            200,
            "{kind}"
        );
    }
}

#[tokio::test]
async fn another_content_type_or_none_is_refused() {
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "text/x+json",
        "",
    ] {
        let (status, problem) = book(kind, r#"{"parcel":"p"}"#).await;
        assert_eq!(
            (status, &problem["code"]),
            (415, &"unsupported_media_type".into()),
            "{kind}"
        );
    }
    let two = HttpRequest::post("/book")
        .header(CONTENT_TYPE, "application/json")
        .header(CONTENT_TYPE, "text/plain");
    assert_eq!(send(two.body(r#"{"parcel":"p"}"#.into()).unwrap()).await.0, 415);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let at = format!("{{\"parcel\":\"{}\"}}", "x".repeat(BODY_BYTES_MAX - 13));
    assert_eq!(at.len(), BODY_BYTES_MAX);
    assert_eq!(book("application/json", at.clone()).await.0, 200);
    let (status, problem) = book("application/json", format!("{at} ")).await;
    assert_eq!((status, &problem["code"]), (413, &"body_too_large".into()));
    assert_eq!(problem["detail"], "The body may hold at most 64 KiB. Send less.");
}

#[tokio::test]
async fn each_wrong_body_is_refused_by_name_and_without_its_values() {
    let cases = [
        (r#"{"parcel":"p","secret":1}"#, "unknown_field", "secret"),
        (
            r#"{"parcel":"p","window":[{"minutes":1,"secret":2}]}"#,
            "unknown_field",
            "window[0].secret",
        ),
        (r#"{}"#, "invalid_field", "parcel"),
        (
            r#"{"parcel":"p","window":[{"minutes":1},{}]}"#,
            "invalid_field",
            "window[1].minutes",
        ),
        (r#"{"parcel":4111}"#, "invalid_field", "parcel"),
        (
            r#"{"parcel":"p","window":[{"minutes":4111}]}"#,
            "invalid_field",
            "window[0].minutes",
        ),
        (
            r#"{"parcel":"p","window":[{"minutes":"4111"}]}"#,
            "invalid_field",
            "window[0].minutes",
        ),
        (
            r#"{"parcel":"p","window":[{"minutes":1,"end":"4111"}]}"#,
            "invalid_field",
            "window[0].end",
        ),
        (r#"["4111"]"#, "invalid_field", "(body)"),
        (r#""4111""#, "invalid_field", "(body)"),
    ];
    for (body, code, field) in cases {
        let (status, problem) = book("application/json", body).await;
        assert_eq!(
            (status, &problem["code"]),
            (400, &code.into()),
            "{body} gave {problem}"
        );
        assert_eq!(problem["field"], field, "{body} gave {problem}");
        assert!(!problem.to_string().contains("4111"), "{body} gave {problem}");
    }
    for body in [
        "",
        "{",
        "{\"parcel\":\"p\"} x",
        r#"{"parcel":"p","parcel":"q"}"#,
        "4111 4111",
    ] {
        let (status, problem) = book("application/json", body).await;
        assert_eq!(
            (status, &problem["code"]),
            (400, &"malformed_json".into()),
            "{body}"
        );
        assert!(!problem.to_string().contains("4111"), "{body} gave {problem}");
    }
    assert_eq!(
        book("application/json", vec![b'"', 0xff, b'"']).await.1["code"],
        "malformed_json"
    );
}

async fn idempotent(path: &str, key: Option<&str>, body: &'static str) -> (u16, Value) {
    let mut request = HttpRequest::post(path);
    if !body.is_empty() {
        request = request.header(CONTENT_TYPE, "application/json");
    }
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    send(request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn the_fingerprint_follows_the_path_and_the_meaning_of_the_body() {
    let first = idempotent("/move/1", Some("k"), r#"{"minutes":1,"end":null}"#).await;
    assert_eq!(first.0, 200);
    assert_eq!(
        first,
        idempotent("/move/1", Some("other"), "{ \"end\": null,\n \"minutes\":1 }").await
    );
    assert_ne!(
        first,
        idempotent("/move/1", Some("k"), r#"{"minutes":2,"end":null}"#).await
    );
    assert_ne!(
        first,
        idempotent("/move/2", Some("k"), r#"{"minutes":1,"end":null}"#).await
    );
    let armed = idempotent("/arm/1", Some("k"), "").await;
    assert_eq!(armed.0, 200);
    assert_eq!(armed, idempotent("/arm/1", Some("k"), "{}").await);
}

#[tokio::test]
async fn an_unsafe_call_without_a_key_is_refused_before_its_body_is_read() {
    let (status, problem) = idempotent("/move/1", None, "not json").await;
    assert_eq!(
        (status, &problem["code"]),
        (400, &"idempotency_key_missing".into())
    );
    let (status, problem) = idempotent("/arm/1", Some("k"), r#"{"x":1}"#).await;
    assert_eq!((status, &problem["code"]), (400, &"unknown_field".into()));
}
