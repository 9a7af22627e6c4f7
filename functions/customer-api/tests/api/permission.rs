//! No token, the wrong scope, another household: every operation, one by one.

use postern_contract::ids::{DeliveryId, DoorId, LinkId};
use serde_json::{Value, json};

use super::{Api, sign_up};

/// Every operation of the API, with the things of one household put into its path and body.
struct Things {
    delivery: DeliveryId,
    door: DoorId,
    link: LinkId,
}

impl Things {
    fn operations(&self) -> Vec<(&'static str, String, Option<Value>)> {
        let Self { delivery, door, link } = self;
        let choice = json!({"door": door, "door_is_sectional": true, "allow_unattended_close": true});
        vec![
            ("POST", "/v1/household".to_owned(), Some(sign_up(9))),
            ("GET", "/v1/household".to_owned(), None),
            ("GET", "/v1/preferences".to_owned(), None),
            ("PUT", "/v1/preferences".to_owned(), Some(json!({}))),
            ("POST", "/v1/enable".to_owned(), None),
            ("POST", "/v1/disable".to_owned(), None),
            (
                "POST",
                "/v1/links".to_owned(),
                Some(json!({"vendor": "opener-cloud"})),
            ),
            ("GET", "/v1/links".to_owned(), None),
            (
                "POST",
                "/v1/links/finish".to_owned(),
                Some(json!({"state": "s", "code": "c"})),
            ),
            (
                "POST",
                "/v1/links/answer".to_owned(),
                Some(json!({"state": "s", "answers": {"email": "e", "password": "p"}})),
            ),
            ("DELETE", format!("/v1/links/{link}"), None),
            ("GET", "/v1/doors".to_owned(), None),
            ("GET", format!("/v1/doors/{door}"), None),
            ("GET", format!("/v1/doors/{door}?refresh=true"), None),
            (
                "PATCH",
                format!("/v1/doors/{door}"),
                Some(json!({"name": "Mine"})),
            ),
            ("PUT", "/v1/delivery-door".to_owned(), Some(choice)),
            ("GET", "/v1/deliveries".to_owned(), None),
            ("GET", format!("/v1/deliveries/{delivery}"), None),
            ("GET", format!("/v1/deliveries/{delivery}?wait=1&after=0"), None),
            ("GET", format!("/v1/deliveries/{delivery}/log"), None),
            ("POST", format!("/v1/deliveries/{delivery}/refuse"), None),
            ("POST", format!("/v1/deliveries/{delivery}/take-over"), None),
            ("GET", "/v1/activity".to_owned(), None),
        ]
    }

    /// Those that name a thing of the household.
    fn named(&self) -> Vec<(&'static str, String, Option<Value>)> {
        let mut operations = self.operations();
        operations.retain(|(_, path, body)| {
            path.contains('_') || body.as_ref().is_some_and(|b| b["door"].is_string())
        });
        assert_eq!(operations.len(), 10);
        operations
    }
}

async fn anns_things(api: &Api) -> Things {
    let household = api.world.ready(1).await;
    Things {
        delivery: api.world.armed(1).await,
        door: api.world.door(household, "door-1").await,
        link: api.world.platform.store.links_of(household).await.unwrap()[0]
            .doc
            .id,
    }
}

#[tokio::test]
async fn no_operation_serves_without_a_token_of_the_scope() {
    let api = Api::new().await;
    let things = anns_things(&api).await;
    let wrong = format!(
        "Bearer {}",
        api.token("person-1", "deliveries:read deliveries:write")
    );
    let json = ("content-type", "application/json");
    for (method, path, body) in things.operations() {
        let text = body.map(|body| body.to_string()).unwrap_or_default();
        let bare = api.send(method, &path, &[json], &text).await;
        assert_eq!(
            (bare.status.as_u16(), bare.code()),
            (401, "unauthorized"),
            "{method} {path}"
        );
        let headers = [json, ("authorization", wrong.as_str())];
        let unscoped = api.send(method, &path, &headers, &text).await;
        assert_eq!(
            (unscoped.status.as_u16(), unscoped.code()),
            (403, "insufficient_scope"),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn a_person_without_a_household_is_told_to_register_whatever_they_ask() {
    let api = Api::new().await;
    let things = anns_things(&api).await;
    for (method, path, body) in things.operations().into_iter().skip(1) {
        let answer = api.call("nobody", method, &path, body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (404, "not_signed_up"),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn another_households_things_do_not_exist_and_are_left_as_they_are() {
    let api = Api::new().await;
    let things = anns_things(&api).await;
    api.world.ready(2).await;
    let before = api
        .get("person-1", &format!("/v1/deliveries/{}", things.delivery))
        .await
        .ok(200);
    for (method, path, body) in things.named() {
        let answer = api.call("person-2", method, &path, body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (404, "not_found"),
            "{method} {path}"
        );
    }
    let after = api
        .get("person-1", &format!("/v1/deliveries/{}", things.delivery))
        .await
        .ok(200);
    assert_eq!(before, after);
    let door = api
        .get("person-1", &format!("/v1/doors/{}", things.door))
        .await
        .ok(200);
    assert_eq!(
        (&door["name"], &door["is_delivery_door"]),
        (&json!("Door door-1"), &json!(true))
    );
}

#[tokio::test]
async fn a_cursor_serves_its_own_list_and_household_only() {
    let api = Api::new().await;
    for number in 1..=2 {
        api.world.ready(number).await;
        for _ in 0..2 {
            api.world.try_book(number).await.unwrap();
        }
    }
    let page = api.get("person-1", "/v1/deliveries?limit=1").await.ok(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    let next = api
        .get("person-1", &format!("/v1/deliveries?limit=1&cursor={cursor}"))
        .await
        .ok(200);
    assert_ne!(next["items"], page["items"]);
    assert!(next["next_cursor"].is_null());
    for (person, path) in [
        ("person-2", format!("/v1/deliveries?cursor={cursor}")),
        ("person-1", format!("/v1/deliveries?which=past&cursor={cursor}")),
        ("person-1", format!("/v1/activity?cursor={cursor}")),
    ] {
        assert_eq!(api.get(person, &path).await.code(), "invalid_cursor", "{path}");
    }
}
