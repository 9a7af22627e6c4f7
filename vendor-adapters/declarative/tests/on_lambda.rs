//! The `declarative-adapter` binary, as Lambda runs it: its file beside it, its secrets sealed in the environment.
#![cfg(test)]

use postern_conformance::KeyService;
use postern_lambda_host::{Function, LambdaHost};
use serde_json::json;

/// Where the files lie that the package has.
const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

async fn adapter(host: &LambdaHost, keys: &KeyService) -> Function {
    let secret = async |name: &str| keys.seal("aladdin-connect", name, "swordfish").await.unwrap();
    host.function(env!("CARGO_BIN_EXE_declarative-adapter"))
        .with("AWS_ENDPOINT_URL_KMS", keys.address())
        .with("LAMBDA_TASK_ROOT", FOLDER)
        .with("POSTERN_VENDOR_FILE", "vendors/aladdin-connect.toml")
        .with("POSTERN_CREDENTIALS_KEY", "alias/credentials")
        .with("VENDOR_BASE_URL", "https://partner.vendor.example/")
        .with("VENDOR_CLIENT_ID", "partner")
        .with(
            "VENDOR_CLIENT_SECRET_SEALED",
            &secret("VENDOR_CLIENT_SECRET").await,
        )
        .with("VENDOR_API_KEY_SEALED", &secret("VENDOR_API_KEY").await)
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
    assert_eq!(described["result"]["ok"]["output"]["name"], "Aladdin Connect");
    let refused = host.invoke(json!({ "hello": "world" })).await.unwrap().unwrap();
    assert_eq!(refused["result"]["error"]["kind"], "invalid_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_setting_is_named_at_the_start_with_the_place_that_asks_for_it() {
    let host = LambdaHost::start().await.unwrap();
    let keys = KeyService::start().await.unwrap();
    for (setting, place) in [
        ("POSTERN_VENDOR_FILE", ""),
        ("POSTERN_CREDENTIALS_KEY", ""),
        ("VENDOR_BASE_URL", "vendors/aladdin-connect.toml:7:12: "),
        ("VENDOR_CLIENT_ID", "vendors/aladdin-connect.toml:19:13: "),
        (
            "VENDOR_CLIENT_SECRET_SEALED",
            "vendors/aladdin-connect.toml:20:17: ",
        ),
        ("VENDOR_API_KEY_SEALED", "vendors/aladdin-connect.toml:14:13: "),
    ] {
        let output = adapter(&host, &keys)
            .await
            .without(setting)
            .ended()
            .await
            .unwrap();
        assert!(!output.status.success(), "{setting}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(&format!("{place}{setting} is missing")), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_file_or_a_setting_is_said_and_no_secret_repeated() {
    let host = LambdaHost::start().await.unwrap();
    let keys = KeyService::start().await.unwrap();
    let nowhere = adapter(&host, &keys)
        .await
        .with("POSTERN_VENDOR_FILE", "vendors/nobody.toml");
    let no_vendor = adapter(&host, &keys)
        .await
        .with("POSTERN_VENDOR_FILE", "Cargo.toml");
    let clear = adapter(&host, &keys).await.with("VENDOR_API_KEY", "swordfish");
    let unsafe_address = adapter(&host, &keys)
        .await
        .with("VENDOR_BASE_URL", "http://partner.vendor.example/");
    for (function, wrong) in [
        (nowhere, "vendors/nobody.toml can't be read"),
        (no_vendor, "Cargo.toml:1:2: `package` is not a key of the file"),
        (clear, "VENDOR_API_KEY lies here in clear"),
        (
            unsafe_address,
            "toml:7:12: VENDOR_BASE_URL must begin with https://",
        ),
    ] {
        let output = function.ended().await.unwrap();
        assert!(!output.status.success(), "{wrong}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(wrong), "{said}");
        assert!(!said.contains("swordfish"), "{said}");
    }
}
