//! The `carrier-api` binary, as Lambda runs it: API Gateway's events in, its responses out, over the embedded record.
#![cfg(test)]

use std::sync::Arc;

use axum::{Json, Router, routing::post};
use postern_core::store::Store;
use postern_embedded_record::EmbeddedRecord;
use postern_lambda_host::{Function, LambdaHost, gateway_request};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Mutex};

/// A key service that derives one key, and notes what it was asked.
async fn key_service() -> (String, Arc<Mutex<Vec<Value>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&asked);
    let derive = move |body: String| async move {
        notes.lock().await.push(serde_json::from_str(&body).unwrap());
        Json(
            json!({ "KeyId": "key", "Mac": "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=", "MacAlgorithm": "HMAC_SHA_256" }),
        )
    };
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/", post(derive))).await });
    (url, asked)
}

fn carrier_api(host: &LambdaHost, record: &str, keys: &str) -> Function {
    host.function(env!("CARGO_BIN_EXE_carrier-api"))
        .with("AWS_ENDPOINT_URL_DYNAMODB", record)
        .with("AWS_ENDPOINT_URL_KMS", keys)
        // Nobody listens there: whatever else it wants cannot be reached.
        .with("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        .with("POSTERN_DEPLOYMENT", "postern-us-test")
        .with("POSTERN_TABLE", "postern")
        .with("POSTERN_CODES_KEY", "alias/codes")
        .with("POSTERN_EVIDENCE_KEY", "alias/evidence")
        .with("POSTERN_CURSOR_KEY", "alias/cursors")
        .with("POSTERN_BUNDLE_KEY", "alias/bundles")
        .with(
            "POSTERN_FOLLOW_UPS_QUEUE",
            "http://127.0.0.1:1/000000000000/follow-ups",
        )
        .with(
            "POSTERN_LINK_REDIRECT_URI",
            "https://customers.postern.example/linked",
        )
        .with("POSTERN_TOKEN_ISSUER", "https://issuer.test")
        .with("POSTERN_TOKEN_KEYS_URL", "http://127.0.0.1:1/jwks.json")
        .with("POSTERN_TOKEN_AUDIENCE", "cognito:any")
        .with("POSTERN_SCOPE_PREFIX", "postern/")
}

#[tokio::test]
async fn a_call_without_a_token_gets_a_problem_through_the_gateway() {
    let record = EmbeddedRecord::memory().unwrap();
    Store::new(&record.client(), "postern")
        .create_table()
        .await
        .unwrap();
    let (keys, asked) = key_service().await;
    let host = LambdaHost::start().await.unwrap();
    let running = carrier_api(&host, record.url(), &keys).start().unwrap();

    let answer = host
        .invoke(gateway_request(
            "GET",
            "/v1/deliveries",
            json!({ "accept-language": "fr-CA" }),
        ))
        .await;
    let answer = answer.unwrap().unwrap();
    assert_eq!(answer["statusCode"], 401);
    assert_eq!(answer["headers"]["content-type"], "application/problem+json");
    assert_eq!(answer["headers"]["content-language"], "fr");
    assert_eq!(answer["headers"]["x-request-id"], "gateway-1");
    let problem: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    assert_eq!(problem["code"], "unauthorized");

    // A token whose key is not at hand can be neither believed nor refused.
    let token = "eyJhbGciOiJFUzI1NiIsImtpZCI6ImEifQ.e30.AA";
    let headers = json!({ "authorization": format!("Bearer {token}") });
    let answer = host
        .invoke(gateway_request("GET", "/v1/deliveries", headers))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(answer["statusCode"], 503);

    let answer = host
        .invoke(gateway_request("GET", "/nowhere", json!({})))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(answer["statusCode"], 404);

    let asked = asked.lock().await;
    assert_eq!(asked.len(), 1, "the cursors' key is asked for once, at the start");
    assert_eq!(asked[0]["KeyId"], "alias/cursors");
    let logged = running.end().unwrap();
    assert!(
        logged
            .lines()
            .all(|line| serde_json::from_str::<Value>(line).is_ok()),
        "{logged}"
    );
    assert!(
        logged.contains("\"status\":401") && !logged.contains(token),
        "{logged}"
    );
}

#[tokio::test]
async fn what_keeps_it_from_starting_is_named() {
    let host = LambdaHost::start().await.unwrap();
    for (missing, named) in [
        ("POSTERN_DEPLOYMENT", "POSTERN_DEPLOYMENT is missing"),
        ("POSTERN_TABLE", "POSTERN_TABLE is missing"),
        ("POSTERN_TOKEN_ISSUER", "POSTERN_TOKEN_ISSUER is missing"),
        ("POSTERN_CURSOR_KEY", "POSTERN_CURSOR_KEY is missing"),
        ("POSTERN_BUNDLE_KEY", "POSTERN_BUNDLE_KEY is missing"),
        ("AWS_REGION", "AWS_REGION is missing"),
    ] {
        let mut function = carrier_api(&host, "http://127.0.0.1:1", "http://127.0.0.1:1").without(missing);
        if missing == "AWS_REGION" {
            // Lambda names the region twice.
            function = function.without("AWS_DEFAULT_REGION");
        }
        let output = function.run().unwrap();
        let logged = String::from_utf8_lossy(&output.stdout);
        assert!(
            !output.status.success() && logged.contains(named),
            "{missing}: {logged}"
        );
    }
}
