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
mod messages;
mod preferences;
mod problems;
mod switch;

use axum::Router;
use postern_core::Platform;
use postern_http::{Cursors, HouseConfig, house};
use utoipa_axum::{router::OpenApiRouter, routes};

pub use messages::openapi;
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
    let (router, _) = routes().split_for_parts();
    house(router, config).with_state(state)
}

/// Every route, with its description.
fn routes() -> OpenApiRouter<Customers> {
    OpenApiRouter::new()
        .routes(routes!(household::sign_up::sign_up, household::read::read))
        .routes(routes!(preferences::read::read, preferences::set::set))
        .routes(routes!(switch::enable::enable))
        .routes(routes!(switch::disable::disable))
        .routes(routes!(links::begin::begin, links::list::list))
        .routes(routes!(links::finish::finish))
        .routes(routes!(links::answer::answer))
        .routes(routes!(links::unlink::unlink))
        .routes(routes!(doors::list::list))
        .routes(routes!(doors::read::read, doors::rename::rename))
        .routes(routes!(doors::choose::choose))
        .routes(routes!(deliveries::list::list))
        .routes(routes!(deliveries::get::get))
        .routes(routes!(deliveries::log::log))
        .routes(routes!(deliveries::refuse::refuse))
        .routes(routes!(deliveries::take_over::take_over))
        .routes(routes!(activity::list))
}
