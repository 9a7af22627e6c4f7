//! An adapter that is right but for one misdeed, done to what goes in or comes out of it.

use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use postern_adapter_myq::MyqAdapter;
use postern_adapter_sdk::{AdapterService, Clock as _, Dispatch, SystemClock};
use postern_conformance::{NoReply, Reach, Unseen};
use postern_contract::conformance::Build;
use serde_json::{Value, json};
use url::Url;

use super::misdeed::Misdeed;

/// Something to ask the vendor for.
const LISTED: &str = "api/v6.0/accounts";

/// What an adapter should not remember.
#[derive(Default)]
struct Memory {
    sessions: Vec<Value>,
    grants: HashMap<String, Value>,
    first_door: Option<Value>,
    opens: usize,
    log: String,
}

/// An adapter with one misdeed.
pub(crate) struct Mutant {
    service: AdapterService<MyqAdapter>,
    misdeed: Misdeed,
    cloud: Url,
    memory: Mutex<Memory>,
    renewed: AtomicU64,
}

impl Mutant {
    pub(crate) fn new(service: AdapterService<MyqAdapter>, misdeed: Misdeed, cloud: Url) -> Self {
        Self {
            service,
            misdeed,
            cloud,
            memory: Mutex::default(),
            renewed: AtomicU64::new(0),
        }
    }

    async fn dispatched(&self, request: &Value) -> Value {
        let reply = self.service.dispatch(request.to_string().as_bytes()).await;
        serde_json::from_slice(&reply).unwrap()
    }

    async fn control(&self, method: reqwest::Method, path: &str) -> Value {
        let at = self.cloud.join(path).unwrap();
        let answer = reqwest::Client::new().request(method, at).body("{}").send().await;
        match answer {
            Ok(answer) => answer.json().await.unwrap_or_default(),
            Err(_) => Value::Null,
        }
    }

    /// What is done before the adapter hears of it. A reply ends it there.
    async fn before(&self, request: &mut Value) -> Result<Option<Value>, NoReply> {
        let operation = operation(request);
        let asked = request.clone();
        let input = &mut request["call"]["input"];
        let mut memory = self.memory.lock().unwrap();
        match (self.misdeed, operation.as_str()) {
            (Misdeed::TakesEveryVersion, _) => request["contract"] = json!("1.0"),
            (Misdeed::KnowsNoDeadline, _) => {
                request["deadline"] = json!(SystemClock.now() + Duration::from_secs(15));
            }
            (Misdeed::FailsOnNonsense, _) if asked.get("call").is_none() => {
                return Err(NoReply::Failed("nonsense".to_owned()));
            }
            (Misdeed::FailsOnMuch, _) if asked.to_string().len() > 1_000_000 => {
                return Err(NoReply::Failed("out of memory".to_owned()));
            }
            (Misdeed::BelievesEveryWebhook, "events.parse") => {
                let now = SystemClock.now();
                let reading = json!({
                    "state": "closed", "online": true, "observed_by": "vendor_event", "observed_at": now,
                    "read_at": now, "stale": false,
                });
                let event = json!({ "id": "1", "door": "any", "at": now, "reading": reading });
                return Ok(Some(ok(&asked, &json!({ "events": [event] }))));
            }
            (Misdeed::RepeatsTheGrant, "link.complete") => {
                let kept = memory.grants.get(input["code"].as_str().unwrap()).cloned();
                if let Some(output) = kept {
                    return Ok(Some(ok(&asked, &output)));
                }
            }
            (Misdeed::TakesAnyPassword, "link.begin") => {
                let fields =
                    json!([{ "kind": "email", "required": true }, { "kind": "password", "required": true }]);
                let form = json!({ "form": { "fields": fields }, "session": "session" });
                return Ok(Some(ok(&asked, &form)));
            }
            (Misdeed::TakesAnyPassword, "link.complete") => {
                let granted = json!({ "credentials": "any", "refresh_at": "2100-01-01T00:00:00Z" });
                return Ok(Some(ok(&asked, &granted)));
            }
            (Misdeed::KeepsSessionsToItself, "link.complete") if self.renewed.load(Ordering::Relaxed) > 0 => {
                return Ok(Some(error(&asked, "internal", "not_executed")));
            }
            (Misdeed::NamesDoorsByLink | Misdeed::NumbersDoors, "door.read" | "door.open" | "door.close") => {
                let door = input["door"]
                    .as_str()
                    .unwrap()
                    .rsplit_once('~')
                    .map(|(door, _)| json!(door));
                if let Some(door) = door {
                    input["door"] = door;
                }
            }
            (Misdeed::OpensTheFirstDoor, "door.open") => {
                if let Some(door) = &memory.first_door {
                    input["door"] = door.clone();
                }
            }
            (Misdeed::ExpectsAnything, "door.open") => {
                input["expected"] = json!(["closed", "open", "opening", "stopped"]);
            }
            (Misdeed::TellsCodes | Misdeed::LogsRequests, _) => memory.log.push_str(&asked.to_string()),
            _ => {}
        }
        Ok(None)
    }

