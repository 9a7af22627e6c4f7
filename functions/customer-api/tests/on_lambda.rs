//! The `customer-api` binary, as Lambda runs it: API Gateway's events in, its responses out, over the embedded record.
#![cfg(test)]

use axum::{Json, Router, routing::post};
use postern_core::store::Store;
use postern_embedded_record::EmbeddedRecord;
use postern_lambda_host::{Function, LambdaHost, gateway_request};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A key service that derives one key, and takes no other question.
async fn key_service() -> String {
    let derive = async |body: String| {
        let asked: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(asked["MacAlgorithm"], "HMAC_SHA_256");
        Json(json!({ "KeyId": "key", "Mac": "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=" }))
    };
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/", post(derive))).await });
    url
}

fn customer_api(host: &LambdaHost, record: &str, keys: &str) -> Function {
    host.function(env!("CARGO_BIN_EXE_customer-api"))
        .with("AWS_ENDPOINT_URL_DYNAMODB", record)
        .with("AWS_ENDPOINT_URL_KMS", keys)
        // Nobody listens there: whatever else it wants cannot be reached.
        .with("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        .with("POSTERN_DEPLOYMENT", "postern-us-test")
        .with("POSTERN_TABLE", "postern")
        .with("POSTERN_CODES_KEY", "alias/codes")
        .with("POSTERN_EVIDENCE_KEY", "alias/evidence")
        .with("POSTERN_CURSOR_KEY", "alias/cursors")
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
}

#[tokio::test]
async fn a_call_without_a_token_gets_a_problem_through_the_gateway() {
    let record = EmbeddedRecord::memory().unwrap();
    Store::new(&record.client(), "postern")
        .create_table()
        .await
        .unwrap();
    let host = LambdaHost::start().await.unwrap();
    let _running = customer_api(&host, record.url(), &key_service().await)
        .start()
        .unwrap();
    let answer = host
        .invoke(gateway_request("POST", "/v1/disable", json!({})))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(answer["statusCode"], 401);
    assert_eq!(answer["headers"]["content-type"], "application/problem+json");
    let problem: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    assert_eq!(problem["code"], "unauthorized");
}

#[tokio::test]
async fn a_key_service_that_cannot_be_reached_keeps_it_from_starting_and_is_named() {
    let host = LambdaHost::start().await.unwrap();
    let nobody = "http://127.0.0.1:1";
    let output = customer_api(&host, nobody, nobody).run().unwrap();
    let logged = String::from_utf8_lossy(&output.stdout);
    assert!(
        !output.status.success() && logged.contains("GenerateMac"),
        "{logged}"
    );
}
