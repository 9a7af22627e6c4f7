//! The customers' API: register a household, link an opener, choose the door, say what is wanted, watch, and turn it all off.
//!
//! A thin shell: each handler reads the request, calls one flow of the core, and words the answer. The permission it needs stands
//! in its signature. What a caller may touch hangs on their household alone, which is found by the token's subject; another
//! household's things are answered as ones that do not exist.
//!
//! No call takes an `Idempotency-Key`, because each can be repeated: it sets a state rather than adding to it, and says in its own
//! words what a repeat does.

mod activity;
mod caller;
mod deliveries;
mod doors;
mod household;
mod links;
mod preferences;
mod problems;
mod switch;

use axum::{
    Router,
    routing::{delete, get, post, put},
};
use postern_core::Platform;
use postern_http::{Cursors, HouseConfig, house};

pub use problems::HOUSEHOLDS;

/// What the handlers share.
#[derive(Debug, Clone)]
pub struct Customers {
    /// The platform.
    pub platform: Platform,
    /// Seals the cursors of lists.
    pub cursors: Cursors,
}

/// The API's routes, with the house around them.
pub fn router(state: Customers, config: HouseConfig) -> Router {
    let routes = Router::new()
        .route(
            "/v1/household",
            post(household::sign_up::sign_up).get(household::read::read),
        )
        .route(
            "/v1/preferences",
            get(preferences::read::read).put(preferences::set::set),
        )
        .route("/v1/enable", post(switch::enable::enable))
        .route("/v1/disable", post(switch::disable::disable))
        .route("/v1/links", post(links::begin::begin).get(links::list::list))
        .route("/v1/links/finish", post(links::finish::finish))
        .route("/v1/links/{id}", delete(links::unlink::unlink))
        .route("/v1/doors", get(doors::list::list))
        .route(
            "/v1/doors/{id}",
            get(doors::read::read).patch(doors::rename::rename),
        )
        .route("/v1/delivery-door", put(doors::choose::choose))
        .route("/v1/deliveries", get(deliveries::list::list))
        .route("/v1/deliveries/{id}", get(deliveries::get::get))
        .route("/v1/deliveries/{id}/log", get(deliveries::log::log))
        .route("/v1/deliveries/{id}/refuse", post(deliveries::refuse::refuse))
        .route(
            "/v1/deliveries/{id}/take-over",
            post(deliveries::take_over::take_over),
        )
        .route("/v1/activity", get(activity::list));
    house(routes, config).with_state(state)
}
