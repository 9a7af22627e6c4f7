//! Nothing that opens anything is ever in a log, an error or an answer; and the password is not even on the wire.

use postern_contract::adapter::LinkGranted;
use postern_keys::{SealContext, Sealed, Sealer};
use postern_vendor_clouds::{DEMO_EMAIL, DEMO_PASSWORD, Fault, Target};
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::harness::{Bench, LINK, logs};

async fn unsealed(bench: &Bench, blob: &str, context: &SealContext) -> Value {
    let sealed = Sealed::try_from(blob.to_owned()).unwrap();
    let plaintext = bench.sealer.open(&sealed, context).await.unwrap();
    serde_json::from_slice(plaintext.expose_secret()).unwrap()
}

#[tokio::test]
async fn no_token_password_or_address_is_logged_even_at_trace_level() {
    let mut bench = Bench::unlinked().await;
    let begun = bench.begin().await;
    let link = SealContext::for_link("nice-go", LINK);
    let by_form = SealContext::new([
        ("vendor", "nice-go"),
        ("link", LINK),
        ("purpose", "linking by form"),
    ]);
    let session = unsealed(&bench, begun.session.as_str(), &by_form).await;
    assert_eq!(session, Value::Null, "nothing is kept before there is anything");
    let mut secrets = vec![
        DEMO_PASSWORD.to_owned(),
        DEMO_EMAIL.to_owned(),
        "mistyped-secret".to_owned(),
        "one-time-code-8842".to_owned(),
    ];
    let mut errors = String::new();
    let wrong = bench.fill_in(&begun, DEMO_EMAIL, "mistyped-secret").await;
    errors += &format!("{:?}", wrong.unwrap_err());
    let granted: LinkGranted = bench.fill_in(&begun, DEMO_EMAIL, DEMO_PASSWORD).await.unwrap();
    let mut answers = serde_json::to_string(&granted).unwrap();
    bench.credentials = granted.credentials.as_str().into();
    for _ in 0..2 {
        let kept = unsealed(&bench, &bench.credentials, &link).await;
        for never in [DEMO_PASSWORD, DEMO_EMAIL] {
            assert!(!kept.to_string().contains(never), "kept sealed: {never}");
        }
        for name in ["id_token", "refresh_token"] {
            secrets.push(kept[name].as_str().unwrap().to_owned());
        }
        let refreshed = bench.refresh().await.unwrap();
        answers += &serde_json::to_string(&refreshed).unwrap();
        bench.credentials = refreshed.credentials.as_str().into();
    }
    bench.list().await.unwrap();
    let door = bench.door();
    let control = bench.control();
    control.fail_next(Target::Command, Fault::status(503), 1).unwrap();
    errors += &format!("{:?}", bench.open(door.as_str()).await.unwrap_err());
    bench.open(door.as_str()).await.unwrap();
    let dropped = Fault {
        drop_connection: true,
        ..Fault::default()
    };
    control.fail_next(Target::Token, dropped, 1).unwrap();
    errors += &format!("{:?}", bench.refresh().await.unwrap_err());
    control.revoke_refresh_tokens(None).unwrap();
    errors += &format!("{:?}", bench.refresh().await.unwrap_err());

    let logs = logs().text();
    assert!(
        logs.contains("answered") && logs.contains("door.open"),
        "the logs were captured"
    );
    assert!(logs.contains("/device/graphql"), "down to each request");
    for secret in secrets {
        assert!(secret.len() > 8, "too short to look for: {secret}");
        assert!(!logs.contains(&secret), "in the logs: {secret}");
        assert!(!errors.contains(&secret), "in an error: {secret}");
        assert!(!answers.contains(&secret), "in an answer: {secret}");
    }
}