    /// The call itself, done more or other than it should be.
    async fn done(&self, request: &Value) -> Value {
        let operation = operation(request);
        match (self.misdeed, operation.as_str()) {
            (Misdeed::AsksBeforeDescribing, "describe") => {
                let _heard = reqwest::get(self.cloud.join(LISTED).unwrap()).await;
                self.dispatched(request).await
            }
            (Misdeed::OrdersTwice, "door.open" | "door.close") => {
                tokio::join!(self.dispatched(request), self.dispatched(request)).0
            }
            // By itself, as the SDK would not let it.
            (Misdeed::KnocksAgain, "door.read") => {
                let reply = self.dispatched(request).await;
                let _heard = reqwest::get(self.cloud.join(LISTED).unwrap()).await;
                reply
            }
            (Misdeed::GivesUpAtOnce, "door.read") => {
                let before = self.control(reqwest::Method::GET, "_control/faults").await;
                let reply = self.dispatched(request).await;
                if before == self.control(reqwest::Method::GET, "_control/faults").await {
                    reply
                } else {
                    error(request, "vendor_unavailable", "not_executed")
                }
            }
            (Misdeed::TakesAnySession, "link.complete") => self.with_any_session(request).await,
            (Misdeed::Toggles, "door.open") => {
                let reply = self.dispatched(request).await;
                let opens = {
                    let mut memory = self.memory.lock().unwrap();
                    memory.opens += 1;
                    memory.opens
                };
                if opens.is_multiple_of(2) {
                    tokio::time::sleep(Duration::from_millis(250)).await;
                    let door = request["call"]["input"]["door"].as_str().unwrap();
                    let serial = door.rsplit_once('/').unwrap().1;
                    let button = format!("_control/doors/{serial}/wall-button");
                    self.control(reqwest::Method::POST, &button).await;
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                reply
            }
            _ => self.dispatched(request).await,
        }
    }

    async fn with_any_session(&self, request: &Value) -> Value {
        let sessions = self.memory.lock().unwrap().sessions.clone();
        let mut reply = Value::Null;
        for session in sessions {
            let mut request = request.clone();
            request["call"]["input"]["session"] = session;
            reply = self.dispatched(&request).await;
            if reply["result"]["ok"].is_object() {
                break;
            }
        }
        reply
    }

    /// What is done to the reply.
    fn after(&self, request: &Value, reply: &mut Value) {
        let mut memory = self.memory.lock().unwrap();
        let operation = operation(request);
        let input = &request["call"]["input"];
        match (self.misdeed, operation.as_str()) {
            (Misdeed::NamesItsOwnRequests, _) if request["request_id"] != "kit-0" => {
                reply["request_id"] = json!("mine");
            }
            (Misdeed::TakesOneMinorVersion, _) if request["contract"] == "1.99" => {
                *reply = error(request, "invalid_request", "not_executed");
            }
            (Misdeed::TellsCodes, _) => reply["note"] = json!(memory.log),
            _ => {}
        }
        if let Some(output) = reply.pointer_mut("/result/ok/output") {
            self.after_well(&operation, input, output, &mut memory);
        }
        if let Some(error) = reply.pointer_mut("/result/error") {
            self.after_error(&operation, error);
        }
        if self.misdeed == Misdeed::CallsEveryTroubleTheEnd && operation == "link.refresh" {
            *reply = error(request, "link_revoked", "not_executed");
        }
    }

    fn after_well(&self, operation: &str, input: &Value, output: &mut Value, memory: &mut Memory) {
        match (self.misdeed, operation) {
            (Misdeed::PollsWithoutPause, "describe") => output["poll_interval_ms"] = json!(1),
            (Misdeed::PromisesEvents | Misdeed::BelievesEveryWebhook, "describe") => {
                output["optional_operations"] = json!(["events.parse"]);
            }
            (Misdeed::LosesTheState, "link.begin") => replaced(output, "state=", "stat="),
            (Misdeed::AsksForThePassword, "link.begin") => {
                let field = json!({ "kind": "password", "required": true });
                *output = json!({ "form": { "fields": [field] }, "session": output["session"] });
            }
            (Misdeed::SendsNoChallenge, "link.begin") => replaced(output, "S256", "plain"),
            (Misdeed::TakesAnySession, "link.begin") => memory.sessions.push(output["session"].clone()),
            (Misdeed::RefreshesYesterday, "link.complete") => {
                output["refresh_at"] = json!("2020-01-01T00:00:00Z");
            }
            (Misdeed::RepeatsTheGrant, "link.complete") => {
                let code = input["code"].as_str().unwrap().to_owned();
                memory.grants.insert(code, output.clone());
            }
            (Misdeed::ClaimsToGiveBack, "link.revoke") => output["revoked_at_vendor"] = json!(true),
            (Misdeed::KeepsOldTokens, "link.refresh") => output["credentials"] = input["credentials"].clone(),
            (_, "doors.list") => self.after_list(input, output, memory),
            (_, "door.read") => self.after_read(&mut output["reading"]),
            (Misdeed::TellsTheEndAsTheBeginning, "door.open") => output["before"]["state"] = json!("open"),
            (Misdeed::SaysSent, _) if output.get("disposition").is_some() => {
                output["disposition"] = json!("sent");
            }
            _ => {}
        }
    }

    fn after_list(&self, input: &Value, output: &mut Value, memory: &mut Memory) {
        let doors = output["doors"].as_array_mut().unwrap();
        memory.first_door = doors
            .iter()
            .find(|door| door["name"] == "Main door")
            .map(|door| door["door"].clone());
        let count = doors.len();
        match self.misdeed {
            Misdeed::ListsTwice => doors.push(doors[0].clone()),
            Misdeed::ListsLamps => {
                let mut lamp = doors[0].clone();
                lamp["name"] = json!("Porch light");
                lamp["door"] = json!("lamp");
                doors.push(lamp);
            }
            _ => {}
        }
        for door in doors {
            let name = door["door"].as_str().unwrap().to_owned();
            match self.misdeed {
                Misdeed::NamesDoorsByLink => door["door"] = json!(format!("{name}~{}", input["link"])),
                Misdeed::NumbersDoors => door["door"] = json!(format!("{name}~{count}")),
                Misdeed::NamesNoOpener => door["opener"] = Value::Null,
                Misdeed::HeedsNoBar => {
                    door["unattended_close"] = json!({ "permission": "allowed", "warning_seconds": 5 });
                }
                _ => self.after_read(&mut door["reading"]),
            }
        }
    }

    fn after_read(&self, reading: &mut Value) {
        let now = SystemClock.now();
        match self.misdeed {
            Misdeed::ReadsAsClosed => {
                *reading = json!({
                    "state": "closed", "online": true, "observed_by": "vendor_cloud", "observed_at": now,
                    "read_at": now, "stale": false,
                });
            }
            Misdeed::ReadsAsOpen => reading["state"] = json!("open"),
            Misdeed::ReadLongAgo => reading["read_at"] = json!("2020-01-01T00:00:00Z"),
            Misdeed::StampsOnArrival => reading["observed_at"] = json!(now),
            Misdeed::SeesTheFuture => reading["observed_at"] = json!(now + Duration::from_secs(600)),
            Misdeed::CallsEverythingFresh => {
                reading["observed_at"] = json!(now);
                reading["stale"] = json!(false);
            }
            Misdeed::HidesObstructions => reading["obstructed"] = Value::Null,
            Misdeed::HidesMovements if reading["state"] == "opening" => reading["state"] = json!("closed"),
            // The list is told another way than the reading.
            Misdeed::ReadsAsMoving if self.renewed.fetch_add(1, Ordering::Relaxed) > 1 => {
                reading["state"] = json!("opening");
            }
            _ => {}
        }
    }

    fn after_error(&self, operation: &str, error: &mut Value) {
        let ordered = matches!(operation, "door.open" | "door.close");
        match self.misdeed {
            Misdeed::NeverSaysTheEnd if error["kind"] == "link_revoked" => {
                error["kind"] = json!("vendor_unavailable");
            }
            Misdeed::IsSureOfEverything => error["outcome"] = json!("not_executed"),
            Misdeed::DoubtsWhatIsSure if ordered => error["outcome"] = json!("unknown"),
            Misdeed::RejectsForAnyReason => error["kind"] = json!("rejected"),
            Misdeed::RepeatsThePage => error["message"] = json!("<html>blocked</html>"),
            _ => {}
        }
    }
}

fn operation(request: &Value) -> String {
    request["call"]["operation"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

fn ok(request: &Value, output: &Value) -> Value {
    json!({
        "contract": "1.0", "request_id": request["request_id"],
        "result": { "ok": { "operation": operation(request), "output": output } },
    })
}

fn error(request: &Value, kind: &str, outcome: &str) -> Value {
    json!({
        "contract": "1.0", "request_id": request["request_id"],
        "result": { "error": { "kind": kind, "outcome": outcome, "message": "on purpose" } },
    })
}

fn replaced(output: &mut Value, what: &str, by: &str) {
    output["authorize_url"] = json!(output["authorize_url"].as_str().unwrap().replace(what, by));
}

#[async_trait]
impl Reach for Mutant {
    async fn ask(&self, request: Vec<u8>) -> Result<Vec<u8>, NoReply> {
        let mut request: Value = serde_json::from_slice(&request).unwrap();
        if !request.is_object() {
            let reply = self.service.dispatch(request.to_string().as_bytes()).await;
            return Ok(reply);
        }
        let asked = request.clone();
        if let Some(reply) = self.before(&mut request).await? {
            return Ok(reply.to_string().into_bytes());
        }
        let mut reply = self.done(&request).await;
        self.after(&asked, &mut reply);
        Ok(reply.to_string().into_bytes())
    }

    async fn renew(&self) -> Result<(), Unseen> {
        self.renewed.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    async fn logs(&self) -> Result<String, Unseen> {
        let mut memory = self.memory.lock().unwrap();
        Ok(match self.misdeed {
            Misdeed::LogsRequests => std::mem::take(&mut memory.log),
            _ => "all is well".to_owned(),
        })
    }

    fn build(&self) -> Build {
        Build::Unknown
    }
}
