//! What is kept over a restart, and that neither the file nor the log holds anything that could be used.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use postern_vendor_clouds::{Config, DEMO_EMAIL, DEMO_PASSWORD, RunningCloud, SmartThingsCloud, Vendor};
use serde_json::{Value, json};
use tracing_subscriber::fmt::MakeWriter;

use crate::sign_in::{client, code, documented, exchange, page, token, tokens};

/// Everything that was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn an_installed_app_and_what_it_subscribed_to_outlive_a_restart_and_nothing_usable_is_kept_or_logged() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    // The cloud runs on this test's own thread, so it logs here.
    let _logging = tracing::subscriber::set_default(subscriber);
    let folder = tempfile::tempdir().unwrap();
    let snapshot = folder.path().join("world.json");
    let start = async || -> RunningCloud {
        let config = Config {
            snapshot: Some(snapshot.clone()),
            ..Vendor::SmartThings.demo()
        };
        SmartThingsCloud::start(config).await.unwrap()
    };
    let cloud = start().await;
    let tokens = tokens(&cloud).await;
    let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
    let unused = code(&cloud, &page(&cloud, &documented())).await;
    let door = cloud.control().door_named("Main door").unwrap();
    let path = format!("/installedapps/{}/subscriptions", text("installed_app_id"));
    let wanted =
        json!({ "sourceType": "DEVICE", "device": { "deviceId": door, "subscriptionName": "door_0" } });
    let asked = client()
        .post(format!("{}{path}", cloud.base_url()))
        .bearer_auth(text("access_token"));
    assert_eq!(asked.json(&wanted).send().await.unwrap().status().as_u16(), 200);
    cloud.shutdown().await;

    let cloud = start().await;
    let asked = client()
        .get(format!("{}{path}", cloud.base_url()))
        .bearer_auth(text("access_token"));
    let listed: Value = asked.send().await.unwrap().json().await.unwrap();
    assert_eq!(listed["items"][0]["device"]["deviceId"], json!(door));
    assert_eq!(token(&cloud, &exchange(&unused)).await.0, 200);
    cloud.shutdown().await;

    let kept = std::fs::read_to_string(&snapshot).unwrap();
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        kept.contains(DEMO_EMAIL) && logged.contains("the cloud is up"),
        "both are looked at"
    );
    for secret in [
        text("access_token"),
        text("refresh_token"),
        unused,
        DEMO_PASSWORD.to_owned(),
    ] {
        assert!(!kept.contains(&secret) && !logged.contains(&secret), "{secret}");
    }
}
