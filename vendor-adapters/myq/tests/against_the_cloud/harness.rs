//! A cloud with one homeowner, an adapter that speaks with it, and a browser that logs in; all on one clock moved by hand.

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use postern_adapter_myq::{MyqAdapter, MyqConfig};
use postern_adapter_sdk::{AdapterService, Clock, Dispatch};
use postern_contract::adapter::{
    AdapterError, AdapterReply, AdapterResult, Answer, CommandAccepted, LinkBegun, LinkGranted,
};
use postern_contract::door::{Door, DoorReading};
use postern_keys::{KeyFile, LocalSealer};
use postern_vendor_clouds::{
    Config, Control, DEMO_EMAIL, DEMO_PASSWORD, DoorTimings, ManualClock, MyqCloud, RunningCloud, Serial,
};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use serde_json::{Value, json};
use url::Url;

pub(crate) const LINK: &str = "link_01ARZ3NDEKTSV4RRFFQ69G5FAV";
pub(crate) const REDIRECT: &str = "https://postern.example/links/callback";
pub(crate) const STATE: &str = "st-4f1d8a-state";

/// Everything that any library says at any level while these tests run, without a filter and without the net that catches
/// tokens.
#[derive(Clone, Default)]
pub(crate) struct Logs(Arc<Mutex<Vec<u8>>>);

/// The logs. The first call begins to keep them; each test makes it before anything can be said.
pub(crate) fn logs() -> &'static Logs {
    static LOGS: OnceLock<Logs> = OnceLock::new();
    LOGS.get_or_init(|| {
        let logs = Logs::default();
        let writer = logs.clone();
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .init();
        logs
    })
}

impl Logs {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Logs {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The cloud's hand-moved clock, as the adapter reads it.
struct SharedClock(ManualClock);

impl Clock for SharedClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

pub(crate) struct Bench {
    pub(crate) cloud: RunningCloud,
    pub(crate) clock: ManualClock,
    pub(crate) service: Arc<dyn Dispatch>,
    pub(crate) sealer: LocalSealer,
    pub(crate) credentials: String,
}

/// What the household's browser brings back.
pub(crate) struct BroughtBack {
    pub(crate) code: String,
    pub(crate) state: String,
}

impl Bench {
    /// A cloud and an adapter that are not linked yet.
    pub(crate) async fn unlinked() -> Self {
        Self::configured(|_| {}).await
    }

    pub(crate) async fn configured(change: impl FnOnce(&mut MyqConfig)) -> Self {
        logs();
        let clock = ManualClock::at("2026-03-02T15:00:00Z".parse().unwrap());
        let cloud = MyqCloud::start(Config {
            clock: postern_vendor_clouds::Clock::Manual(clock.clone()),
            timings: DoorTimings::default(),
            redirect_uris: vec![REDIRECT.into()],
            ..Config::demo()
        })
        .await
        .unwrap();
        let mut config = MyqConfig::at_one_host(Url::parse(cloud.base_url()).unwrap(), "postern-partner");
        change(&mut config);
        let sealer = KeyFile::ephemeral().unwrap().sealer();
        let service = Arc::new(AdapterService::new(
            MyqAdapter::new(config).unwrap(),
            Arc::new(sealer.clone()),
            Arc::new(SharedClock(clock.clone())),
        ));
        Self {
            cloud,
            clock,
            service,
            sealer,
            credentials: String::new(),
        }
    }

    /// A cloud and an adapter with a fresh link.
    pub(crate) async fn linked() -> Self {
        let mut bench = Self::unlinked().await;
        bench.link().await;
        bench
    }

    pub(crate) async fn link(&mut self) {
        let begun = self.begin().await;
        let brought = self.log_in(&begun).await;
        self.credentials = self
            .complete(&begun, &brought.code)
            .await
            .unwrap()
            .credentials
            .as_str()
            .into();
    }

    pub(crate) fn control(&self) -> &Control {
        self.cloud.control()
    }

