//! The carriers' API: may a parcel go into this garage, book it, open and close the door, and show what happened.
//!
//! A thin shell: each handler reads the request, calls one flow of the core, and words the answer. The permission it needs stands
//! in its signature; another carrier's delivery is answered as one that does not exist.

mod caller;
mod deliveries;
mod eligibility;
mod events;
mod evidence;
mod messages;
mod problems;
mod pushes;
mod quotas;
mod signing_keys;
mod webhooks;

use std::{fmt, sync::Arc};

use axum::{Router, middleware::from_fn_with_state};
use postern_core::{Platform, webhooks::Addresses};
use postern_http::{Cursors, HouseConfig, house};
use postern_keys::BundleSigner;
use utoipa_axum::{router::OpenApiRouter, routes};

pub use messages::openapi;
pub use problems::{DELIVERIES, QUOTAS, WEBHOOKS};

/// What the handlers share.
#[derive(Clone)]
pub struct Carriers {
    /// The platform.
    pub platform: Platform,
    /// Seals the cursors of lists.
    pub cursors: Cursors,
    /// Where webhooks may be posted to.
    pub webhooks: Addresses,
    /// Signs the evidence of deliveries. No other part of the platform does.
    pub bundles: Arc<dyn BundleSigner>,
}

impl fmt::Debug for Carriers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Carriers")
    }
}

/// The API's routes, with the house around them.
pub fn router(state: Carriers, config: HouseConfig) -> Router {
    let (router, _) = routes().split_for_parts();
    let router = router.route_layer(from_fn_with_state(state.clone(), quotas::count));
    house(router, config).with_state(state)
}

/// Every route, with its description.
fn routes() -> OpenApiRouter<Carriers> {
    OpenApiRouter::new()
        .routes(routes!(eligibility::ask))
        .routes(routes!(eligibility::ask_many))
        .routes(routes!(deliveries::book::book, deliveries::list::list))
        .routes(routes!(deliveries::get::get, deliveries::change::change))
        .routes(routes!(deliveries::dispatch::dispatch))
        .routes(routes!(deliveries::open::open))
        .routes(routes!(deliveries::close::close))
        .routes(routes!(deliveries::complete::complete))
        .routes(routes!(deliveries::reissue::reissue))
        .routes(routes!(deliveries::cancel::cancel))
        .routes(routes!(deliveries::doorstep::doorstep))
        .routes(routes!(deliveries::log::log))
        .routes(routes!(evidence::evidence))
        .routes(routes!(events::list))
        .routes(routes!(webhooks::create, webhooks::list))
        .routes(routes!(webhooks::get, webhooks::change, webhooks::delete))
        .routes(routes!(webhooks::rotate))
        .routes(routes!(pushes::list))
        .routes(routes!(pushes::test))
        .routes(routes!(pushes::replay))
        .routes(routes!(signing_keys::list))
}
