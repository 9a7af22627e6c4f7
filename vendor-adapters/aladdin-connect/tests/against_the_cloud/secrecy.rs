//! Nothing that opens anything is ever in a log, an error or an answer.

use postern_keys::{SealContext, Sealed, Sealer};
use postern_vendor_clouds::{DEMO_PASSWORD, Fault, Target};
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::bench::{Bench, LINK, STATE, logs};

async fn unsealed(bench: &Bench, blob: &str, context: &SealContext) -> Value {
    let sealed = Sealed::try_from(blob.to_owned()).unwrap();
    let plaintext = bench.sealer.open(&sealed, context).await.unwrap();
    serde_json::from_slice(plaintext.expose_secret()).unwrap()
}

#[tokio::test]
async fn no_token_code_verifier_or_state_is_logged_even_at_trace_level() {
    let mut bench = Bench::unlinked().await;
    let begun = bench.begin().await;
    let brought = bench.log_in(&begun).await;
    let link = SealContext::for_link("aladdin-connect", LINK);
    let mut secrets = vec![brought.code.clone(), STATE.to_owned(), DEMO_PASSWORD.to_owned()];
    secrets.push("one-time-code-8842".into());
    let session = SealContext::new([
        ("vendor", "aladdin-connect"),
        ("link", LINK),
        ("purpose", "linking"),
    ]);
    let session = unsealed(&bench, begun.session.as_str(), &session).await;
    secrets.push(session["verifier"].as_str().unwrap().to_owned());
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
        let tokens = unsealed(&bench, &bench.credentials, &link).await;
        for name in ["access_token", "refresh_token"] {
            secrets.push(tokens[name].as_str().unwrap().to_owned());
        }
        bench.credentials = bench.refresh().await.unwrap().credentials.as_str().into();
    }
    secrets.extend(["simulated-client-secret", "simulated-api-key"].map(str::to_owned));
    bench.list().await.unwrap();
    let door = bench.door();
    bench
        .control()
        .fail_next(Target::Command, Fault::status(503), 1)
        .unwrap();
    errors += &format!("{:?}", bench.open(door.as_str()).await.unwrap_err());
    bench.open(door.as_str()).await.unwrap();
    bench
        .control()
        .fail_next(
            Target::Token,
            Fault {
                drop_connection: true,
                ..Fault::default()
            },
            1,
        )
        .unwrap();
    errors += &format!("{:?}", bench.refresh().await.unwrap_err());
    bench.control().revoke_refresh_tokens(None).unwrap();
    errors += &format!("{:?}", bench.refresh().await.unwrap_err());

    let logs = logs().text();
    assert!(
        logs.contains("answered") && logs.contains("door.open"),
        "the logs were captured"
    );
    assert!(logs.contains("/v1/oauth2/token"), "down to each request");
    for secret in secrets {
        assert!(secret.len() > 8, "too short to look for: {secret}");
        assert!(!logs.contains(&secret), "in the logs: {secret}");
        assert!(!errors.contains(&secret), "in an error: {secret}");
    }
}
