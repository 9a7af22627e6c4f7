//! A carrier's part in one delivery, from booking to completion, as a real carrier plays it: it repeats what was not answered, asks
//! anew where that may help, gives up where it does not, and its drivers are people.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::http::Method;
use jiff::SignedDuration;
use postern_contract::{
    delivery::{DeliveryView, GrantState, Window},
    ids::DeliveryId,
};
use postern_vendor_clouds::{Control, Direction, Serial};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{
    api::{Answer, Ask, Caller, Heard},
    dice::Dice,
    household::address,
    kinds::Kind,
    tenants::Owners,
    truth::Booked,
    workload::DeliveryPlan,
};

/// How often a carrier repeats one request.
pub(crate) const TRIES: u32 = 8;
/// How often a driver asks anew at the door.
const ATTEMPTS: u32 = 6;

/// One delivery under way.
pub(crate) struct Job {
    pub(crate) caller: Arc<Caller>,
    pub(crate) plan: DeliveryPlan,
    pub(crate) control: Control,
    pub(crate) serial: Serial,
    pub(crate) dice: Dice,
    /// How many jobs are at the door just now.
    pub(crate) under_way: Arc<AtomicUsize>,
}

impl Job {
    /// Plays the delivery to its end, as far as the carrier cares.
    pub(crate) async fn play(self) {
        let time = self.caller.scene.time;
        time.until(self.plan.book_at).await;
        let Some(delivery) = self.book().await else {
            return;
        };
        if self.strikes(Kind::Cancel) {
            let (from, until) = (self.plan.book_at, self.plan.window.1);
            let span = u64::try_from(until.duration_since(from).as_millis()).unwrap_or_default();
            let after = Duration::from_millis(self.dice.between(0, span));
            let cancel = self.cancel(delivery, after);
            tokio::join!(cancel, self.deliver(delivery));
        } else {
            self.deliver(delivery).await;
        }
    }

    async fn deliver(&self, delivery: DeliveryId) {
        let time = self.caller.scene.time;
        time.until(self.plan.dispatch_at).await;
        let early = self.strikes(Kind::Change);
        if early {
            self.change(delivery, "early").await;
        }
        if !self.dispatch(delivery).await {
            return;
        }
        let arrival = self.arrival();
        if self.strikes(Kind::Change) {
            let spare = arrival.duration_since(self.caller.scene.now()).as_millis();
            let spare = u64::try_from(spare).unwrap_or_default();
            let after = Duration::from_millis(self.dice.between(0, spare));
            sleep(after).await;
            self.change(delivery, "late").await;
        }
        time.until(arrival).await;
        self.under_way.fetch_add(1, Ordering::Relaxed);
        self.at_the_door(delivery).await;
        self.under_way.fetch_sub(1, Ordering::Relaxed);
    }

    fn strikes(&self, kind: Kind) -> bool {
        self.caller.scene.faults.strikes(kind)
    }

    pub(crate) fn key(&self, verb: &str, attempt: u32) -> String {
        format!("{verb}-{}-{attempt}", self.plan.number)
    }

    fn driver(&self) -> String {
        format!("drv-{}", self.plan.number)
    }

    fn parcels(&self) -> Vec<String> {
        (0..self.plan.parcels)
            .map(|parcel| format!("1Z{:04}X{parcel}", self.plan.number))
            .collect()
    }

    /// When the driver comes; some come at the very edge of the window.
    fn arrival(&self) -> jiff::Timestamp {
        if !self.strikes(Kind::WindowEdge) {
            return self.plan.arrive_at;
        }
        let (from, until) = self.plan.window;
        let edge = *self.dice.one_of(&[from, until, until]);
        let off = i64::try_from(self.dice.between(0, 12_000)).unwrap_or_default() - 10_000;
        (edge + SignedDuration::from_millis(off)).max(self.plan.dispatch_at)
    }

