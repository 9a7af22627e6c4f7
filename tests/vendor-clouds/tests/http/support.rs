//! A small client of the cloud that shows every answer as it came.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use postern_vendor_clouds::{
    AccountId, Clock, Config, DEMO_EMAIL, DEMO_PASSWORD, ManualClock, MyqCloud, RunningCloud, Serial,
};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const APP: &str = "com.myqops://android";
pub(crate) const SCOPE: &str = "MyQ_Residential offline_access";

pub(crate) fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

pub(crate) fn a_clock() -> ManualClock {
    ManualClock::at(Timestamp::from_second(1_800_000_000).unwrap())
}

/// The demo world with real doors' times, and a clock that stands still until it is moved.
pub(crate) struct Visit {
    pub(crate) cloud: RunningCloud,
    pub(crate) clock: ManualClock,
    pub(crate) door: Serial,
    pub(crate) account: AccountId,
    pub(crate) http: reqwest::Client,
}

impl Visit {
    pub(crate) async fn demo() -> Self {
        Self::with(|config| config).await
    }

    pub(crate) async fn with(change: impl FnOnce(Config) -> Config) -> Self {
        let clock = a_clock();
        let config = change(Config {
            clock: Clock::Manual(clock.clone()),
            ..Config::demo()
        });
        let cloud = MyqCloud::start(config).await.unwrap();
        let door = cloud.control().door_named("Main door").unwrap();
        let account = cloud.control().world().unwrap().homes[0].account_id.clone();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(10))
            .no_proxy()
            .build()
            .unwrap();
        Self {
            cloud,
            clock,
            door,
            account,
            http,
        }
    }

    pub(crate) fn wait(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.cloud.base_url())
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(self.url(path))
    }

    pub(crate) fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        self.http.post(self.url(path)).form(fields)
    }

    pub(crate) async fn authorize(&self, extra: &[(&str, &str)]) -> Response {
        let challenge = challenge();
        let mut query = vec![
            ("client_id", "ANDROID_CGI_MYQ"),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
            ("redirect_uri", APP),
            ("response_type", "code"),
            ("scope", SCOPE),
        ];
        query.retain(|(name, _)| extra.iter().all(|(other, _)| other != name));
        query.extend(extra.iter().filter(|(_, value)| !value.is_empty()));
        self.get("/connect/authorize").query(&query).send().await.unwrap()
    }

    /// The login page that `authorize` leads to: its path, its cookie and its token.
    pub(crate) async fn login_page(&self, extra: &[(&str, &str)]) -> Page {
        let path = location(&self.authorize(extra).await);
        let page = self.get(&path).send().await.unwrap();
        assert_eq!(page.status(), StatusCode::OK);
        let cookies = cookies(&page);
        let html = page.text().await.unwrap();
        Page {
            path,
            cookies,
            token: token_in(&html),
            html,
        }
    }

    pub(crate) async fn log_in(&self, page: &Page, email: &str, password: &str) -> Response {
        let fields = [
            ("Email", email),
            ("Password", password),
            ("__RequestVerificationToken", page.token.as_str()),
        ];
        self.post_form(&page.path, &fields)
            .header(COOKIE, page.cookies.join("; "))
            .send()
            .await
            .unwrap()
    }

    /// The whole way to a code, carrying only the cookies of the answer before, as the npm client does.
    pub(crate) async fn code(&self, email: &str, password: &str, extra: &[(&str, &str)]) -> Url {
        let page = self.login_page(extra).await;
        let logged_in = self.log_in(&page, email, password).await;
        assert_eq!(logged_in.status(), StatusCode::FOUND);
        let cookies = cookies(&logged_in);
        assert!(cookies.len() >= 2);
        let callback = self
            .get(&location(&logged_in))
            .header(COOKIE, cookies.join("; "))
            .send()
            .await
            .unwrap();
        assert_eq!(callback.status(), StatusCode::FOUND);
        Url::parse(&location(&callback)).unwrap()
    }

    pub(crate) async fn redeem(&self, code: &str) -> Response {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", VERIFIER),
            ("redirect_uri", APP),
        ];
        self.post_form("/connect/token", &fields).send().await.unwrap()
    }

    pub(crate) async fn refresh(&self, token: &str) -> Response {
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("client_id", "ANDROID_CGI_MYQ"),
        ];
        self.post_form("/connect/token", &fields).send().await.unwrap()
    }

    /// Logs the homeowner in.
    pub(crate) async fn tokens(&self) -> Tokens {
        self.tokens_of(DEMO_EMAIL, DEMO_PASSWORD).await
    }

    pub(crate) async fn tokens_of(&self, email: &str, password: &str) -> Tokens {
        let back = self.code(email, password, &[]).await;
        let answer = self.redeem(&parameter(&back, "code").unwrap()).await;
        assert_eq!(answer.status(), StatusCode::OK);
        Tokens::of(answer).await
    }

    pub(crate) async fn read(&self, tokens: &Tokens, path: &str) -> Response {
        self.get(path).bearer_auth(&tokens.access).send().await.unwrap()
    }

    pub(crate) async fn devices(&self, tokens: &Tokens) -> Vec<Value> {
        let path = format!("/api/v6.2/accounts/{}/devices", self.account);
        let answer = self.read(tokens, &path).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let list: Value = answer.json().await.unwrap();
        let items = list["items"].as_array().unwrap().clone();
        assert_eq!(list["count"], json!(items.len()));
        items
    }

    /// The state of the main door, as the cloud shows it.
    pub(crate) async fn state(&self, tokens: &Tokens) -> Value {
        let path = format!("/api/v6.2/Accounts/{}/Devices/{}", self.account, self.door);
        let answer = self.read(tokens, &path).await;
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json::<Value>().await.unwrap()["state"].clone()
    }

    pub(crate) fn command_request(&self, tokens: &Tokens, verb: &str) -> RequestBuilder {
        let path = format!(
            "/api/v5.2/Accounts/{}/door_openers/{}/{verb}",
            self.account, self.door
        );
        self.http.put(self.url(&path)).bearer_auth(&tokens.access)
    }

    pub(crate) async fn command(&self, tokens: &Tokens, verb: &str) -> Response {
        self.command_request(tokens, verb).send().await.unwrap()
    }

    /// A control over HTTP, which must work.
    pub(crate) async fn control(&self, method: Method, path: &str, body: Value) -> Value {
        let answer = self.try_control(method, path, body).await;
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json().await.unwrap()
    }

    pub(crate) async fn try_control(&self, method: Method, path: &str, body: Value) -> Response {
        self.http
            .request(method, self.url(&format!("/_control{path}")))
            .json(&body)
            .send()
            .await
            .unwrap()
    }

    pub(crate) fn moved(&self) -> usize {
        let motions = self.cloud.control().motions(Some(&self.door), 0).unwrap();
        motions
            .iter()
            .filter(|entry| serde_json::to_value(entry).unwrap()["kind"] == "motion")
            .count()
    }
}

