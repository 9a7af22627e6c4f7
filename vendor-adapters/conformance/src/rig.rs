//! The vendor's cloud under test, by its controls: what really happened to a door, and troubles on order.

use std::time::Duration;

use postern_vendor_clouds::{
    Direction, Fault, JournalEntry, Serial, Settings, Target, Tells,
    control::DoorPatch,
    journal::{JournalEvent, Order},
};
use reqwest::Method;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use url::Url;

use crate::{
    KitError,
    browser::Person,
    rule::{Finding, Found},
};

/// How long a control is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// The controls of a simulated cloud, over HTTP under `/_control`.
#[derive(Clone, Debug)]
pub struct Rig {
    http: reqwest::Client,
    base: Url,
}

/// The world behind the controls, as far as rules ask for it.
#[derive(Debug, Deserialize)]
pub(crate) struct World {
    pub(crate) tells: Vec<Tells>,
    pub(crate) homes: Vec<Home>,
    pub(crate) doors: Vec<RealDoor>,
    pub(crate) faults: Vec<Value>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Home {
    pub(crate) account_id: String,
    pub(crate) devices: Vec<Device>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Device {
    pub(crate) kind: String,
    pub(crate) name: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct RealDoor {
    pub(crate) serial: Serial,
    pub(crate) name: String,
    pub(crate) position_millionths: u32,
}

#[derive(Deserialize)]
struct Motions {
    motions: Vec<JournalEntry>,
}

impl Rig {
    /// The controls of the cloud at `base`.
    ///
    /// # Errors
    /// [`KitError::Controls`] when they do not answer.
    pub async fn at(base: Url) -> Result<Self, KitError> {
        let wrong = |problem: String| KitError::Controls {
            address: base.to_string(),
            problem,
        };
        let client = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build();
        let http = client.map_err(|error| wrong(error.to_string()))?;
        let rig = Self {
            http,
            base: base.clone(),
        };
        rig.world().await.map_err(|found| wrong(format!("{found:?}")))?;
        Ok(rig)
    }

    /// Where the cloud is.
    #[must_use]
    pub fn base(&self) -> &Url {
        &self.base
    }

    async fn ask<T: DeserializeOwned>(&self, method: Method, path: &str, body: String) -> Result<T, Found> {
        let unseen = |problem: String| Found::NotSeen(format!("the cloud's control {path}: {problem}"));
        let at = self
            .base
            .join(&format!("_control/{path}"))
            .map_err(|error| unseen(error.to_string()))?;
        let sent = self.http.request(method, at).body(body).send().await;
        let answer = sent.map_err(|error| unseen(error.without_url().to_string()))?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(|error| unseen(error.to_string()))?;
        if !status.is_success() {
            return Err(unseen(format!(
                "status {status}: {}",
                String::from_utf8_lossy(&body)
            )));
        }
        serde_json::from_slice(&body).map_err(|error| unseen(error.to_string()))
    }

    async fn set(&self, method: Method, path: &str, body: &impl Serialize) -> Result<(), Found> {
        let body = serde_json::to_string(body).map_err(|error| Found::NotSeen(error.to_string()))?;
        self.ask::<Value>(method, path, body).await.map(drop)
    }

    /// Whether the vendor's cloud has a word for this. An adapter cannot excuse itself from telling what its vendor tells.
    pub(crate) async fn needs(&self, word: Tells, otherwise: &str) -> Finding {
        if self.world().await?.tells.contains(&word) {
            Ok(())
        } else {
            Err(Found::NotApplicable(otherwise.to_owned()))
        }
    }

    pub(crate) async fn world(&self) -> Result<World, Found> {
        self.ask(Method::GET, "world", String::new()).await
    }

    /// Begins anew, with a clock that is wrong by so many seconds.
    pub(crate) async fn reset(&self, clock_ahead_s: i32) -> Result<(), Found> {
        let body = json!({ "clock_ahead_s": clock_ahead_s });
        self.set(Method::POST, "reset", &body).await
    }

    pub(crate) async fn accept_redirect(&self, uri: &str) -> Result<(), Found> {
        self.set(Method::POST, "redirect-uris", &json!({ "uri": uri }))
            .await
    }

    pub(crate) async fn settings(&self) -> Result<Settings, Found> {
        self.ask(Method::GET, "settings", String::new()).await
    }

    pub(crate) async fn patch_door(&self, door: &Serial, patch: &DoorPatch) -> Result<(), Found> {
        // What is not to be set is left out: a control takes null for a value.
        let mut patch = serde_json::to_value(patch).map_err(|error| Found::NotSeen(error.to_string()))?;
        if let Some(fields) = patch.as_object_mut() {
            fields.retain(|_, value| !value.is_null());
        }
        self.set(Method::PATCH, &format!("doors/{door}"), &patch).await
    }

    pub(crate) async fn door(&self, serial: &Serial) -> Result<RealDoor, Found> {
        self.ask(Method::GET, &format!("doors/{serial}"), String::new())
            .await
    }

    /// Presses the button on the wall.
    pub(crate) async fn press(&self, door: &Serial, way: Direction) -> Result<(), Found> {
        let path = format!("doors/{door}/wall-button");
        self.set(Method::POST, &path, &json!({ "target": way })).await
    }

    pub(crate) async fn fail_next(&self, on: Target, fault: &Fault, times: u32) -> Result<(), Found> {
        let rule = json!({ "on": on, "fault": fault, "times": times });
        self.set(Method::POST, "faults", &rule).await
    }

    /// How often the faults in force may still strike.
    pub(crate) async fn strikes_left(&self) -> Result<u64, Found> {
        let faults = self.world().await?.faults;
        let left = faults.iter().filter_map(|fault| fault[1]["times"].as_u64());
        Ok(left.sum())
    }

    pub(crate) async fn clear_faults(&self) -> Result<(), Found> {
        self.set(Method::DELETE, "faults", &json!({})).await
    }

    pub(crate) async fn expire_access_tokens(&self) -> Result<(), Found> {
        self.set(Method::POST, "tokens/expire", &json!({})).await
    }

    pub(crate) async fn revoke_refresh_tokens(&self) -> Result<(), Found> {
        self.set(Method::POST, "tokens/revoke", &json!({})).await
    }

    /// How many good tokens stand in a text.
    pub(crate) async fn tokens_in(&self, text: &str) -> Result<u64, Found> {
        #[derive(Deserialize)]
        struct Counted {
            found: u64,
        }
        let counted: Counted = self.ask(Method::POST, "tokens/find", text.to_owned()).await?;
        Ok(counted.found)
    }

    pub(crate) async fn lock_out(&self, email: &str, seconds: u32, retry_after: bool) -> Result<(), Found> {
        let order = json!({ "email": email, "seconds": seconds, "retry_after": retry_after });
        self.set(Method::POST, "lock-out", &order).await
    }

    /// Adds somebody with a home of their own, and gives the home's id.
    pub(crate) async fn add_neighbour(&self, person: &Person) -> Result<String, Found> {
        let user = json!({ "email": person.email, "password": person.password });
        self.set(Method::POST, "users", &user).await?;
        let home = json!({ "owner": person.email, "name": "Next door" }).to_string();
        let home: Value = self.ask(Method::POST, "homes", home).await?;
        home["account_id"]
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| Found::NotSeen("the cloud's control homes named no account".to_owned()))
    }

    /// Adds a closed door to a home.
    pub(crate) async fn add_door(&self, account_id: &str, name: &str) -> Result<Serial, Found> {
        #[derive(Deserialize)]
        struct Added {
            serial: Serial,
        }
        let plan = json!({ "account_id": account_id, "name": name }).to_string();
        let added: Added = self.ask(Method::POST, "doors", plan).await?;
        Ok(added.serial)
    }

    pub(crate) async fn share_door(&self, door: &Serial, account_id: &str) -> Result<(), Found> {
        let path = format!("doors/{door}/listings");
        self.set(Method::POST, &path, &json!({ "account_id": account_id }))
            .await
    }

    async fn motions(&self, door: &Serial) -> Result<Vec<JournalEntry>, Found> {
        let path = format!("motions?serial={door}");
        let told: Motions = self.ask(Method::GET, &path, String::new()).await?;
        Ok(told.motions)
    }

    /// How many commands for a door reached the cloud, executed or not.
    pub(crate) async fn commands(&self, door: &Serial) -> Result<usize, Found> {
        let motions = self.motions(door).await?;
        Ok(motions.iter().filter(|entry| entry.is_command()).count())
    }

    /// How many commands this way reached the cloud.
    pub(crate) async fn commands_to(&self, door: &Serial, way: Direction) -> Result<usize, Found> {
        let motions = self.motions(door).await?;
        let asked = |entry: &&JournalEntry| matches!(&entry.event, JournalEvent::Order(Order::Command { command, .. }) if *command == way);
        Ok(motions.iter().filter(asked).count())
    }

    /// How often a door really began to move this way.
    pub(crate) async fn moved(&self, door: &Serial, way: Direction) -> Result<usize, Found> {
        let motions = self.motions(door).await?;
        Ok(motions.iter().filter(|entry| entry.is_motion(way)).count())
    }
}
