//! Bad bodies at every operation of both APIs: each refused as a whole problem that repeats nothing of it, and nothing has changed.

use serde_json::{Value, json};

use crate::{
    mutations::{duplicated, removals, strange_texts, unknown_fields, wrong_types},
    routes::Takes,
    scene::Scene,
    wire::{Before, MARK},
};

const BODY_BYTES_MAX: usize = 64 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_not_one_json_object_is_refused_by_every_operation() {
    let scene = Scene::set().await;
    let before = Before::now(&scene.stage.local).await;
    for route in scene.table.iter().filter(|route| route.is_unsafe()) {
        let valid = route.body().unwrap_or_else(|| json!({}));
        let mut not_text = valid.to_string().into_bytes();
        not_text.truncate(not_text.len() - 1);
        not_text.extend_from_slice(b"\"\xff\xfe\":1}");
        let broken: [Vec<u8>; 9] = [
            format!("{{\"{MARK}\": ").into(),
            format!("{{\"driver\": {MARK}}}").into(),
            format!("{{'driver': '{MARK}'}}").into(),
            format!("{valid} {{\"{MARK}\": 1}}").into(),
            b"{\"latitude\": NaN}".to_vec(),
            "[".repeat(20_000).into(),
            "\u{feff}{}".into(),
            not_text,
            duplicated(&valid),
        ];
        for body in broken {
            let what = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
            let reply = scene.send_bytes(route, &what, body).await;
            reply.refused(400, "malformed_json");
        }
        for body in [json!([valid]), json!(MARK), json!(7), json!(null), json!([])] {
            let reply = scene.send_json(route, &format!("with {body}"), &body).await;
            reply.refused(400, "invalid_field");
        }
        before.assert_unchanged(&scene.stage.local, &route.name()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_more_than_64_kib_or_of_another_type_is_refused_by_every_operation() {
    let scene = Scene::set().await;
    let before = Before::now(&scene.stage.local).await;
    for route in scene.table.iter().filter(|route| route.is_unsafe()) {
        let valid = route.body().unwrap_or_else(|| json!({})).to_string();
        for bytes in [BODY_BYTES_MAX + 1, 2 * BODY_BYTES_MAX] {
            let padded = format!("{valid}{}", " ".repeat(bytes - valid.len()));
            let reply = scene.send_bytes(route, "with a huge body", padded.into()).await;
            reply.refused(413, "body_too_large");
            assert_eq!(reply.body["limit_bytes"], BODY_BYTES_MAX);
        }
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/jsonp",
            "",
        ] {
            let request = scene.at(route).header("content-type", kind).body(valid.clone());
            let reply = scene.send(route, &format!("as {kind}"), request).await;
            reply.refused(415, "unsupported_media_type");
        }
        let untyped = scene.at(route).body(valid.clone());
        let reply = scene.send(route, "without a type", untyped).await;
        reply.refused(415, "unsupported_media_type");
        before.assert_unchanged(&scene.stage.local, &route.name()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_is_unknown_missing_or_of_the_wrong_type_is_refused_by_its_name() {
    let scene = Scene::set().await;
    let before = Before::now(&scene.stage.local).await;
    for (route, least, full) in scene.with_json() {
        for (path, body) in unknown_fields(full) {
            let reply = scene
                .send_json(route, &format!("with the unknown {path}"), &body)
                .await;
            reply.refused(400, "unknown_field");
            assert_eq!(reply.body["field"], path.as_str(), "{reply:#?}");
            assert!(reply.text.contains(&path), "{reply:#?}");
        }
        for (path, body) in removals(least) {
            let reply = scene.send_json(route, &format!("without {path}"), &body).await;
            reply.refused(400, "invalid_field");
            assert_eq!(reply.body["field"], path.as_str(), "{reply:#?}");
        }
        for (path, body) in wrong_types(full) {
            let reply = scene
                .send_json(route, &format!("with a wrong {path}: {body}"), &body)
                .await;
            reply.refused(400, "invalid_field");
            let field = reply.body["field"].as_str().unwrap();
            let top = path.split(['.', '[']).next().unwrap();
            assert!(field.starts_with(top), "{path}: {reply:#?}");
        }
        for (path, body) in strange_texts(full) {
            let reply = scene
                .send_json(route, &format!("with a strange {path}"), &body)
                .await;
            reply.refused_somehow();
        }
        before.assert_unchanged(&scene.stage.local, &route.name()).await;
    }
    // An operation that takes no body refuses a field too.
    for route in scene.table.iter().filter(|route| route.takes == Takes::NoBody) {
        let reply = scene
            .send_json(route, "with a field", &json!({"surprise": MARK}))
            .await;
        reply.refused(400, "unknown_field");
        assert_eq!(reply.body["field"], "surprise");
        before.assert_unchanged(&scene.stage.local, &route.name()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_are_out_of_range_are_refused() {
    let scene = Scene::set().await;
    let before = Before::now(&scene.stage.local).await;
    let (start, end) = ("2026-11-23T15:00:00Z", "2026-11-23T17:00:00Z");
    let window = |starts_at: &str, ends_at: &str| json!({"starts_at": starts_at, "ends_at": ends_at});
    let windows = [
        window(end, start),
        window(start, start),
        window(start, "2026-11-24T05:00:01Z"),
        window(start, "2026-11-23"),
        window(start, "2026-11-23T17:00:00"),
        window(start, "23/11/2026 17:00"),
        window("Monday", end),
        window(start, "2026-02-30T17:00:00Z"),
        window(start, "2026-11-23T25:00:00Z"),
        window(start, "+010000-01-01T00:00:00Z"),
        window("-009999-01-02T00:00:00Z", end),
        window(MARK, end),
        window("", ""),
    ];
    let addresses = [
        ("postal_code", "ZZZ"),
        ("postal_code", "12345"),
        ("region", "Ontario"),
        ("country", "FR"),
    ];
    let positions = [
        ("latitude", json!(90.000_1)),
        ("latitude", json!(-91)),
        ("latitude", json!(1e300)),
        ("longitude", json!(180.000_1)),
        ("longitude", json!(-181)),
        ("accuracy_m", json!(-0.5)),
        ("accuracy_m", json!(100_000.5)),
    ];
    for (route, _, full) in scene.with_json() {
        let mut bad = Vec::new();
        if full.get("window").is_some() {
            bad.extend(windows.iter().map(|window| (vec!["window"], window.clone())));
        }
        if full.get("address").is_some() {
            bad.extend(
                addresses
                    .iter()
                    .map(|(name, value)| (vec!["address", name], json!(value))),
            );
        }
        if let Some(position) = full.get("position") {
            let known = positions.iter().filter(|(name, _)| position.get(name).is_some());
            bad.extend(known.map(|(name, value)| (vec!["position", name], value.clone())));
        }
        let parcels: Vec<_> = (0..21).map(|number| format!("P-{number}")).collect();
        let texts: &[(&str, Value)] = &[
            ("driver", json!("Jane Doe")),
            ("driver", json!("d".repeat(65))),
            ("tracking_number", json!("lower-case")),
            ("tracking_numbers", json!([])),
            ("tracking_numbers", json!(["TWICE", "TWICE"])),
            ("tracking_numbers", json!(parcels)),
            ("reason", json!("two\nlines")),
            ("time_zone", json!("America/Nowhere")),
            ("locale", json!("de-DE")),
            ("vendor", json!("MyQ!")),
            ("vendor", json!("no-such-vendor")),
            ("door", json!("door_1")),
            ("paused_until", json!("tomorrow")),
            (
                "hours",
                json!([{"days": [], "from": "08:00:00", "until": "18:00:00"}]),
            ),
            (
                "hours",
                json!([{"days": ["monday"], "from": "18:00:00", "until": "08:00:00"}]),
            ),
            ("carriers", json!({"only": ["No Such Carrier"]})),
            ("carriers", json!("none")),
        ];
        let known = texts.iter().filter(|(name, _)| full.get(name).is_some());
        bad.extend(known.map(|(name, value)| (vec![*name], value.clone())));
        for (path, value) in bad {
            let mut body = full.clone();
            let place = path.iter().fold(&mut body, |place, name| &mut place[*name]);
            *place = value.clone();
            let what = format!("with {} {value}", path.join("."));
            let reply = scene.send_json(route, &what, &body).await;
            assert_eq!(reply.status, 400, "{reply:#?}");
            reply.assert_problem();
        }
        before.assert_unchanged(&scene.stage.local, &route.name()).await;
    }
}
