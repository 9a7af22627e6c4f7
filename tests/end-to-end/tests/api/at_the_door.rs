//! A driver at the door who is refused, looked at on the wire.

use postern_contract::{
    customer::Preferences,
    delivery::{DeliveryView, GrantState},
};
use postern_vendor_clouds::{Direction, control::DoorPatch, door::ReportedState};
use reqwest::Method;
use serde_json::{Value, json};

use postern_end_to_end::stage::{Stage, eventually, key};

use crate::{
    routes::Api,
    wire::{Reply, Wire, send},
};

/// A stage whose refusals are looked at on the wire.
pub(crate) struct AtTheDoor {
    pub(crate) stage: Stage,
    pub(crate) wire: Wire,
}

/// What the driver at the door sends.
pub(crate) fn at_the_door(delivery: &DeliveryView) -> Value {
    json!(postern_end_to_end::stage::open_for(delivery))
}

impl AtTheDoor {
    pub(crate) async fn set(stage: Stage) -> Self {
        let wire = Wire::new(&stage.local);
        Self { stage, wire }
    }

    pub(crate) async fn ask(
        &self,
        wire: &Wire,
        delivery: &DeliveryView,
        body: &Value,
        key: &str,
        language: &str,
    ) -> Reply {
        let path = format!("/v1/deliveries/{}/open", delivery.id);
        let request = wire
            .request(Api::Carriers, Method::POST, &path)
            .header("idempotency-key", key)
            .header("accept-language", language)
            .json(body);
        send(format!("open in {language}"), request).await
    }

    /// Asks to open, expecting this refusal: in English, and repeated in French, with no command sent to the door.
    pub(crate) async fn refused_with(
        &self,
        delivery: &DeliveryView,
        body: &Value,
        status: u16,
        code: &str,
    ) -> Reply {
        self.refused_for(&self.wire, delivery, body, status, code).await
    }

    pub(crate) async fn refused_for(
        &self,
        wire: &Wire,
        delivery: &DeliveryView,
        body: &Value,
        status: u16,
        code: &str,
    ) -> Reply {
        let commands = || {
            let myq = self.stage.myq();
            myq.commands_received(&self.stage.door).unwrap()
        };
        let (before, key) = (commands(), key());
        let english = self.ask(wire, delivery, body, &key, "en-CA").await;
        let french = self
            .ask(wire, delivery, body, &key, "fr-CA,fr;q=0.9,en;q=0.1")
            .await;
        for (reply, language) in [(&english, "en"), (&french, "fr")] {
            reply.refused(status, code);
            assert_eq!(reply.header("content-language"), language, "{reply:#?}");
        }
        for name in ["title", "detail"] {
            assert_ne!(
                english.body[name], french.body[name],
                "{name} of {code} has one language"
            );
        }
        assert_eq!(commands(), before, "{code}: a command reached the door");
        english
    }

    /// Asks as it should be asked, expecting this refusal.
    pub(crate) async fn refused(&self, delivery: &DeliveryView, status: u16, code: &str) -> Reply {
        self.refused_with(delivery, &at_the_door(delivery), status, code)
            .await
    }

    /// The delivery's door can be opened, closed and the delivery completed.
    pub(crate) async fn can_be_delivered(&self, delivery: &DeliveryView) {
        let opened = self.stage.times_opened();
        let answer = self.stage.ask_to_open(delivery, &key()).await;
        assert_eq!(answer.status.as_u16(), 202, "{}", answer.body);
        self.stage
            .until(delivery.id, |view| view.state == GrantState::Open)
            .await;
        assert_eq!(self.stage.times_opened(), opened + 1);
        self.refused(delivery, 409, "already_used").await;
        self.stage.closed_and_completed(delivery.id).await;
        self.refused(delivery, 409, "delivery_completed").await;
        assert_eq!(self.stage.times_opened(), opened + 1);
    }

    pub(crate) async fn prefer(&self, preferences: Value) {
        let preferences: Preferences = serde_json::from_value(preferences).unwrap();
        self.stage.customer.prefer(&preferences).await.unwrap();
    }

    /// Presses the button on the wall and waits until the cloud shows what the door then is.
    pub(crate) async fn by_hand(&self, way: Direction, shown: ReportedState) {
        let (myq, door) = (self.stage.myq(), &self.stage.door);
        myq.press_wall_button(door, Some(way)).unwrap();
        eventually("the cloud shows the door", || {
            myq.door(door).unwrap().reported.state == shown
        })
        .await;
    }

    pub(crate) fn patch(&self, patch: DoorPatch) {
        self.stage.myq().patch_door(&self.stage.door, &patch).unwrap();
    }
}
