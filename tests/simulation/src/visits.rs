//! What a carrier asks about a visit beside opening and closing: another window, leaving the parcels at the doorstep, and
//! calling it off.

use std::time::Duration;

use axum::http::Method;
use jiff::SignedDuration;
use postern_contract::{delivery::Window, ids::DeliveryId};
use serde_json::json;
use tokio::time::sleep;

use crate::{
    api::{Ask, Heard},
    carrier::{Job, TRIES},
};

impl Job {
    /// Moves the window's ends about the moment at which the driver means to come.
    pub(crate) async fn change(&self, delivery: DeliveryId, which: &str) {
        let (from, until) = self.plan.window;
        let between = |from: jiff::Timestamp, until: jiff::Timestamp| {
            let span = u64::try_from(until.duration_since(from).as_millis()).unwrap_or_default();
            from + SignedDuration::from_millis(i64::try_from(self.dice.between(0, span)).unwrap_or_default())
        };
        let come = self.plan.arrive_at;
        let ends = between(come, until) + SignedDuration::from_mins(1);
        let Ok(window) = Window::new(between(from, come), ends) else {
            return;
        };
        let truth = &self.caller.truth;
        let before = truth.of(delivery).map_or(Vec::new(), |booked| booked.windows);
        truth.windows(delivery, [before.clone(), vec![window]].concat());
        let path = format!("/v1/deliveries/{delivery}");
        let ask = Ask::send(Method::PATCH, path, json!({ "window": window }));
        let ask = ask.keyed(self.key(&format!("change-{which}"), 0));
        match self.caller.insist(&ask, TRIES).await {
            Heard::Answer(answer) if answer.done() => truth.windows(delivery, vec![window]),
            // It may not have been the first to be refused so: a try before it may have been done.
            Heard::Answer(_) | Heard::Nothing => {}
        }
    }

    /// Says that the parcels lie before the house; closes the door first where that is asked for.
    pub(crate) async fn leave_at_the_doorstep(&self, delivery: DeliveryId) {
        let body = json!({ "reason": *self.dice.one_of(&["door_did_not_open", "too_large", "animal"]) });
        for attempt in 0..4 {
            let key = self.key("doorstep", attempt);
            match self.verb(delivery, "doorstep", key, body.clone()).await {
                Heard::Answer(answer) if answer.code() == "door_not_closed" => {
                    sleep(Duration::from_secs(self.dice.between(20, 120))).await;
                }
                // Noted only, an order that is on its way may still leave.
                Heard::Answer(answer) if answer.done() && answer.body["state"] == "cancelled" => {
                    let now = self.caller.scene.now();
                    self.caller.truth.taken_back(delivery, now, "a doorstep");
                    return;
                }
                Heard::Answer(_) | Heard::Nothing => return,
            }
        }
    }

    /// Calls the delivery off.
    pub(crate) async fn cancel(&self, delivery: DeliveryId, after: Duration) {
        sleep(after).await;
        let body = json!({ "reason": "the customer called us" });
        let heard = self.verb(delivery, "cancel", self.key("cancel", 0), body).await;
        if matches!(&heard, Heard::Answer(answer) if answer.done()) {
            self.caller
                .truth
                .taken_back(delivery, self.caller.scene.now(), "a cancel");
        }
    }
}
