//! What a household does when the app shows that one of its doors needs a person: it goes and looks, closes the door by hand, and
//! says so.

use axum::http::Method;
use postern_vendor_clouds::Direction;
use serde_json::json;

use crate::{api::Ask, household::Household, kinds::Kind};

impl Household {
    /// Looks into the app, and sees to what it shows; not every time.
    pub(crate) async fn glance_at_the_app(&self) {
        if self.caller.scene.faults.strikes(Kind::TakeOver) {
            self.see_to_the_door().await;
        }
    }

    /// Closes the door by hand where a delivery needs a person, and takes it over.
    pub(crate) async fn see_to_the_door(&self) {
        for delivery in self.list("/v1/deliveries").await {
            let needs_a_person = !delivery["attention"].is_null();
            let Some(id) = delivery["id"].as_str().filter(|_| needs_a_person) else {
                continue;
            };
            self.caller.scene.note(
                self.serial.as_str(),
                format_args!("a person comes for {id} and closes it by hand"),
            );
            let _ = self
                .cloud
                .control
                .press_wall_button(&self.serial, Some(Direction::Close));
            let path = format!("/v1/deliveries/{id}/take-over");
            let ask = Ask::send(Method::POST, path, json!({}));
            self.caller.insist(&ask, 10).await;
        }
    }
}
