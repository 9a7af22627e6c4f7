//! A vendor's adapter on a bench, for its tests: the vendor's simulated cloud with one homeowner, the adapter behind its one JSON entry,
//! and a browser that logs in; all on one clock moved by hand.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "whatever goes wrong fails the test by panicking"
)]

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use postern_adapter_sdk::{Adapter, AdapterService, Clock, Dispatch};
use postern_conformance::Person;
use postern_contract::adapter::{
    AdapterError, AdapterReply, AdapterResult, Answer, CommandAccepted, LinkBegun, LinkGranted, SignedIn,
};
use postern_contract::door::{Door, DoorReading};
use postern_keys::{KeyFile, LocalSealer};
use postern_vendor_clouds::{
    Config, Control, DEMO_EMAIL, DEMO_PASSWORD, DoorTimings, ManualClock, RunningCloud, Serial, Vendor,
};
use serde_json::{Value, json};
use url::Url;

/// The link of the tests.
pub const LINK: &str = "link_01ARZ3NDEKTSV4RRFFQ69G5FAV";
/// Where the vendor's page leads back to.
pub const REDIRECT: &str = "https://postern.example/links/callback";
/// The platform's state, which comes back unchanged.
pub const STATE: &str = "st-4f1d8a-state";

/// Everything that any library says at any level while these tests run, without a filter and without the net that catches
/// tokens.
#[derive(Clone, Default)]
pub struct Logs(Arc<Mutex<Vec<u8>>>);

