//! Strangers: a carrier that asks for another's deliveries, and a household for another's. They hear that there are none, and nothing
//! changes.

use std::{sync::Arc, time::Duration};

use axum::http::Method;
use postern_contract::ids::DeliveryId;
use postern_core::promises::Promise;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{
    api::{Ask, Caller, Heard},
    dice::Dice,
    kinds::Kind,
    tenants::Tenant,
    workload::Workload,
};

/// What a stranger leaves behind wherever it is let in: no log may ever hold it.
pub(crate) const MARK: &str = "drv-stranger";

/// A tenant that asks for what is another's.
pub(crate) struct Stranger {
    pub(crate) caller: Arc<Caller>,
    pub(crate) dice: Dice,
}

impl Stranger {
    /// Asks, now and then, through the workload's busy times.
    pub(crate) async fn snoop(self, workload: Arc<Workload>) {
        for (from, until) in workload.busy {
            self.caller.scene.time.until(from).await;
            while self.caller.scene.now() < until {
                sleep(Duration::from_secs(self.dice.between(60, 900))).await;
                if self.caller.scene.faults.strikes(Kind::Stranger) {
                    self.ask().await;
                }
            }
        }
    }

    async fn ask(&self) {
        let booked = self.caller.truth.all_booked();
        let foreign: Vec<DeliveryId> = booked
            .iter()
            .filter(|(_, booked)| match self.caller.tenant {
                Tenant::Carrier(carrier) => booked.carrier != carrier,
                Tenant::Household(household) => booked.household != household,
            })
            .map(|(delivery, _)| *delivery)
            .collect();
        let Some(delivery) = foreign.get(self.dice.index(foreign.len())) else {
            return;
        };
        let parcel = booked[delivery].parcels[0].clone();
        let ask = match self.caller.tenant {
            Tenant::Carrier(_) => self.as_carrier(*delivery, &parcel),
            Tenant::Household(_) => self.as_household(*delivery),
        };
        let heard = self.caller.insist(&ask, 3).await;
        let Heard::Answer(answer) = heard else { return };
        let refused = answer.status == 404 || answer.is_passing();
        self.caller.scene.check(Promise::TenantsApart, refused, || {
            format!(
                "{} {} by {} was answered {} {}",
                ask.method,
                ask.path,
                self.caller.name,
                answer.status,
                answer.code()
            )
        });
    }

    fn as_carrier(&self, delivery: DeliveryId, parcel: &str) -> Ask {
        let key = format!("strange-{}", self.dice.number());
        let to = |verb: &str, body: Value| {
            Ask::send(Method::POST, format!("/v1/deliveries/{delivery}/{verb}"), body).keyed(key.clone())
        };
        match self.dice.index(8) {
            0 => Ask::get(format!("/v1/deliveries/{delivery}")),
            1 => Ask::get(format!("/v1/deliveries/{delivery}/log")),
            2 => to("dispatch", json!({ "driver": MARK })),
            3 => to(
                "open",
                json!({
                    "driver": MARK, "tracking_number": parcel, "position": {
                        "latitude": crate::household::LATITUDE, "longitude": crate::household::LONGITUDE,
                        "accuracy_m": 5.0,
                    },
                }),
            ),
            4 => to("close", json!({ "driver": MARK })),
            5 => to("complete", json!({})),
            6 => to("reissue", json!({ "driver": MARK })),
            _ => to("cancel", json!({ "reason": MARK })),
        }
    }

    fn as_household(&self, delivery: DeliveryId) -> Ask {
        match self.dice.index(3) {
            0 => Ask::get(format!("/v1/deliveries/{delivery}")),
            1 => Ask::get(format!("/v1/deliveries/{delivery}/log")),
            _ => Ask::send(
                Method::POST,
                format!("/v1/deliveries/{delivery}/refuse"),
                json!({}),
            ),
        }
    }
}