    async fn book(&self) -> Option<DeliveryId> {
        let window = Window::new(self.plan.window.0, self.plan.window.1).ok()?;
        let parcels = self.parcels();
        let owners = Owners {
            carrier: Some(self.plan.carrier),
            household: Some(self.plan.household),
        };
        for parcel in &parcels {
            self.caller.tenants.own(parcel, owners);
        }
        self.caller.tenants.own(self.driver(), owners);
        let body = json!({
            "address": address(self.plan.household), "window": window, "tracking_numbers": parcels,
        });
        for attempt in 0..3 {
            let ask =
                Ask::send(Method::POST, "/v1/deliveries", body.clone()).keyed(self.key("book", attempt));
            if let Heard::Answer(answer) = self.caller.insist(&ask, TRIES).await {
                if answer.done() {
                    let view: DeliveryView = serde_json::from_value(answer.body).ok()?;
                    self.caller.tenants.own(view.id.to_string(), owners);
                    let booked = Booked {
                        number: self.plan.number,
                        carrier: self.plan.carrier,
                        household: self.plan.household,
                        windows: vec![window],
                        parcels,
                        driver: None,
                        taken_back: None,
                    };
                    self.caller.truth.booked(view.id, booked);
                    self.caller.scene.note(
                        &self.caller.name,
                        format_args!("delivery {} is {}", self.plan.number, view.id),
                    );
                    return Some(view.id);
                }
                // Off just now, perhaps.
                sleep(Duration::from_secs(self.dice.between(30, 600))).await;
            }
        }
        None
    }

    pub(crate) async fn verb(&self, delivery: DeliveryId, verb: &str, key: String, body: Value) -> Heard {
        let path = format!("/v1/deliveries/{delivery}/{verb}");
        let ask = Ask::send(Method::POST, path, body).keyed(key);
        self.caller.insist(&ask, TRIES).await
    }

    async fn dispatch(&self, delivery: DeliveryId) -> bool {
        let body = if self.plan.names_driver {
            json!({ "driver": self.driver() })
        } else {
            json!({})
        };
        for attempt in 0..3 {
            match self
                .verb(delivery, "dispatch", self.key("dispatch", attempt), body.clone())
                .await
            {
                Heard::Answer(answer) if answer.done() => {
                    if self.plan.names_driver {
                        self.caller.truth.bind_driver(delivery, &self.driver());
                    }
                    return true;
                }
                Heard::Answer(answer) if answer.code() != "delivery_disabled" => return false,
                _ => sleep(Duration::from_secs(self.dice.between(20, 200))).await,
            }
        }
        false
    }

    /// Opens, goes in, closes, perhaps goes back in, and completes.
    async fn at_the_door(&self, delivery: DeliveryId) {
        if self.strikes(Kind::SecondDriver) {
            let wrong = self.wrong_open(delivery);
            let right = self.through_the_door(delivery, "open");
            let (_, opened) = tokio::join!(wrong, right);
            if !opened {
                return;
            }
        } else if !self.through_the_door(delivery, "open").await {
            if self.dice.happens(0.5) {
                self.leave_at_the_doorstep(delivery).await;
            }
            return;
        }
        if self.strikes(Kind::Doorstep) {
            self.leave_at_the_doorstep(delivery).await;
            return;
        }
        let mut back = 0;
        while back < 2 && self.strikes(Kind::Reissue) {
            back += 1;
            sleep(Duration::from_secs(self.dice.between(1, 280))).await;
            let body = json!({ "driver": self.driver() });
            let heard = self
                .verb(delivery, "reissue", self.key("reissue", back), body)
                .await;
            if !matches!(&heard, Heard::Answer(answer) if answer.done()) {
                break;
            }
            // Some do not go in after all.
            if self.dice.happens(0.8) && !self.through_the_door(delivery, &format!("again-{back}")).await {
                break;
            }
        }
        if self.dice.happens(0.7) {
            self.complete(delivery).await;
        }
    }

    /// Once in and out. Whether the door was opened at all.
    async fn through_the_door(&self, delivery: DeliveryId, round: &str) -> bool {
        if !self.open(delivery, round).await {
            return false;
        }
        if self.strikes(Kind::OpensAgain) {
            let body = self.opening(&self.driver(), &self.parcels()[0], 20.0);
            let key = self.key(&format!("{round}-anew"), 0);
            self.verb(delivery, "open", key, body).await;
        }
        sleep(Duration::from_secs(self.dice.between(10, 150))).await;
        if self.strikes(Kind::LeftOpen) {
            return true;
        }
        if self.strikes(Kind::ClosedByHand) {
            self.caller.scene.note(
                self.serial.as_str(),
                format_args!("the driver closes it by the button on the wall"),
            );
            let _ = self
                .control
                .press_wall_button(&self.serial, Some(Direction::Close));
            return true;
        }
        self.close(delivery, round).await;
        true
    }

