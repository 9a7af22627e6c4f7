//! What a carrier asks about a visit beside opening and closing: another window.

use axum::http::Method;
use jiff::SignedDuration;
use postern_contract::{delivery::Window, ids::DeliveryId};
use serde_json::json;

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
}
