//! The carriers' API: may a parcel go into this garage, book it, open and close the door, and show what happened.
//!
//! A thin shell: each handler reads the request, calls one flow of the core, and words the answer. The permission it needs stands
//! in its signature; another carrier's delivery is answered as one that does not exist.

mod caller;
mod deliveries;
mod eligibility;
mod events;
mod problems;
mod signing_keys;
mod webhooks;

use axum::{
    Router,
    routing::{get, post},
};
use postern_core::{Platform, webhooks::Addresses};
use postern_http::{Cursors, HouseConfig, house};

pub use problems::{DELIVERIES, WEBHOOKS};

/// What the handlers share.
#[derive(Debug, Clone)]
pub struct Carriers {
    /// The platform.
    pub platform: Platform,
    /// Seals the cursors of lists.
    pub cursors: Cursors,
    /// Where webhooks may be posted to.
    pub webhooks: Addresses,
}

/// The API's routes, with the house around them.
pub fn router(state: Carriers, config: HouseConfig) -> Router {
    let routes = Router::new()
        .route("/v1/eligibility", post(eligibility::ask))
        .route(
            "/v1/deliveries",
            post(deliveries::book::book).get(deliveries::list::list),
        )
        .route("/v1/deliveries/{id}", get(deliveries::get::get))
        .route(
            "/v1/deliveries/{id}/dispatch",
            post(deliveries::dispatch::dispatch),
        )
        .route("/v1/deliveries/{id}/open", post(deliveries::open::open))
        .route("/v1/deliveries/{id}/close", post(deliveries::close::close))
        .route(
            "/v1/deliveries/{id}/complete",
            post(deliveries::complete::complete),
        )
        .route("/v1/deliveries/{id}/reissue", post(deliveries::reissue::reissue))
        .route("/v1/deliveries/{id}/cancel", post(deliveries::cancel::cancel))
        .route("/v1/deliveries/{id}/log", get(deliveries::log::log))
        .route("/v1/events", get(events::list))
        .route("/v1/webhooks", post(webhooks::create).get(webhooks::list))
        .route(
            "/v1/webhooks/{id}",
            get(webhooks::get)
                .patch(webhooks::change)
                .delete(webhooks::delete),
        )
        .route("/v1/webhooks/{id}/rotate", post(webhooks::rotate))
        .route("/v1/signing-keys", get(signing_keys::list));
    house(routes, config).with_state(state)
}
