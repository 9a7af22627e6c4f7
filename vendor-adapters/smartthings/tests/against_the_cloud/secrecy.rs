//! Nothing that opens anything is ever in a log, an error or an answer.

use postern_keys::{SealContext, Sealed, Sealer};
use postern_vendor_clouds::{DEMO_PASSWORD, Fault, Target};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::harness::{Bench, LINK, STATE, logs};

#[tokio::test]
async fn no_token_code_verifier_or_state_is_logged_even_at_trace_level() {
    let mut bench = Bench::unlinked().await;
    let begun = bench.begin().await;
    let brought = bench.log_in(&begun).await;
    let mut secrets = vec![brought.code.clone(), STATE.to_owned(), DEMO_PASSWORD.to_owned()];
    secrets.push("one-time-code-8842".into());
    let session = SealContext::new([("vendor", "smartthings"), ("link", LINK), ("purpose", "linking")]);
    let sealed = Sealed::try_from(begun.session.as_str().to_owned()).unwrap();
    let plaintext = bench.sealer.open(&sealed, &session).await.unwrap();
    let plaintext: Value = serde_json::from_slice(plaintext.expose_secret()).unwrap();
    secrets.push(plaintext["verifier"].as_str().unwrap().to_owned());
    let mut errors = String::new();
    bench.credentials = bench
        .complete(&begun, &brought.code)
        .await
        .unwrap()
        .credentials
        .as_str()
        .into();
    errors += &format!("{:?}", bench.complete(&begun, &brought.code).await.unwrap_err());
    for _ in 0..2 {
        let tokens = bench.unsealed().await.tokens;
        secrets.push(tokens.access_token.expose_secret().to_owned());
        secrets.push(tokens.refresh_token.unwrap().expose_secret().to_owned());
        bench.credentials = bench.refresh().await.unwrap().credentials.as_str().into();
    }
    secrets.push("simulated-client-secret".to_owned());
    bench.list().await.unwrap();
    let door = bench.door();
    let mut subscribe = bench.link_input();
    subscribe["doors"] = json!([door]);
    subscribe["callback_url"] = json!("https://postern.example/vendors/smartthings");
    bench.call("events.subscribe", subscribe).await.unwrap();
    bench
        .control()
        .fail_next(Target::Command, Fault::status(503), 1)
        .unwrap();
    errors += &format!("{:?}", bench.open(&door).await.unwrap_err());
    bench.open(&door).await.unwrap();
    let dropped = Fault {
        drop_connection: true,
        ..Fault::default()
    };
    bench.control().fail_next(Target::Token, dropped, 1).unwrap();
    errors += &format!("{:?}", bench.refresh().await.unwrap_err());
    bench.control().revoke_refresh_tokens(None).unwrap();
    errors += &format!("{:?}", bench.refresh().await.unwrap_err());

    let logs = logs().text();
    assert!(
        logs.contains("answered") && logs.contains("door.open"),
        "the logs were captured"
    );
    assert!(logs.contains("/oauth/token"), "down to each request");
    for secret in secrets {
        assert!(secret.len() > 8, "too short to look for: {secret}");
        assert!(!logs.contains(&secret), "in the logs: {secret}");
        assert!(!errors.contains(&secret), "in an error: {secret}");
    }
}
