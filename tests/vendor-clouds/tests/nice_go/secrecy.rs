//! What is kept over a restart, and that neither the file nor the log holds anything that could be used.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use postern_vendor_clouds::{Config, DEMO_EMAIL, DEMO_PASSWORD, NiceGoCloud, RunningCloud, Vendor};
use tracing_subscriber::fmt::MakeWriter;

use crate::sign_in::Pool;

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
async fn a_login_that_began_goes_on_after_a_restart_and_nothing_usable_is_kept_or_logged() {
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
            ..Vendor::NiceGo.demo()
        };
        NiceGoCloud::start(config).await.unwrap()
    };
    let cloud = start().await;
    let pool = Pool::of(&cloud).await;
    let (_, challenge, own) = pool.begin(DEMO_EMAIL).await;
    let proof = pool.proof(&challenge, &own, DEMO_PASSWORD);
    assert_eq!(pool.log_in(DEMO_EMAIL, "a wrong password").await.0, 400);
    let tokens = pool.tokens().await;
    cloud.shutdown().await;

    let cloud = start().await;
    let pool = Pool::of(&cloud).await;
    let (status, answer) = pool.call("RespondToAuthChallenge", &proof).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(pool.log_in(DEMO_EMAIL, DEMO_PASSWORD).await.0, 200);
    let refresh = tokens["RefreshToken"].as_str().unwrap();
    assert_eq!(pool.refresh(refresh).await.0, 200);
    cloud.control().world().unwrap();
    cloud.shutdown().await;

    let kept = std::fs::read_to_string(&snapshot).unwrap();
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        kept.contains(DEMO_EMAIL) && logged.contains("the cloud is up"),
        "both are looked at"
    );
    for token in ["IdToken", "AccessToken", "RefreshToken"] {
        let token = tokens[token].as_str().unwrap();
        assert!(!kept.contains(token) && !logged.contains(token));
    }
    for secret in [DEMO_PASSWORD, "a wrong password"] {
        assert!(!kept.contains(secret) && !logged.contains(secret), "{secret}");
    }
}
