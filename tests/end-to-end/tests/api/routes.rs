//! Every operation of both APIs, in one table: what it takes, what it needs, and bodies that are right.
//!
//! `sources` compares the table with the routers' own source, so that no operation is left out of the tests that walk it.

use postern_contract::{delivery::DeliveryView, ids::DeliveryId};
use reqwest::Method;
use serde_json::{Value, json};

use postern_end_to_end::stage::{Stage, key};

/// Which of the two APIs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    Carriers,
    Customers,
}

/// What the `{id}` of a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    Nothing,
    Delivery,
    Link,
    Door,
    Webhook,
}

/// What an operation takes as its body.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Takes {
    /// It is a reading one.
    Nothing,
    /// Nothing, or `{}`.
    NoBody,
    /// JSON: the least that is taken, and everything that can be said.
    Json { least: Value, full: Value },
}

/// An operation.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    pub(crate) api: Api,
    pub(crate) method: Method,
    pub(crate) pattern: &'static str,
    pub(crate) scope: &'static str,
    pub(crate) names: Names,
    /// Whether it takes an `Idempotency-Key`.
    pub(crate) keyed: bool,
    pub(crate) takes: Takes,
    /// The query parameters it knows.
    pub(crate) query: &'static [&'static str],
}

/// Things of one household, for the `{id}`s.
#[derive(Debug, Clone)]
pub(crate) struct Ids {
    pub(crate) delivery: String,
    pub(crate) link: String,
    pub(crate) door: String,
    pub(crate) webhook: String,
}

impl Ids {
    /// The stage's own, with this delivery.
    pub(crate) async fn of(stage: &Stage, delivery: DeliveryId) -> Self {
        let webhook = json!({"url": "https://hooks.northwind.example/postern", "enabled": false});
        let made = stage
            .carrier
            .post("/v1/webhooks", &key(), &webhook)
            .await
            .unwrap();
        Self {
            webhook: made.body["webhook"]["id"].as_str().unwrap().to_owned(),
            delivery: delivery.to_string(),
            link: stage.customer.links().await.unwrap()[0].id.to_string(),
            door: stage.customer.doors().await.unwrap()[0].id.to_string(),
        }
    }

    /// Well-formed ids of things that are not there.
    pub(crate) fn of_nothing() -> Self {
        let id = |prefix: &str| format!("{prefix}_01ARZ3NDEKTSV4RRFFQ69G5FAV");
        Self {
            delivery: id("dlv"),
            link: id("link"),
            door: id("door"),
            webhook: id("wh"),
        }
    }
}

impl Route {
    /// The path, with an id in its place.
    pub(crate) fn path(&self, ids: &Ids) -> String {
        let id = match self.names {
            Names::Nothing => "",
            Names::Delivery => &ids.delivery,
            Names::Link => &ids.link,
            Names::Door => &ids.door,
            Names::Webhook => &ids.webhook,
        };
        self.pattern.replace("{id}", id)
    }

    /// A body that is taken, if any is.
    pub(crate) fn body(&self) -> Option<Value> {
        match &self.takes {
            Takes::Nothing | Takes::NoBody => None,
            Takes::Json { least, .. } => Some(least.clone()),
        }
    }

    /// Whether anybody may call it, with no token at all.
    pub(crate) fn is_public(&self) -> bool {
        self.scope == PUBLIC
    }

    pub(crate) fn is_unsafe(&self) -> bool {
        self.method != Method::GET
    }

    /// For messages.
    pub(crate) fn name(&self) -> String {
        format!("{:?}: {} {}", self.api, self.method, self.pattern)
    }
}

fn json_route(least: Value, more: Value) -> Takes {
    let mut full = least.clone();
    for (name, value) in more.as_object().unwrap() {
        full[name] = value.clone();
    }
    Takes::Json { least, full }
}

/// A right body of each kind, all about the stage's household and this delivery of it.
struct Bodies {
    address: Value,
    window: Value,
    parcel: Value,
}

/// Every operation. The bodies are about `delivery` and the household of `ids`.
pub(crate) fn routes(ids: &Ids, delivery: &DeliveryView) -> Vec<Route> {
    let bodies = Bodies {
        address: json!({
            "line1": "12 Elm Street", "city": "Guelph", "region": "ON", "postal_code": "N1G 2W1", "country": "CA",
        }),
        window: json!(delivery.window),
        parcel: json!(delivery.tracking_numbers[0]),
    };
    let mut table = carriers(&bodies);
    table.extend(customers(&bodies, ids));
    table
}

fn route(api: Api, method: Method, pattern: &'static str, takes: Takes) -> Route {
    let names = match pattern {
        "/v1/links/{id}" => Names::Link,
        "/v1/doors/{id}" => Names::Door,
        _ if pattern.starts_with("/v1/webhooks/{id}") => Names::Webhook,
        _ if pattern.contains("{id}") => Names::Delivery,
        _ => Names::Nothing,
    };
    Route {
        api,
        method,
        pattern,
        scope: "household",
        names,
        keyed: false,
        takes,
        query: &[],
    }
}

