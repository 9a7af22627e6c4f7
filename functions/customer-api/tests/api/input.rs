//! Bad input, everywhere it can come in; and refusals in the caller's language.

use serde_json::{Value, json};

use super::{Api, sign_up};

fn with(mut body: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(parent).unwrap()[name] = value;
    body
}

#[tokio::test]
async fn a_wrong_body_is_refused_by_the_name_of_what_is_wrong() {
    let api = Api::new().await;
    api.world.ready(1).await;
    let person = "person-1";
    let door = api.get(person, "/v1/doors").await.ok(200)["items"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let choice = json!({"door": door, "door_is_sectional": true, "allow_unattended_close": true});
    let cases = [
        (
            "POST",
            "/v1/household",
            with(sign_up(1), "/x", json!(1)),
            "unknown_field",
        ),
        (
            "POST",
            "/v1/household",
            with(sign_up(1), "/position/latitude", json!(91)),
            "invalid_field",
        ),
        (
            "POST",
            "/v1/household",
            with(sign_up(1), "/address/postal_code", json!("90210")),
            "invalid_field",
        ),
        (
            "POST",
            "/v1/household",
            with(sign_up(1), "/address/line1", json!("a\nb")),
            "invalid_field",
        ),
        (
            "POST",
            "/v1/household",
            with(sign_up(1), "/time_zone", json!("Mars/Olympus")),
            "unknown_time_zone",
        ),
        (
            "POST",
            "/v1/household",
            with(sign_up(1), "/locale", json!("de-DE")),
            "invalid_field",
        ),
        ("POST", "/v1/household", json!({}), "invalid_field"),
        ("PUT", "/v1/preferences", json!({"hour": []}), "unknown_field"),
        (
            "PUT",
            "/v1/preferences",
            json!({"hours": [{"days": [], "from": "08:00:00", "until": "09:00:00"}]}),
            "invalid_field",
        ),
        (
            "PUT",
            "/v1/preferences",
            json!({"carriers": {"only": ["Not A Slug"]}}),
            "invalid_field",
        ),
        (
            "PUT",
            "/v1/preferences",
            json!({"paused_until": "tomorrow"}),
            "invalid_field",
        ),
        ("POST", "/v1/enable", json!({"now": true}), "unknown_field"),
        ("POST", "/v1/disable", json!({"now": true}), "unknown_field"),
        ("POST", "/v1/links", json!({"vendor": "My Q"}), "invalid_field"),
        (
            "POST",
            "/v1/links",
            json!({"vendor": "no-such-vendor"}),
            "unknown_vendor",
        ),
        ("POST", "/v1/links/finish", json!({"state": "s"}), "invalid_field"),
        (
            "POST",
            "/v1/links/finish",
            json!({"state": "s", "code": "c"}),
            "login_not_known",
        ),
        (
            "POST",
            "/v1/links/answer",
            json!({"state": "s", "answers": {"email": "e", "password": "p"}}),
            "login_not_known",
        ),
        (
            "POST",
            "/v1/links/answer",
            json!({"state": "s", "answers": {"email": "e", "password": 7}}),
            "invalid_field",
        ),
        (
            "POST",
            "/v1/links/answer",
            json!({"state": "s", "answers": {"email": "e", "password": "p", "pin": "1"}}),
            "unknown_field",
        ),
        (
            "POST",
            "/v1/links/answer",
            json!({"state": "s", "answers": {"email": "e", "password": "p"}, "code": "c"}),
            "unknown_field",
        ),
        (
            "PUT",
            "/v1/delivery-door",
            with(choice.clone(), "/door", json!("door_1")),
            "invalid_field",
        ),
        (
            "PUT",
            "/v1/delivery-door",
            with(choice.clone(), "/door_is_sectional", json!("yes")),
            "invalid_field",
        ),
        (
            "PUT",
            "/v1/delivery-door",
            with(choice, "/extra", json!(0)),
            "unknown_field",
        ),
    ];
    for (method, path, body, code) in cases {
        let answer = api.call(person, method, path, Some(body.clone())).await;
        assert_eq!(answer.code(), code, "{method} {path} {body}: {}", answer.body);
        assert!(answer.status.is_client_error());
    }
    let path = format!("/v1/doors/{door}");
    for (body, code) in [
        (json!({"name": ""}), "invalid_field"),
        (json!({"name": "x".repeat(61)}), "invalid_field"),
        (json!({"name": "x", "kind": "gate"}), "unknown_field"),
    ] {
        let answer = api.call(person, "PATCH", &path, Some(body)).await;
        assert_eq!(answer.code(), code);
    }
    let household = api.get(person, "/v1/household").await.ok(200);
    assert_eq!(
        household["preferences"]["version"], 3,
        "a refused call changed something"
    );
}

#[tokio::test]
async fn a_wrong_path_query_or_media_type_is_refused() {
    let api = Api::new().await;
    let household = api.world.ready(1).await;
    let delivery = api.world.armed(1).await;
    for (path, code) in [
        ("/v1/deliveries?which=future".to_owned(), "invalid_query"),
        ("/v1/deliveries?limit=0".to_owned(), "invalid_query"),
        ("/v1/deliveries?limit=101".to_owned(), "invalid_query"),
        ("/v1/deliveries?page=2".to_owned(), "invalid_query"),
        ("/v1/deliveries?cursor=nonsense".to_owned(), "invalid_cursor"),
        ("/v1/activity?limit=many".to_owned(), "invalid_query"),
        ("/v1/doors?refresh=perhaps".to_owned(), "invalid_query"),
        (format!("/v1/deliveries/{delivery}?wait=26"), "invalid_query"),
        (format!("/v1/deliveries/{delivery}?after=-1"), "invalid_query"),
        (
            format!("/v1/deliveries/{delivery}/log?which=past"),
            "invalid_query",
        ),
        (format!("/v1/deliveries/{household}"), "not_found"),
        ("/v1/deliveries/dlv_1".to_owned(), "not_found"),
        ("/v1/doors/%2e%2e".to_owned(), "not_found"),
        ("/v1/nothing".to_owned(), "not_found"),
    ] {
        let answer = api.get("person-1", &path).await;
        assert_eq!(answer.code(), code, "{path}: {}", answer.body);
    }
    assert_eq!(
        api.call("person-1", "DELETE", "/v1/household", None).await.code(),
        "method_not_allowed"
    );
    let bearer = format!("Bearer {}", api.token("person-1", "household"));
    let headers = [("authorization", bearer.as_str()), ("content-type", "text/plain")];
    let text = api.send("PUT", "/v1/preferences", &headers, "{}").await;
    assert_eq!(text.code(), "unsupported_media_type");
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    for broken in ["", "{", "[]", "{\"hours\":[],\"hours\":[]}", "\u{0}"] {
        let answer = api.send("PUT", "/v1/preferences", &headers, broken).await;
        assert!(
            matches!(answer.code(), "malformed_json" | "invalid_field"),
            "{broken:?}: {}",
            answer.body
        );
    }
    let large = format!("{{\"x\":\"{}\"}}", "y".repeat(70_000));
    let answer = api.send("PUT", "/v1/preferences", &headers, &large).await;
    assert_eq!(answer.code(), "body_too_large");
}

#[tokio::test]
async fn a_refusal_speaks_french_to_who_reads_french_and_says_what_to_do() {
    let api = Api::new().await;
    api.post("ann", "/v1/household", sign_up(1)).await.ok(201);
    let bearer = format!("Bearer {}", api.token("ann", "household"));
    let headers = [
        ("authorization", bearer.as_str()),
        ("accept-language", "fr-CA, en;q=0.5"),
    ];
    let answer = api.send("POST", "/v1/enable", &headers, "").await;
    assert_eq!((answer.status.as_u16(), answer.code()), (409, "no_delivery_door"));
    assert_eq!(answer.body["title"], "Aucune porte n’est choisie");
    assert_eq!(
        answer.body["type"],
        "https://postern.example/errors/no_delivery_door"
    );
}
