//! The `nice-go-adapter` binary, as Lambda runs it: polling a Runtime API, here one on loopback.
#![cfg(test)]

use postern_lambda_host::{Function, LambdaHost};
use serde_json::json;

fn adapter(host: &LambdaHost) -> Function {
    host.function(env!("CARGO_BIN_EXE_nice-go-adapter"))
        .with("NICE_GO_ENDPOINTS_URL", "https://vendor.example/endpoints")
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
    assert_eq!(described["result"]["ok"]["output"]["name"], "Nice G.O.");
    let refused = host.invoke(json!({ "hello": "world" })).await.unwrap().unwrap();
    assert_eq!(refused["result"]["error"]["kind"], "invalid_request");
}

#[tokio::test]
async fn a_missing_setting_is_named_at_the_start() {
    for setting in ["NICE_GO_ENDPOINTS_URL", "POSTERN_CREDENTIALS_KEY"] {
        let host = LambdaHost::start().await.unwrap();
        let output = adapter(&host).without(setting).run().unwrap();
        assert!(!output.status.success(), "{setting}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(setting) && said.contains("is missing"), "{said}");
    }
}