pub(crate) struct Page {
    pub(crate) path: String,
    pub(crate) cookies: Vec<String>,
    pub(crate) token: String,
    pub(crate) html: String,
}

pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) expires_in: u64,
}

impl Tokens {
    pub(crate) async fn of(answer: Response) -> Self {
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["token_type"], "Bearer");
        Self {
            access: body["access_token"].as_str().unwrap().to_owned(),
            refresh: body["refresh_token"].as_str().unwrap().to_owned(),
            expires_in: body["expires_in"].as_u64().unwrap(),
        }
    }
}

pub(crate) fn location(answer: &Response) -> String {
    assert_eq!(answer.status(), StatusCode::FOUND);
    answer.headers()[LOCATION].to_str().unwrap().to_owned()
}

/// `name=value` of each cookie that an answer sets.
pub(crate) fn cookies(answer: &Response) -> Vec<String> {
    let pair = |value: &reqwest::header::HeaderValue| {
        let line = value.to_str().unwrap();
        assert!(
            !line.to_ascii_lowercase().contains("secure"),
            "plain http drops secure cookies"
        );
        line.split(';').next().unwrap().to_owned()
    };
    answer.headers().get_all(SET_COOKIE).iter().map(pair).collect()
}

pub(crate) fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs()
        .find(|(found, _)| found == name)
        .map(|(_, value)| value.into_owned())
}

/// The anti-forgery token, which must be in the last input of the form.
pub(crate) fn token_in(html: &str) -> String {
    let last = html.rsplit("<input").next().unwrap();
    assert!(last.contains("name=\"__RequestVerificationToken\""));
    last.split("value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned()
}