/// The logs. The first call begins to keep them; each test makes it before anything can be said.
pub fn logs() -> &'static Logs {
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
    /// All of it.
    pub fn text(&self) -> String {
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

/// A cloud, an adapter, and what a link has given.
pub struct Bench {
    /// The vendor's cloud.
    pub cloud: RunningCloud,
    /// The one clock.
    pub clock: ManualClock,
    /// The adapter, behind its one JSON entry.
    pub service: Arc<dyn Dispatch>,
    /// What its tokens are sealed by.
    pub sealer: LocalSealer,
    /// The link's sealed tokens.
    pub credentials: String,
}

/// What the household's browser brings back.
pub struct BroughtBack {
    /// The vendor's code.
    pub code: String,
    /// The platform's state.
    pub state: String,
}

impl Bench {
    /// A cloud of `vendor` and the adapter that `make` makes for its address, not linked yet.
    pub async fn unlinked<A: Adapter>(vendor: Vendor, make: impl FnOnce(Url) -> A) -> Self {
        logs();
        let clock = ManualClock::at("2026-03-02T15:00:00Z".parse().unwrap());
        let config = Config {
            clock: postern_vendor_clouds::Clock::Manual(clock.clone()),
            timings: DoorTimings::default(),
            redirect_uris: vec![REDIRECT.into()],
            ..vendor.demo()
        };
        let cloud = vendor.start(config).await.unwrap();
        let adapter = make(Url::parse(cloud.base_url()).unwrap());
        let sealer = KeyFile::ephemeral().unwrap().sealer();
        let service = Arc::new(AdapterService::new(
            adapter,
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

    /// Links as a household does, by the vendor's page or its form.
    pub async fn link(&mut self) {
        let begun = self.begin().await;
        let granted = if begun.sign_in.form().is_some() {
            self.fill_in(&begun, DEMO_EMAIL, DEMO_PASSWORD).await
        } else {
            let brought = self.log_in(&begun).await;
            self.complete(&begun, &brought.code).await
        };
        self.credentials = granted.unwrap().credentials.as_str().into();
    }

    /// The cloud's controls.
    pub fn control(&self) -> &Control {
        self.cloud.control()
    }

    /// The door of the tests.
    pub fn main_door(&self) -> Serial {
        self.control().door_named("Main door").unwrap()
    }

    /// Lets time pass.
    pub fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// One call, half a minute before its deadline.
    pub async fn call(&self, operation: &str, input: Value) -> Result<Answer, AdapterError> {
        self.call_by(operation, input, self.clock.now() + Duration::from_secs(30))
            .await
    }

    /// One call with this deadline.
    pub async fn call_by(
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

    /// Begins to link.
    pub async fn begin(&self) -> LinkBegun {
        let input = json!({ "link": LINK, "state": STATE, "redirect_uri": REDIRECT });
        let Ok(Answer::LinkBegin(begun)) = self.call("link.begin", input).await else {
            panic!("linking begins");
        };
        begun
    }

    /// Finishes linking with this code.
    pub async fn complete(&self, begun: &LinkBegun, code: &str) -> Result<LinkGranted, AdapterError> {
        self.finish(begun, "code", json!(code)).await
    }

    /// Finishes linking with these answers to the vendor's form.
    pub async fn fill_in(
        &self,
        begun: &LinkBegun,
        email: &str,
        password: &str,
    ) -> Result<LinkGranted, AdapterError> {
        self.finish(begun, "answers", json!({ "email": email, "password": password }))
            .await
    }

    async fn finish(
        &self,
        begun: &LinkBegun,
        field: &str,
        brought: Value,
    ) -> Result<LinkGranted, AdapterError> {
        let mut input = json!({ "link": LINK, "session": begun.session, "redirect_uri": REDIRECT });
        input[field] = brought;
        match self.call("link.complete", input).await? {
            Answer::LinkComplete(granted) => Ok(granted),
            other => panic!("{other:?}"),
        }
    }

    /// Refreshes the link.
    pub async fn refresh(&self) -> Result<LinkGranted, AdapterError> {
        match self.call("link.refresh", self.link_input()).await? {
            Answer::LinkRefresh(granted) => Ok(granted),
            other => panic!("{other:?}"),
        }
    }

    /// The link, as input.
    pub fn link_input(&self) -> Value {
        json!({ "link": LINK, "credentials": self.credentials })
    }

    /// Lists the doors.
    pub async fn list(&self) -> Result<Vec<Door>, AdapterError> {
        match self.call("doors.list", self.link_input()).await? {
            Answer::DoorsList(listed) => Ok(listed.doors),
            other => panic!("{other:?}"),
        }
    }

    /// The door, where there is but one.
    pub async fn only_door(&self) -> Door {
        let doors = self.list().await.unwrap();
        assert_eq!(doors.len(), 1, "{doors:?}");
        doors.into_iter().next().unwrap()
    }

    /// A door, as input.
    pub fn door_input(&self, door: &str) -> Value {
        json!({ "link": LINK, "credentials": self.credentials, "door": door })
    }

    /// Reads a door.
    pub async fn read(&self, door: &str) -> Result<DoorReading, AdapterError> {
        match self.call("door.read", self.door_input(door)).await? {
            Answer::DoorRead(read) => Ok(read.reading),
            other => panic!("{other:?}"),
        }
    }

    /// The input of an open from closed.
    pub fn open_input(&self, door: &str) -> Value {
        let mut input = self.door_input(door);
        input["command"] = json!("cmd_01ARZ3NDEKTSV4RRFFQ69G5FAV");
        input["expected"] = json!(["closed"]);
        input["code"] = json!("one-time-code-8842");
        input
    }

    /// The input of a close from open.
    pub fn close_input(&self, door: &str) -> Value {
        let mut input = self.door_input(door);
        input["command"] = json!("cmd_01BX5ZZKBKACTAV9WEVGEMMVRZ");
        input["expected"] = json!(["open"]);
        input["permit"] = json!({ "try_number": 1, "warning_seconds": 5 });
        input
    }

    /// Opens a door that is expected to be closed.
    pub async fn open(&self, door: &str) -> Result<CommandAccepted, AdapterError> {
        accepted(self.call("door.open", self.open_input(door)).await)
    }

    /// Closes a door that is expected to be open.
    pub async fn close(&self, door: &str) -> Result<CommandAccepted, AdapterError> {
        accepted(self.call("door.close", self.close_input(door)).await)
    }

    /// Logs in as a browser would: page after page, cookies and all, up to the redirect back to us.
    pub async fn log_in(&self, begun: &LinkBegun) -> BroughtBack {
        self.log_in_as(begun, DEMO_EMAIL).await
    }

    /// The same as somebody else, who has the same password.
    pub async fn log_in_as(&self, begun: &LinkBegun, email: &str) -> BroughtBack {
        let page = begun.sign_in.page().unwrap().expose();
        let person = Person {
            email: email.to_owned(),
            password: DEMO_PASSWORD.to_owned(),
        };
        let brought = postern_conformance::log_in(page, REDIRECT, &person)
            .await
            .unwrap();
        let SignedIn::Code(code) = brought.signed_in else {
            panic!("a page hands back a code");
        };
        BroughtBack {
            code: code.expose().to_owned(),
            state: brought.state.unwrap(),
        }
    }
}

/// What the adapter answered to an order.
pub fn accepted(result: Result<Answer, AdapterError>) -> Result<CommandAccepted, AdapterError> {
    match result? {
        Answer::DoorOpen(accepted) | Answer::DoorClose(accepted) => Ok(accepted),
        other => panic!("{other:?}"),
    }
}
