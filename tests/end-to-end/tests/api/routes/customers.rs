//! The operations of the customers' API.

use reqwest::Method;
use serde_json::json;

use super::{Api, Bodies, FOLLOWED, Ids, PAGED, Route, Takes, json_route, route};

pub(super) fn customers(bodies: &Bodies, ids: &Ids) -> Vec<Route> {
    let get = |pattern, query| Route {
        query,
        ..route(Api::Customers, Method::GET, pattern, Takes::Nothing)
    };
    let send = |method, pattern, takes| route(Api::Customers, method, pattern, takes);
    let mut full_address = bodies.address.clone();
    full_address["line2"] = json!("Unit 3");
    let preferences = json!({
        "paused_until": "2026-11-23T15:00:00Z",
        "hours": [{"days": ["monday"], "from": "08:00:00", "until": "18:00:00"}],
        "carriers": {"only": ["northwind"]},
        "return_pickups": true,
    });
    vec![
        send(
            Method::POST,
            "/v1/household",
            json_route(
                json!({
                    "address": bodies.address,
                    "position": {"latitude": 43.5448, "longitude": -80.2482},
                    "time_zone": "America/Toronto",
                    "locale": "en-CA",
                }),
                json!({"address": full_address}),
            ),
        ),
        get("/v1/household", &[]),
        get("/v1/preferences", &[]),
        send(Method::PUT, "/v1/preferences", json_route(json!({}), preferences)),
        send(Method::POST, "/v1/enable", Takes::NoBody),
        send(Method::POST, "/v1/disable", Takes::NoBody),
        send(
            Method::POST,
            "/v1/links",
            json_route(json!({"vendor": "myq"}), json!({})),
        ),
        get("/v1/links", &[]),
        send(
            Method::POST,
            "/v1/links/finish",
            json_route(json!({"state": "a-state", "code": "a-code"}), json!({})),
        ),
        send(
            Method::POST,
            "/v1/links/answer",
            json_route(
                json!({"state": "a-state", "answers": {}}),
                json!({"answers": {"email": "ann@example.com", "password": "a-password", "one_time_code": "831204"}}),
            ),
        ),
        send(Method::DELETE, "/v1/links/{id}", Takes::NoBody),
        get("/v1/doors", &["refresh"]),
        get("/v1/doors/{id}", &["refresh"]),
        send(
            Method::PATCH,
            "/v1/doors/{id}",
            json_route(json!({"name": "Left door"}), json!({})),
        ),
        send(
            Method::PUT,
            "/v1/delivery-door",
            json_route(
                json!({"door": ids.door, "door_is_sectional": true, "allow_unattended_close": true}),
                json!({}),
            ),
        ),
        get("/v1/deliveries", &["which", "limit", "cursor"]),
        get("/v1/deliveries/{id}", FOLLOWED),
        get("/v1/deliveries/{id}/log", PAGED),
        send(Method::POST, "/v1/deliveries/{id}/refuse", Takes::NoBody),
        send(Method::POST, "/v1/deliveries/{id}/take-over", Takes::NoBody),
        get("/v1/activity", PAGED),
    ]
}