    async fn open(&self, delivery: DeliveryId, round: &str) -> bool {
        let body = self.opening(&self.driver(), &self.parcels()[0], 20.0);
        for attempt in 0..ATTEMPTS {
            let wait = *self.dice.one_of(&["", "", "", "?wait=2"]);
            let heard = self
                .verb(
                    delivery,
                    &format!("open{wait}"),
                    self.key(round, attempt),
                    body.clone(),
                )
                .await;
            match heard {
                Heard::Answer(answer) if answer.done() => {
                    self.caller.truth.bind_driver(delivery, &self.driver());
                    match self.seen_open(delivery).await {
                        Some(GrantState::Armed) => {}
                        Some(GrantState::Scheduled | GrantState::Cancelled | GrantState::Expired) => {
                            return false;
                        }
                        _ => return true,
                    }
                }
                Heard::Answer(answer) if !may_ask_anew(&answer) => {
                    return answer.code() == "already_used";
                }
                _ => sleep(Duration::from_secs(self.dice.between(3, 60))).await,
            }
        }
        false
    }

    fn opening(&self, driver: &str, parcel: &str, metres: f64) -> Value {
        // A degree of latitude is some 111 km.
        let latitude = crate::household::LATITUDE + metres / 111_195.0;
        json!({
            "driver": driver, "tracking_number": parcel,
            "position": {"latitude": latitude, "longitude": crate::household::LONGITUDE, "accuracy_m": 8.0},
        })
    }

    /// Somebody who may not: another driver, a parcel of another's, a driver who is elsewhere.
    async fn wrong_open(&self, delivery: DeliveryId) {
        sleep(Duration::from_millis(self.dice.between(0, 20_000))).await;
        let (driver, parcel) = (self.driver(), self.parcels()[0].clone());
        let body = match self.dice.index(3) {
            0 => self.opening("drv-other", &parcel, 20.0),
            1 => self.opening(&driver, "1Z9999X9", 20.0),
            _ => self.opening(&driver, &parcel, 900.0),
        };
        // Nobody is bound yet where no driver was named: then another one may open, and is the driver from then on.
        if body["driver"] == "drv-other" && !self.plan.names_driver {
            return;
        }
        self.verb(delivery, "open", self.key("wrong", 0), body).await;
    }

    /// The delivery's state, once the door was seen, or nobody knows.
    async fn seen_open(&self, delivery: DeliveryId) -> Option<GrantState> {
        for _ in 0..30 {
            sleep(Duration::from_secs(self.dice.between(3, 12))).await;
            let view = self.view(delivery).await?;
            if view.state != GrantState::Opening {
                return Some(view.state);
            }
        }
        None
    }

    async fn view(&self, delivery: DeliveryId) -> Option<DeliveryView> {
        let ask = Ask::get(format!("/v1/deliveries/{delivery}"));
        match self.caller.insist(&ask, TRIES).await {
            Heard::Answer(answer) if answer.done() => serde_json::from_value(answer.body).ok(),
            _ => None,
        }
    }

    async fn close(&self, delivery: DeliveryId, round: &str) {
        let body = json!({ "driver": self.driver() });
        for attempt in 0..3 {
            let key = self.key(&format!("close-{round}"), attempt);
            let heard = self.verb(delivery, "close", key, body.clone()).await;
            if matches!(&heard, Heard::Answer(answer) if answer.done()) {
                break;
            }
            sleep(Duration::from_secs(self.dice.between(5, 30))).await;
        }
        for _ in 0..6 {
            sleep(Duration::from_secs(self.dice.between(5, 20))).await;
            match self.view(delivery).await {
                Some(view) if view.state == GrantState::Closing => {}
                _ => return,
            }
        }
    }

    async fn complete(&self, delivery: DeliveryId) {
        for attempt in 0..4 {
            let heard = self
                .verb(delivery, "complete", self.key("complete", attempt), json!({}))
                .await;
            match heard {
                Heard::Answer(answer) if answer.code() == "door_not_closed" => {
                    sleep(Duration::from_secs(self.dice.between(20, 120))).await;
                }
                _ => return,
            }
        }
    }
}

/// Whether a driver who was refused may hope for more.
fn may_ask_anew(answer: &Answer) -> bool {
    matches!(
        answer.code(),
        "vendor_unavailable"
            | "vendor_busy"
            | "door_moving"
            | "door_state_unknown"
            | "door_already_open"
            | "door_offline"
            | "door_obstructed"
            | "outside_window"
            | "not_out_for_delivery"
            | "delivery_paused"
            | "outside_hours"
            | "carrier_not_allowed"
            | "link_broken"
            | "door_locked_out"
            | "unavailable"
            | "internal"
            | "request_in_progress"
    )
}
