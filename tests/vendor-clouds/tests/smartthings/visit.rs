//! A cloud on a clock that is moved by hand, with an app in the homeowner's home.

use std::time::Duration;

use jiff::Timestamp;
use postern_vendor_clouds::{
    Clock, Config, Control, ManualClock, RunningCloud, Serial, Settings, SmartThingsCloud, Vendor,
};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::sign_in::{client, tokens};

pub(crate) struct Visit {
    pub(crate) cloud: RunningCloud,
    pub(crate) clock: ManualClock,
    pub(crate) tokens: Value,
}

impl Visit {
    pub(crate) async fn demo() -> Self {
        let clock = ManualClock::at(Timestamp::from_second(1_800_000_000).unwrap());
        let cloud = SmartThingsCloud::start(Config {
            clock: Clock::Manual(clock.clone()),
            ..Vendor::SmartThings.demo()
        });
        let cloud = cloud.await.unwrap();
        let tokens = tokens(&cloud).await;
        Self { cloud, clock, tokens }
    }

    pub(crate) fn control(&self) -> &Control {
        self.cloud.control()
    }

    pub(crate) fn set(&self, change: impl FnOnce(&mut Settings)) {
        let mut settings = self.control().settings().unwrap();
        change(&mut settings);
        self.control().set_settings(settings).unwrap();
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub(crate) fn door(&self, name: &str) -> Serial {
        self.control().door_named(name).unwrap()
    }

    pub(crate) fn installed(&self) -> &str {
        self.tokens["installed_app_id"].as_str().unwrap()
    }

    /// The home's id.
    pub(crate) fn location(&self) -> String {
        let home = &self.control().world().unwrap().homes[0];
        home.account_id.as_str().to_owned()
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Response {
        let mut request = client()
            .request(method, format!("{}{path}", self.cloud.base_url()))
            .bearer_auth(self.tokens["access_token"].as_str().unwrap());
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.unwrap()
    }

    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let answer = self.send(method, path, body).await;
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap())
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        self.call(Method::GET, path, None).await
    }

    pub(crate) async fn command(&self, door: &Serial, command: &str) -> (u16, Value) {
        let body =
            json!({ "commands": [{ "component": "main", "capability": "doorControl", "command": command }] });
        self.call(Method::POST, &format!("/devices/{door}/commands"), Some(body))
            .await
    }

    /// What a door's driver and its sensor say.
    pub(crate) async fn states(&self, door: &Serial) -> (Value, Value) {
        let (status, body) = self.get(&format!("/devices/{door}/status")).await;
        assert_eq!(status, 200, "{body}");
        let main = &body["components"]["main"];
        let value = |capability: &str, attribute: &str| main[capability][attribute]["value"].clone();
        (value("doorControl", "door"), value("contactSensor", "contact"))
    }
}
