//! Bad ids, queries, keys and methods at every operation of both APIs: refused as whole problems, and nothing has changed.

use reqwest::Method;
use serde_json::Value;

use postern_end_to_end::stage::key;

use crate::{
    routes::{Api, Names, Route},
    scene::Scene,
    wire::{Before, MARK, send},
};

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_names_nothing_is_not_found() {
    let scene = Scene::set().await;
    let before = Before::now(&scene.stage.local).await;
    for route in scene.table.iter().filter(|route| route.names != Names::Nothing) {
        let id = match route.names {
            Names::Delivery => &scene.ids.delivery,
            Names::Link => &scene.ids.link,
            Names::Webhook => &scene.ids.webhook,
            Names::Door | Names::Nothing => &scene.ids.door,
        };
        let (prefix, ulid) = id.split_once('_').unwrap();
        let ids = [
            MARK.to_owned(),
            "1".to_owned(),
            "%00".to_owned(),
            "%ff".to_owned(),
            "%2e%2e%2f%2e%2e".to_owned(),
            format!("{prefix}_"),
            format!("{prefix}_{}", ulid.to_lowercase()),
            format!("{id}0"),
            format!("{id}%20"),
            format!("{id}%00"),
            format!("x{id}"),
            format!("hh_{ulid}"),
            format!("{prefix}_01ARZ3NDEKTSV4RRFFQ69G5FAV"),
            "x".repeat(5_000),
        ];
        for bad in ids {
            let mut request = scene.wire.at(route, &route.pattern.replace("{id}", &bad));
            if let Some(body) = route.body() {
                request = request.json(&body);
            }
            let reply = scene.send(route, &format!("of {bad:.40}"), request).await;
            reply.refused(404, "not_found");
        }
        before.assert_unchanged(&scene.stage.local, &route.name()).await;
    }
    for (api, path) in [
        (Api::Carriers, "/"),
        (Api::Carriers, "/v1/household"),
        (Api::Customers, "/v2/doors"),
        (Api::Customers, "/v1/deliveries/"),
    ] {
        let reply = send(path, scene.wire.request(api, Method::GET, path)).await;
        reply.refused(404, "not_found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_is_unknown_repeated_or_wrong_is_refused_by_its_name() {
    let scene = Scene::set().await;
    let before = Before::now(&scene.stage.local).await;
    // A cursor of another list is no cursor of this one.
    scene.stage.booked("PARCEL-2").await;
    let page: Value = scene
        .stage
        .carrier
        .get("/v1/deliveries?limit=1")
        .await
        .unwrap()
        .done()
        .unwrap();
    let foreign = page["next_cursor"].as_str().unwrap().to_owned();
    let before_queries = Before::now(&scene.stage.local).await;
    assert_ne!(before, before_queries);
    for route in &scene.table {
        let wrong: &[(&str, &[&str])] = &[
            (
                "limit",
                &["0", "101", "-1", "1.5", "many", "", "99999999999999999999999"],
            ),
            ("wait", &["26", "-1", "1.5", "", "soon", "025"]),
            ("after", &["-1", "x", "", "18446744073709551616"]),
            ("refresh", &["yes", "1", ""]),
            ("which", &["all", "", "Current"]),
            ("day", &["2026-11-31", "26-11-20", "today", "20261120T", ""]),
            ("tracking_number", &["a-small-letter", "", "TWO%20WORDS"]),
            // By themselves they would ask for everything to be read.
            ("state", &["delivered", "", "Armed", "armed"]),
            ("driver", &["two%20words", "", "driver-7"]),
        ];
        let mut queries: Vec<(&str, String)> = vec![("surprise", format!("surprise={MARK}"))];
        for (name, values) in wrong.iter().filter(|(name, _)| route.query.contains(name)) {
            queries.extend(values.iter().map(|value| (*name, format!("{name}={value}"))));
            queries.push((name, format!("{name}={MARK}")));
        }
        queries.extend(
            route
                .query
                .iter()
                .map(|name| (*name, format!("{name}=1&{name}=2"))),
        );
        let path = route.path(&scene.ids);
        for (name, query) in queries {
            let mut request = scene.wire.at(route, &format!("{path}?{query}"));
            if let Some(body) = route.body() {
                request = request.json(&body);
            }
            let reply = scene.send(route, &format!("?{query}"), request).await;
            reply.refused(400, "invalid_query");
            assert_eq!(reply.body["field"], name, "{reply:#?}");
        }
        if route.query.contains(&"cursor") {
            let mut cursors = vec![
                MARK.to_owned(),
                String::new(),
                "a".repeat(4_000),
                "%00".to_owned(),
            ];
            if route.pattern != "/v1/deliveries" || route.api != Api::Carriers {
                cursors.push(foreign.clone());
            }
            for cursor in cursors {
                let request = scene.wire.at(route, &format!("{path}?cursor={cursor}"));
                let reply = scene.send(route, &format!("?cursor={cursor:.20}"), request).await;
                reply.refused(400, "invalid_cursor");
            }
        }
        before_queries
            .assert_unchanged(&scene.stage.local, &route.name())
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idempotency_key_that_is_none_is_refused_by_every_unsafe_call_of_a_carrier() {
    let scene = Scene::set().await;
    let before = Before::now(&scene.stage.local).await;
    for route in scene.table.iter().filter(|route| route.keyed) {
        let bare = || {
            let request = scene
                .wire
                .request(route.api, route.method.clone(), &route.path(&scene.ids));
            request.json(&route.body().unwrap())
        };
        let reply = scene.send(route, "without a key", bare()).await;
        reply.refused(400, "idempotency_key_missing");
        let too_long = "k".repeat(256);
        let keys: [&[u8]; 6] = [
            b"",
            too_long.as_bytes(),
            b"two words",
            b"Zq7Marker key",
            b"caf\xc3\xa9",
            b"\xff",
        ];
        for bad in keys {
            let request = bare().header("idempotency-key", bad);
            let reply = scene.send(route, &format!("under {bad:?}"), request).await;
            reply.refused(400, "idempotency_key_invalid");
        }
        let twice = bare()
            .header("idempotency-key", key())
            .header("idempotency-key", key());
        let reply = scene.send(route, "under two keys", twice).await;
        reply.refused(400, "idempotency_key_invalid");
        before.assert_unchanged(&scene.stage.local, &route.name()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_that_an_address_does_not_take_is_refused_with_those_it_takes() {
    let scene = Scene::set().await;
    let methods = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
    ];
    let before = Before::now(&scene.stage.local).await;
    for route in &scene.table {
        let taken = |method: &Method| {
            let same = |other: &&Route| other.api == route.api && other.pattern == route.pattern;
            scene
                .table
                .iter()
                .filter(same)
                .any(|other| other.method == *method)
        };
        for method in methods.iter().filter(|method| !taken(method)) {
            let request = scene
                .wire
                .request(route.api, method.clone(), &route.path(&scene.ids));
            let reply = scene.send(route, &format!("by {method}"), request).await;
            reply.refused(405, "method_not_allowed");
            assert!(
                reply.header("allow").contains(route.method.as_str()),
                "{reply:#?}"
            );
        }
    }
    before
        .assert_unchanged(&scene.stage.local, "a method that is not taken")
        .await;
}
