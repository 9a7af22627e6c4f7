//! The scene of the tests of bad input: an armed delivery, and every operation about it.

use postern_contract::delivery::DeliveryView;
use reqwest::RequestBuilder;
use serde_json::Value;

use postern_end_to_end::stage::Stage;

use crate::{
    routes::{Ids, Route, Takes, routes},
    wire::{Reply, Wire, send},
};

const JSON: &str = "application/json";

/// A stage with an armed delivery, and every operation about it.
pub(crate) struct Scene {
    pub(crate) stage: Stage,
    pub(crate) wire: Wire,
    pub(crate) ids: Ids,
    pub(crate) table: Vec<Route>,
}

impl Scene {
    pub(crate) async fn set() -> Self {
        let stage = Stage::set().await;
        let armed: DeliveryView = stage.armed("PARCEL-1").await;
        let ids = Ids::of(&stage, armed.id).await;
        Self {
            wire: Wire::new(&stage.local),
            table: routes(&ids, &armed),
            stage,
            ids,
        }
    }

    pub(crate) fn at(&self, route: &Route) -> RequestBuilder {
        self.wire.at(route, &route.path(&self.ids))
    }

    /// The operations that take JSON, with the least and the most that they take.
    pub(crate) fn with_json(&self) -> impl Iterator<Item = (&Route, &Value, &Value)> {
        self.table.iter().filter_map(|route| match &route.takes {
            Takes::Json { least, full } => Some((route, least, full)),
            Takes::Nothing | Takes::NoBody => None,
        })
    }

    pub(crate) async fn send(&self, route: &Route, what: &str, request: RequestBuilder) -> Reply {
        send(format!("{} {what}", route.name()), request).await
    }

    /// Sends bytes that say they are JSON.
    pub(crate) async fn send_bytes(&self, route: &Route, what: &str, bytes: Vec<u8>) -> Reply {
        let request = self.at(route).header("content-type", JSON).body(bytes);
        self.send(route, what, request).await
    }

    pub(crate) async fn send_json(&self, route: &Route, what: &str, body: &Value) -> Reply {
        self.send(route, what, self.at(route).json(body)).await
    }
}
