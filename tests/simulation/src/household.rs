//! A household: how it is set up, and what its people do on the day, whenever they please.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use axum::http::Method;
use jiff::{SignedDuration, Timestamp};
use postern_contract::ids::DeliveryId;
use postern_vendor_clouds::{Direction, Email, Serial, control::LockOutOrder};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{
    api::{Ask, Caller, Heard},
    cloud::Cloud,
    dice::Dice,
    kinds::Kind,
    tenants::Owners,
    workload::{Workload, ZONE},
};

/// Where all doors stand.
pub(crate) const LATITUDE: f64 = 43.5448;
/// Where all doors stand.
pub(crate) const LONGITUDE: f64 = -80.2482;
/// How often a person repeats one request.
const TRIES: u32 = 10;
/// How long an open from before a change of preferences may still leave: ten seconds, two for a lapse, and what clocks differ.
const ON_ITS_WAY: SignedDuration = SignedDuration::from_millis(12_700);

/// The address of a household, by its place.
pub(crate) fn address(household: usize) -> Value {
    json!({
        "line1": format!("{} Elm Street", household + 1), "city": "Guelph", "region": "ON",
        "postal_code": "N1G 2W1", "country": "CA",
    })
}

/// A household with its people.
pub(crate) struct Household {
    pub(crate) number: usize,
    pub(crate) caller: Arc<Caller>,
    pub(crate) cloud: Arc<Cloud>,
    pub(crate) email: Email,
    pub(crate) password: String,
    pub(crate) serial: Serial,
    pub(crate) carriers: usize,
    pub(crate) dice: Dice,
}

impl Household {
    /// Registers, links, chooses and turns on, with nothing going wrong.
    pub(crate) async fn set_up(&self) {
        self.sign_up().await;
        assert!(
            self.restore(&self.email, &self.password).await,
            "a calm set-up succeeds"
        );
    }

    /// Registers the household.
    pub(crate) async fn sign_up(&self) {
        let body = json!({
            "address": address(self.number), "position": {"latitude": LATITUDE, "longitude": LONGITUDE},
            "time_zone": ZONE, "locale": "en-CA",
        });
        let answer = self.send(Method::POST, "/v1/household", body).await;
        let id = answer.as_ref().and_then(|body| body["id"].as_str());
        let id = id.expect("a calm registration succeeds");
        self.caller.tenants.own(
            id,
            Owners {
                carrier: None,
                household: Some(self.number),
            },
        );
    }

    async fn send(&self, method: Method, path: &str, body: Value) -> Option<Value> {
        match self.caller.insist(&Ask::send(method, path, body), TRIES).await {
            Heard::Answer(answer) if answer.done() => Some(answer.body),
            _ => None,
        }
    }

    pub(crate) async fn list(&self, path: &str) -> Vec<Value> {
        match self.caller.insist(&Ask::get(path), TRIES).await {
            Heard::Answer(answer) if answer.done() => {
                answer.body["items"].as_array().cloned().unwrap_or_default()
            }
            _ => Vec::new(),
        }
    }

    /// Links with this login, chooses the one door there is, and turns on.
    pub(crate) async fn restore(&self, email: &Email, password: &str) -> bool {
        for _ in 0..4 {
            if self.link(email, password).await && self.choose(true).await && self.turn_on().await {
                return true;
            }
            sleep(Duration::from_secs(self.dice.between(10, 90))).await;
        }
        false
    }

    /// Links the opener, unless a link works already.
    async fn link(&self, email: &Email, password: &str) -> bool {
        let links = self.list("/v1/links").await;
        if links.iter().any(|link| link["state"] == "active") {
            return true;
        }
        let Some(started) = self
            .send(Method::POST, "/v1/links", json!({ "vendor": "myq" }))
            .await
        else {
            return false;
        };
        let page = started["authorize_url"].as_str().unwrap_or_default().to_owned();
        let Some((state, code)) = self.cloud.log_in(&page, email, password).await else {
            return false;
        };
        let body = json!({ "state": state, "code": code });
        // A state is good once: a repeat is refused, and the list of links tells what became of the first.
        self.send(Method::POST, "/v1/links/finish", body).await;
        let links = self.list("/v1/links").await;
        links.iter().any(|link| link["state"] == "active")
    }

    /// Chooses the first door there is.
    pub(crate) async fn choose(&self, allow_unattended_close: bool) -> bool {
        for _ in 0..3 {
            let links = self.list("/v1/links").await;
            let works = |door: &&Value| {
                links
                    .iter()
                    .any(|link| link["state"] == "active" && link["id"] == door["link"])
            };
            let doors = self.list("/v1/doors").await;
            let door = doors.iter().find(works).or(doors.first());
            if let Some(door) = door.and_then(|door| door["id"].as_str()) {
                let body = json!({
                    "door": door, "door_is_sectional": true, "allow_unattended_close": allow_unattended_close,
                });
                return self.send(Method::PUT, "/v1/delivery-door", body).await.is_some();
            }
            sleep(Duration::from_secs(self.dice.between(2, 20))).await;
        }
        false
    }