    pub(crate) fn main_door(&self) -> Serial {
        self.control().door_named("Main door").unwrap()
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// One call, half a minute before its deadline.
    pub(crate) async fn call(&self, operation: &str, input: Value) -> Result<Answer, AdapterError> {
        self.call_by(operation, input, self.clock.now() + Duration::from_secs(30))
            .await
    }

    pub(crate) async fn call_by(
        &self,
        operation: &str,
        input: Value,
        deadline: Timestamp,
    ) -> Result<Answer, AdapterError> {
        let request = json!({
            "contract": "1.0", "request_id": "req-1", "deadline": deadline,
            "call": { "operation": operation, "input": input },
        });
        let reply = self.service.dispatch(request.to_string().as_bytes()).await;
        let reply: AdapterReply = serde_json::from_slice(&reply).unwrap();
        assert_eq!(reply.request_id, "req-1");
        match reply.result {
            AdapterResult::Ok(answer) => Ok(answer),
            AdapterResult::Error(error) => Err(error),
        }
    }

    pub(crate) async fn begin(&self) -> LinkBegun {
        let input = json!({ "link": LINK, "state": STATE, "redirect_uri": REDIRECT });
        let Ok(Answer::LinkBegin(begun)) = self.call("link.begin", input).await else {
            panic!("linking begins");
        };
        begun
    }

    pub(crate) async fn complete(&self, begun: &LinkBegun, code: &str) -> Result<LinkGranted, AdapterError> {
        let input = json!({ "link": LINK, "session": begun.session, "redirect_uri": REDIRECT, "code": code });
        match self.call("link.complete", input).await? {
            Answer::LinkComplete(granted) => Ok(granted),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn refresh(&self) -> Result<LinkGranted, AdapterError> {
        match self.call("link.refresh", self.link_input()).await? {
            Answer::LinkRefresh(granted) => Ok(granted),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn link_input(&self) -> Value {
        json!({ "link": LINK, "credentials": self.credentials })
    }

    pub(crate) async fn list(&self) -> Result<Vec<Door>, AdapterError> {
        match self.call("doors.list", self.link_input()).await? {
            Answer::DoorsList(listed) => Ok(listed.doors),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn only_door(&self) -> Door {
        let doors = self.list().await.unwrap();
        assert_eq!(doors.len(), 1, "{doors:?}");
        doors.into_iter().next().unwrap()
    }

    pub(crate) fn door_input(&self, door: &str) -> Value {
        json!({ "link": LINK, "credentials": self.credentials, "door": door })
    }

    pub(crate) async fn read(&self, door: &str) -> Result<DoorReading, AdapterError> {
        match self.call("door.read", self.door_input(door)).await? {
            Answer::DoorRead(read) => Ok(read.reading),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn open_input(&self, door: &str) -> Value {
        let mut input = self.door_input(door);
        input["command"] = json!("cmd_01ARZ3NDEKTSV4RRFFQ69G5FAV");
        input["expected"] = json!(["closed"]);
        input["code"] = json!("one-time-code-8842");
        input
    }

    pub(crate) fn close_input(&self, door: &str) -> Value {
        let mut input = self.door_input(door);
        input["command"] = json!("cmd_01BX5ZZKBKACTAV9WEVGEMMVRZ");
        input["expected"] = json!(["open"]);
        input["permit"] = json!({ "try_number": 1, "warning_seconds": 5 });
        input
    }

    pub(crate) async fn open(&self, door: &str) -> Result<CommandAccepted, AdapterError> {
        accepted(self.call("door.open", self.open_input(door)).await)
    }

    pub(crate) async fn close(&self, door: &str) -> Result<CommandAccepted, AdapterError> {
        accepted(self.call("door.close", self.close_input(door)).await)
    }

    /// Logs in as a browser would: page after page, cookies and all, up to the redirect back to us.
    pub(crate) async fn log_in(&self, begun: &LinkBegun) -> BroughtBack {
        let browser = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        let base = Url::parse(self.cloud.base_url()).unwrap();
        let mut cookies: Vec<String> = Vec::new();
        let mut keep = |response: &reqwest::Response| {
            for cookie in response.headers().get_all(SET_COOKIE) {
                cookies.push(cookie.to_str().unwrap().split(';').next().unwrap().to_owned());
            }
            cookies.join("; ")
        };
        let to =
            |response: &reqwest::Response| base.join(response.headers()[LOCATION].to_str().unwrap()).unwrap();
        let authorize = browser.get(begun.authorize_url.expose()).send().await.unwrap();
        let (page_url, jar) = (to(&authorize), keep(&authorize));
        let page = browser
            .get(page_url.clone())
            .header(COOKIE, jar)
            .send()
            .await
            .unwrap();
        let jar = keep(&page);
        let form = page.text().await.unwrap();
        let token = form.split("__RequestVerificationToken").nth(1).unwrap();
        let token = token.split("value=\"").nth(1).unwrap().split('"').next().unwrap();
        let fields = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("Email", DEMO_EMAIL),
                ("Password", DEMO_PASSWORD),
                ("__RequestVerificationToken", token),
            ])
            .finish();
        let submitted = browser
            .post(page_url)
            .header(COOKIE, jar)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(fields)
            .send()
            .await
            .unwrap();
        let (callback, jar) = (to(&submitted), keep(&submitted));
        let back = browser.get(callback).header(COOKIE, jar).send().await.unwrap();
        let back = to(&back);
        assert!(back.as_str().starts_with(REDIRECT), "{back}");
        let parameter = |name: &str| {
            back.query_pairs()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
                .unwrap()
        };
        BroughtBack {
            code: parameter("code"),
            state: parameter("state"),
        }
    }
}

pub(crate) fn accepted(result: Result<Answer, AdapterError>) -> Result<CommandAccepted, AdapterError> {
    match result? {
        Answer::DoorOpen(accepted) | Answer::DoorClose(accepted) => Ok(accepted),
        other => panic!("{other:?}"),
    }
}
