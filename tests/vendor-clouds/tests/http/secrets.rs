//! What must not be told is not told, however much is logged.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use postern_vendor_clouds::{DEMO_EMAIL, DEMO_PASSWORD};
use reqwest::StatusCode;
use tracing_subscriber::fmt::MakeWriter;

use crate::support::{Tokens, Visit, parameter};

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
async fn no_password_code_or_token_is_logged_at_any_level() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    // The cloud runs on this test's own thread, so it logs here.
    let _logging = tracing::subscriber::set_default(subscriber);
    let visit = Visit::demo().await;
    let page = visit.login_page(&[]).await;
    visit.log_in(&page, DEMO_EMAIL, "a wrong password").await;
    let code = parameter(&visit.code(DEMO_EMAIL, DEMO_PASSWORD, &[]).await, "code").unwrap();
    let first = Tokens::of(visit.redeem(&code).await).await;
    let second = Tokens::of(visit.refresh(&first.refresh).await).await;
    assert_eq!(
        visit.refresh(&first.refresh).await.status(),
        StatusCode::BAD_REQUEST
    );
    visit.command(&second, "open").await;
    visit.wait(60);
    visit.state(&second).await;

    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        logged.contains("disposition=Accepted"),
        "nothing was logged, so this test shows nothing"
    );
    let tokens = [
        &first.access,
        &first.refresh,
        &second.access,
        &second.refresh,
        &code,
        &page.token,
    ];
    let typed = [
        DEMO_PASSWORD,
        "correct+horse",
        "correct%20horse",
        "a wrong password",
        "wrong+password",
    ];
    for secret in tokens.into_iter().map(String::as_str).chain(typed) {
        assert!(!logged.contains(secret), "{secret} was logged");
    }
}
