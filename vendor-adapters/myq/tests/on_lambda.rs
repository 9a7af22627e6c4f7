//! The `myq-adapter` binary, as Lambda runs it: polling a Runtime API, here one on loopback.
#![cfg(test)]

use postern_lambda_host::{Function, LambdaHost};
use serde_json::json;

fn adapter(host: &LambdaHost) -> Function {
    host.function(env!("CARGO_BIN_EXE_myq-adapter"))
        .with("MYQ_IDENTITY_URL", "https://identity.vendor.example/")
        .with("MYQ_ACCOUNTS_URL", "https://accounts.vendor.example/")
        .with("MYQ_DEVICES_URL", "https://devices.vendor.example/")
        .with("MYQ_COMMANDS_URL", "https://commands.vendor.example/")
        .with("MYQ_CLIENT_ID", "partner")
        .with("POSTERN_CREDENTIALS_KEY", "alias/credentials")
}

#[tokio::test]
async fn an_invocation_gets_the_contracts_reply_and_a_bad_one_does_not_fail_the_function() {
    let host = LambdaHost::start().await.unwrap();
    let _running = adapter(&host).start().unwrap();
    let describe = json!({
        "contract": "1.0", "request_id": "req-1", "deadline": "2100-01-01T00:00:00Z",
        "call": { "operation": "describe", "input": {} },
    });
    let described = host.invoke(describe).await.unwrap().unwrap();
    assert_eq!(described["request_id"], "req-1");
    assert_eq!(described["result"]["ok"]["output"]["name"], "myQ");
    let refused = host.invoke(json!({ "hello": "world" })).await.unwrap().unwrap();
    assert_eq!(refused["result"]["error"]["kind"], "invalid_request");
}

#[tokio::test]
async fn a_missing_setting_is_named_at_the_start() {
    let host = LambdaHost::start().await.unwrap();
    let output = adapter(&host).without("MYQ_CLIENT_ID").run().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("MYQ_CLIENT_ID"));
}

#[tokio::test]
async fn a_client_secret_in_clear_is_refused_at_the_start_and_not_repeated() {
    let host = LambdaHost::start().await.unwrap();
    let function = adapter(&host).with("MYQ_CLIENT_SECRET", "swordfish");
    let output = function.run().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("MYQ_CLIENT_SECRET"), "{said}");
    assert!(!said.contains("swordfish"), "{said}");
}
