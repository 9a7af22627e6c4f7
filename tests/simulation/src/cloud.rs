//! The vendor's cloud in this process: its routes, its controls, and a browser for its login pages.

use std::collections::BTreeMap;

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{Request, Response, header},
};
use postern_vendor_clouds::{Control, Email};
use tower::ServiceExt;
use url::{Url, form_urlencoded};

use crate::platforms::LINKED;

/// The longest answer.
const ANSWER_BYTES_MAX: usize = 4 << 20;
/// How many redirects a login may take.
const REDIRECTS_MAX: usize = 10;
/// Where the cloud is reached, by nobody but this process.
pub(crate) const CLOUD: &str = "https://myq.example";

/// The cloud.
pub(crate) struct Cloud {
    pub(crate) router: Router,
    pub(crate) control: Control,
}

impl Cloud {
    /// One request and its answer.
    pub(crate) async fn answer(&self, request: Request<Bytes>) -> Response<Bytes> {
        let Ok(response) = self.router.clone().oneshot(request.map(Body::from)).await;
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, ANSWER_BYTES_MAX).await.unwrap_or_default();
        Response::from_parts(parts, bytes)
    }

    /// Logs in on the vendor's page as a person's browser does, and is sent back with a state and a code.
    pub(crate) async fn log_in(&self, page: &str, email: &Email, password: &str) -> Option<(String, String)> {
        let mut browser = Browser {
            cloud: self,
            cookies: BTreeMap::new(),
            here: Url::parse(page).ok()?,
        };
        for _ in 0..REDIRECTS_MAX {
            let answer = browser.get().await;
            if !answer.status().is_redirection() {
                let html = String::from_utf8_lossy(answer.body()).into_owned();
                return browser.submit(&html, email, password).await;
            }
            browser.follow(&answer)?;
        }
        None
    }
}

struct Browser<'a> {
    cloud: &'a Cloud,
    cookies: BTreeMap<String, String>,
    here: Url,
}

impl Browser<'_> {
    async fn get(&mut self) -> Response<Bytes> {
        let request = Request::get(self.here.as_str());
        self.send(request, Bytes::new()).await
    }

    async fn send(&mut self, request: axum::http::request::Builder, body: Bytes) -> Response<Bytes> {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = request
            .header(header::HOST, self.here.host_str().unwrap_or_default())
            .header(header::COOKIE, cookies.join("; "))
            .body(body)
            .expect("a browser's requests are well formed");
        let answer = self.cloud.answer(request).await;
        for cookie in answer.headers().get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap_or_default().split(';').next();
            if let Some((name, value)) = pair.and_then(|pair| pair.split_once('=')) {
                self.cookies.insert(name.trim().to_owned(), value.to_owned());
            }
        }
        answer
    }

    fn follow(&mut self, answer: &Response<Bytes>) -> Option<()> {
        let to = answer.headers().get(header::LOCATION)?.to_str().ok()?;
        self.here = self.here.join(to).ok()?;
        Some(())
    }

    async fn submit(&mut self, html: &str, email: &Email, password: &str) -> Option<(String, String)> {
        let hidden = html
            .split('<')
            .find(|tag| tag.contains("__RequestVerificationToken"))
            .and_then(|input| input.split_once("value=\""))
            .and_then(|(_, rest)| rest.split('"').next())
            .unwrap_or_default();
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("Email", email.as_str())
            .append_pair("Password", password)
            .append_pair("__RequestVerificationToken", hidden)
            .finish();
        let request = Request::post(self.here.as_str())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let mut answer = self.send(request, Bytes::from(form)).await;
        for _ in 0..REDIRECTS_MAX {
            self.follow(&answer)?;
            if self.here.as_str().starts_with(LINKED) {
                let parameter = |name: &str| {
                    let found = self.here.query_pairs().find(|(found, _)| found == name);
                    found.map(|(_, value)| value.into_owned())
                };
                return Some((parameter("state")?, parameter("code")?));
            }
            answer = self.get().await;
        }
        None
    }
}