    async fn turn_on(&self) -> bool {
        self.caller.truth.lift_bans(self.number, self.caller.scene.now());
        self.send(Method::POST, "/v1/enable", json!({})).await.is_some()
    }

    fn strikes(&self, kind: Kind) -> bool {
        self.caller.scene.faults.strikes(kind)
    }

    fn note(&self, what: std::fmt::Arguments<'_>) {
        self.caller.scene.note(&self.caller.name, what);
    }

    /// Lives through the workload's busy times.
    pub(crate) async fn live(self: Arc<Self>, workload: Arc<Workload>, taker: Option<Arc<Self>>) {
        for (from, until) in workload.busy {
            self.caller.scene.time.until(from).await;
            while self.caller.scene.now() < until {
                sleep(Duration::from_secs(self.dice.between(400, 2_000))).await;
                self.vendors_side();
                self.on_a_whim(taker.as_deref()).await;
                self.mend().await;
                self.glance_at_the_app().await;
            }
        }
    }

    /// What befalls the household's login at its vendor.
    fn vendors_side(&self) {
        let control = &self.cloud.control;
        if self.strikes(Kind::TokensExpire) {
            self.note(format_args!("the vendor ends the access tokens"));
            let _ = control.expire_access_tokens(Some(&self.email));
        }
        if self.strikes(Kind::LinkRevoked) {
            self.note(format_args!("the vendor ends the refresh tokens"));
            let _ = control.revoke_refresh_tokens(Some(&self.email));
            let _ = control.expire_access_tokens(Some(&self.email));
        }
        if self.strikes(Kind::LockedOut) {
            let seconds = u32::try_from(self.dice.between(10, 300)).unwrap_or(10);
            self.note(format_args!("the vendor locks the login for {seconds} s"));
            let order = LockOutOrder {
                email: self.email.clone(),
                seconds,
                retry_after: self.dice.happens(0.5),
            };
            let _ = control.lock_out(&order);
        }
    }

    async fn on_a_whim(&self, taker: Option<&Self>) {
        if self.strikes(Kind::WallButton) {
            self.press_the_button().await;
        }
        if self.strikes(Kind::Refuse) {
            self.refuse().await;
        }
        if self.strikes(Kind::Prefer) {
            self.prefer().await;
        }
        if self.strikes(Kind::TurnOff) {
            self.turn_off().await;
        }
        if self.strikes(Kind::Choose) {
            self.think_again().await;
        }
        if self.strikes(Kind::Unlink) {
            self.unlink().await;
        }
        if let Some(taker) = taker
            && self.strikes(Kind::Takeover)
        {
            self.lose_to(taker).await;
        }
        if self.dice.happens(0.1) {
            for path in [
                "/v1/deliveries",
                "/v1/activity",
                "/v1/preferences",
                "/v1/household",
            ] {
                self.caller.ask(&Ask::get(path)).await;
            }
        }
    }

    /// A link that the vendor ended is made anew, once somebody notices.
    async fn mend(&self) {
        let links = self.list("/v1/links").await;
        if !links.is_empty() && !links.iter().any(|link| link["state"] == "active") {
            self.restore(&self.email, &self.password).await;
        }
    }

    /// Somebody at the wall: once, and closed again later if that left it open.
    async fn press_the_button(&self) {
        let target = *self
            .dice
            .one_of(&[None, Some(Direction::Open), Some(Direction::Close)]);
        self.note(format_args!(
            "somebody presses the button on the wall: {target:?}"
        ));
        let _ = self.cloud.control.press_wall_button(&self.serial, target);
        let (control, serial) = (self.cloud.control.clone(), self.serial.clone());
        let later = Duration::from_secs(self.dice.between(60, 600));
        tokio::spawn(async move {
            sleep(later).await;
            let _ = control.press_wall_button(&serial, Some(Direction::Close));
        });
    }

    fn known(&self) -> BTreeSet<DeliveryId> {
        self.caller.truth.known_of(self.number)
    }

    async fn refuse(&self) {
        let known: Vec<DeliveryId> = self.known().into_iter().collect();
        let Some(delivery) = known.get(self.dice.index(known.len())) else {
            return;
        };
        let path = format!("/v1/deliveries/{delivery}/refuse");
        if self.send(Method::POST, &path, json!({})).await.is_some() {
            self.caller
                .truth
                .taken_back(*delivery, self.caller.scene.now(), "a refusal");
        }
    }