/// The scope of what anybody may call.
const PUBLIC: &str = "";
const PAGED: &[&str] = &["limit", "cursor"];
const LISTED: &[&str] = &["limit", "cursor", "day", "tracking_number", "state", "driver"];
const WAITED: &[&str] = &["wait"];
const FOLLOWED: &[&str] = &["wait", "after"];

fn carriers(bodies: &Bodies) -> Vec<Route> {
    let Bodies {
        address,
        window,
        parcel,
    } = bodies;
    let driver = json!({"driver": "driver-7"});
    let position = json!({"latitude": 43.5449, "longitude": -80.2480, "accuracy_m": 8.0});
    let get = |pattern, scope, query| Route {
        scope,
        query,
        ..route(Api::Carriers, Method::GET, pattern, Takes::Nothing)
    };
    let post = |pattern, query, takes| Route {
        scope: "deliveries:write",
        keyed: true,
        query,
        ..route(Api::Carriers, Method::POST, pattern, takes)
    };
    vec![
        Route {
            scope: "eligibility:read",
            keyed: false,
            ..post(
                "/v1/eligibility",
                &[],
                json_route(json!({"address": address}), json!({"window": window, "days": 3})),
            )
        },
        Route {
            scope: "eligibility:read",
            keyed: false,
            ..post(
                "/v1/eligibility/batch",
                &[],
                json_route(json!({"questions": [{"address": address}]}), json!({})),
            )
        },
        post(
            "/v1/deliveries",
            &[],
            json_route(
                json!({"address": address, "window": window, "tracking_numbers": ["PARCEL-NEW"]}),
                json!({"carrier_reference": "route 12"}),
            ),
        ),
        get("/v1/deliveries", "deliveries:read", LISTED),
        get("/v1/deliveries/{id}", "deliveries:read", FOLLOWED),
        Route {
            method: Method::PATCH,
            ..post(
                "/v1/deliveries/{id}",
                &[],
                json_route(
                    json!({}),
                    json!({"window": window, "driver": "driver-7", "tracking_numbers": [parcel]}),
                ),
            )
        },
        get("/v1/deliveries/{id}/log", "evidence:read", PAGED),
        get("/v1/deliveries/{id}/evidence", "evidence:read", &[]),
        get("/v1/events", "deliveries:read", &["after", "limit", "wait"]),
        get("/v1/webhooks", "webhooks:write", &[]),
        get("/v1/webhooks/{id}", "webhooks:write", &[]),
        Route {
            scope: "webhooks:write",
            ..post(
                "/v1/webhooks",
                &[],
                json_route(
                    json!({"url": "https://hooks.northwind.example/postern"}),
                    json!({"types": ["com.postern.delivery.*"], "description": "the board", "enabled": false}),
                ),
            )
        },
        Route {
            scope: "webhooks:write",
            ..post("/v1/webhooks/{id}/rotate", &[], json_route(json!({}), json!({})))
        },
        Route {
            scope: "webhooks:write",
            ..route(
                Api::Carriers,
                Method::PATCH,
                "/v1/webhooks/{id}",
                json_route(
                    json!({}),
                    json!({
                        "url": "https://hooks.northwind.example/2", "types": ["com.postern.*"],
                        "description": "moved", "enabled": true,
                    }),
                ),
            )
        },
        Route {
            scope: "webhooks:write",
            ..route(Api::Carriers, Method::DELETE, "/v1/webhooks/{id}", Takes::NoBody)
        },
        get("/v1/webhooks/{id}/pushes", "webhooks:write", PAGED),
        Route {
            scope: "webhooks:write",
            ..post("/v1/webhooks/{id}/test", WAITED, json_route(json!({}), json!({})))
        },
        Route {
            scope: "webhooks:write",
            ..post(
                "/v1/webhooks/{id}/replay",
                &[],
                json_route(json!({"after": "0"}), json!({"until": "2026-11-23T14:00:12Z"})),
            )
        },
        get("/v1/signing-keys", PUBLIC, &[]),
        post(
            "/v1/deliveries/{id}/dispatch",
            &[],
            json_route(json!({}), driver.clone()),
        ),
        post(
            "/v1/deliveries/{id}/open",
            WAITED,
            json_route(
                json!({"driver": "driver-7", "position": position, "tracking_number": parcel}),
                json!({}),
            ),
        ),
        post(
            "/v1/deliveries/{id}/close",
            WAITED,
            json_route(driver.clone(), json!({})),
        ),
        post(
            "/v1/deliveries/{id}/complete",
            WAITED,
            json_route(json!({}), json!({"dropped": [parcel]})),
        ),
        post("/v1/deliveries/{id}/reissue", &[], json_route(driver, json!({}))),
        post(
            "/v1/deliveries/{id}/cancel",
            &[],
            json_route(json!({"reason": "the van broke down"}), json!({})),
        ),
        post(
            "/v1/deliveries/{id}/doorstep",
            WAITED,
            json_route(json!({"reason": "too_large"}), json!({"remark": "a wardrobe"})),
        ),
    ]
}

fn customers(bodies: &Bodies, ids: &Ids) -> Vec<Route> {
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
