//! The `smartthings-adapter` binary, as Lambda runs it: polling a Runtime API, here one on loopback. Its client secret stands in
//! the environment only sealed, so it asks a key service at its start, here one in this process.
#![cfg(test)]

use postern_conformance::KeyService;
use postern_lambda_host::{Function, LambdaHost};
use serde_json::json;

async fn adapter(host: &LambdaHost, keys: &KeyService) -> Function {
    let secret = async |name: &str| keys.seal("smartthings", name, "swordfish").await.unwrap();
    host.function(env!("CARGO_BIN_EXE_smartthings-adapter"))
        .with("AWS_ENDPOINT_URL_KMS", keys.address())
        .with("SMARTTHINGS_CLIENT_ID", "our-client")
        .with(
            "SMARTTHINGS_CLIENT_SECRET_SEALED",
            &secret("SMARTTHINGS_CLIENT_SECRET").await,
        )
        .with("POSTERN_CREDENTIALS_KEY", "alias/credentials")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invocation_gets_the_contracts_reply_and_a_bad_one_does_not_fail_the_function() {
    let host = LambdaHost::start().await.unwrap();
    let keys = KeyService::start().await.unwrap();
    let _running = adapter(&host, &keys).await.start().unwrap();
    let describe = json!({
        "contract": "1.0", "request_id": "req-1", "deadline": "2100-01-01T00:00:00Z",
        "call": { "operation": "describe", "input": {} },
    });
    let described = host.invoke(describe).await.unwrap().unwrap();
    assert_eq!(described["request_id"], "req-1");
    assert_eq!(described["result"]["ok"]["output"]["name"], "SmartThings");
    let refused = host.invoke(json!({ "hello": "world" })).await.unwrap().unwrap();
    assert_eq!(refused["result"]["error"]["kind"], "invalid_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_setting_is_named_at_the_start() {
    for setting in [
        "SMARTTHINGS_CLIENT_ID",
        "SMARTTHINGS_CLIENT_SECRET_SEALED",
        "POSTERN_CREDENTIALS_KEY",
    ] {
        let host = LambdaHost::start().await.unwrap();
        let keys = KeyService::start().await.unwrap();
        let function = adapter(&host, &keys).await.without(setting);
        let output = function.ended().await.unwrap();
        assert!(!output.status.success(), "{setting}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(setting) && said.contains("is missing"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_in_clear_or_sealed_for_something_else_is_refused_and_not_repeated() {
    let host = LambdaHost::start().await.unwrap();
    let keys = KeyService::start().await.unwrap();
    let clear = adapter(&host, &keys)
        .await
        .with("SMARTTHINGS_CLIENT_SECRET", "swordfish");
    let others = keys
        .seal("another-vendor", "SMARTTHINGS_CLIENT_SECRET", "swordfish")
        .await
        .unwrap();
    let elsewhere = adapter(&host, &keys)
        .await
        .with("AWS_ENDPOINT_URL_KMS", keys.address())
        .with("SMARTTHINGS_CLIENT_SECRET_SEALED", &others);
    for (function, said_of) in [
        (clear, ["SMARTTHINGS_CLIENT_SECRET", "lies here in clear"]),
        (elsewhere, ["SMARTTHINGS_CLIENT_SECRET_SEALED", "does not open"]),
    ] {
        let output = function.ended().await.unwrap();
        assert!(!output.status.success());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said_of.iter().all(|part| said.contains(part)), "{said}");
        assert!(!said.contains("swordfish"), "{said}");
    }
}