    /// Off, and on again after a while.
    async fn turn_off(&self) {
        let known = self.known();
        let off = self.send(Method::POST, "/v1/disable", json!({})).await;
        if off.is_some() {
            let now = self.caller.scene.now();
            self.caller.truth.all_taken_back(self.number, &known, now, "off");
            self.caller.truth.ban(self.number, BTreeSet::new(), now);
        }
        sleep(Duration::from_secs(self.dice.between(1, 1_200))).await;
        for _ in 0..5 {
            if self.turn_on().await {
                return;
            }
            sleep(Duration::from_secs(self.dice.between(10, 60))).await;
        }
        self.restore(&self.email, &self.password).await;
    }

    /// A pause, fewer carriers, fewer hours; and back to the usual after a while.
    async fn prefer(&self) {
        let now = self.caller.scene.now();
        let (body, spared) = match self.dice.index(3) {
            0 => {
                let until = now + minutes(self.dice.between(1, 60));
                (json!({ "paused_until": until }), Some(BTreeSet::new()))
            }
            1 => {
                let only = self.dice.index(self.carriers);
                let body = json!({ "carriers": {"only": [crate::run::carrier_name(only)]} });
                (body, Some(BTreeSet::from([only])))
            }
            _ => {
                let days = ["monday", "tuesday", "wednesday", "thursday", "friday"];
                let hours = json!([{"days": days, "from": "09:00:00", "until": "20:30:00"}]);
                (json!({ "hours": hours }), None)
            }
        };
        let paused_until: Option<Timestamp> =
            body["paused_until"].as_str().and_then(|text| text.parse().ok());
        if self.send(Method::PUT, "/v1/preferences", body).await.is_some()
            && let Some(spared) = spared
        {
            let from = self.caller.scene.now() + ON_ITS_WAY;
            self.caller.truth.ban(self.number, spared, from);
        }
        let span = Duration::from_secs(self.dice.between(30, 1_200));
        let skew = SignedDuration::from_millis(crate::scene::SKEW_MS_MAX + 1);
        match paused_until {
            Some(until) => {
                self.caller.scene.time.until(until - skew).await;
            }
            None => sleep(span).await,
        }
        self.caller.truth.lift_bans(self.number, self.caller.scene.now());
        self.send(Method::PUT, "/v1/preferences", json!({})).await;
    }

    /// The same door, no longer to be closed unattended: that turns deliveries off. And back.
    async fn think_again(&self) {
        if self.choose(false).await {
            let from = self.caller.scene.now() + ON_ITS_WAY;
            self.caller.truth.ban(self.number, BTreeSet::new(), from);
        }
        sleep(Duration::from_secs(self.dice.between(5, 600))).await;
        self.caller.truth.lift_bans(self.number, self.caller.scene.now());
        self.restore(&self.email, &self.password).await;
    }

    async fn unlink(&self) {
        let known = self.known();
        for link in self.list("/v1/links").await {
            let Some(id) = link["id"].as_str() else { continue };
            let path = format!("/v1/links/{id}");
            for _ in 0..4 {
                let ask = Ask {
                    body: None,
                    ..Ask::send(Method::DELETE, path.clone(), Value::Null)
                };
                match self.caller.insist(&ask, TRIES).await {
                    Heard::Answer(answer) if answer.done() => {
                        let now = self.caller.scene.now();
                        self.caller
                            .truth
                            .all_taken_back(self.number, &known, now, "an unlink");
                        break;
                    }
                    _ => sleep(Duration::from_secs(self.dice.between(10, 120))).await,
                }
            }
        }
        sleep(Duration::from_secs(self.dice.between(1, 600))).await;
        self.restore(&self.email, &self.password).await;
    }

    /// Another household links the opener with this one's login, and this one takes it back later.
    async fn lose_to(&self, taker: &Self) {
        let known = self.known();
        let linked = taker.link(&self.email, &self.password).await;
        if linked && taker.choose(true).await {
            let now = self.caller.scene.now();
            self.caller
                .truth
                .all_taken_back(self.number, &known, now, "a takeover");
        }
        sleep(Duration::from_secs(self.dice.between(1, 1_200))).await;
        self.restore(&self.email, &self.password).await;
        for link in taker.list("/v1/links").await {
            if let Some(id) = link["id"].as_str() {
                let ask = Ask {
                    body: None,
                    ..Ask::send(Method::DELETE, format!("/v1/links/{id}"), Value::Null)
                };
                taker.caller.insist(&ask, TRIES).await;
            }
        }
    }
}

fn minutes(count: u64) -> SignedDuration {
    SignedDuration::from_mins(i64::try_from(count).unwrap_or_default())
}
