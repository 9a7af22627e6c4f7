//! A household's life over HTTP, from registering to turning it all off.

use std::time::Duration;

use postern_test_world::PASSWORD;
use serde_json::{Value, json};

use super::{Api, sign_up};

/// Registers, links, chooses and turns on, all over HTTP; the door's id.
async fn settle(api: &Api, person: &str, number: u32) -> String {
    let (account, door) = (format!("account-{number}"), format!("door-{number}"));
    api.world.vendor.add_door(&account, &door);
    api.post(person, "/v1/household", sign_up(number)).await.ok(201);
    let started = api
        .post(person, "/v1/links", json!({"vendor": "opener-cloud"}))
        .await
        .ok(201);
    let url = started["authorize_url"].as_str().unwrap();
    let state = url.rsplit_once("state=").unwrap().1;
    let finish = json!({"state": state, "code": account});
    let link = api.post(person, "/v1/links/finish", finish.clone()).await.ok(201);
    assert_eq!(
        (&link["id"], &link["state"]),
        (&started["link"], &json!("active"))
    );
    assert_eq!(
        api.post(person, "/v1/links/finish", finish).await.code(),
        "login_not_known"
    );
    let doors = api.get(person, "/v1/doors").await.ok(200);
    let id = doors["items"][0]["id"].as_str().unwrap().to_owned();
    let choice = json!({"door": id, "door_is_sectional": true, "allow_unattended_close": true});
    let chosen = api
        .call(person, "PUT", "/v1/delivery-door", Some(choice))
        .await
        .ok(200);
    assert_eq!(chosen["is_delivery_door"], true);
    let on = api.call(person, "POST", "/v1/enable", None).await.ok(200);
    assert_eq!(on["enabled"], true);
    id
}

#[tokio::test]
async fn a_household_whose_openers_maker_has_no_page_fills_in_its_form() {
    let api = Api::new().await;
    api.world.vendor.add_door("account-1", "door-1");
    api.world.vendor.ask_by_form();
    api.post("ann", "/v1/household", sign_up(1)).await.ok(201);
    let started = api
        .post("ann", "/v1/links", json!({"vendor": "opener-cloud"}))
        .await
        .ok(201);
    assert!(started.get("authorize_url").is_none(), "{started}");
    let form = &started["form"];
    let asked = json!([{"kind": "email", "required": true}, {"kind": "password", "required": true}]);
    assert_eq!(form["fields"], asked);
    let answered = |password: Value| {
        let answers = json!({"email": "account-1", "password": password});
        api.post(
            "ann",
            "/v1/links/answer",
            json!({"state": form["state"], "answers": answers}),
        )
    };
    let empty = answered(json!("")).await;
    assert_eq!(
        (empty.code(), &empty.body["field"]),
        ("invalid_field", &json!("answers.password"))
    );
    let wrong = answered(json!("mistyped-secret")).await;
    assert_eq!(
        (wrong.status.as_u16(), wrong.code()),
        (409, "login_answers_refused")
    );
    assert_eq!(wrong.body["tries_left"], 2);
    assert!(!wrong.body.to_string().contains("secret"), "{}", wrong.body);
    let link = answered(json!(PASSWORD)).await.ok(201);
    assert_eq!(
        (&link["id"], &link["state"]),
        (&started["link"], &json!("active"))
    );
    assert_eq!(answered(json!(PASSWORD)).await.code(), "login_not_known");
    let doors = api.get("ann", "/v1/doors").await.ok(200);
    assert_eq!(doors["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_household_registers_links_watches_and_turns_it_all_off() {
    let api = Api::new().await;
    let door = settle(&api, "ann", 1).await;
    let again = api.post("ann", "/v1/household", sign_up(1)).await.ok(200);
    let read = api.get("ann", "/v1/household").await.ok(200);
    assert_eq!(again, read);
    assert_eq!(
        (&read["delivery_door"], &read["locale"]),
        (&json!(door), &json!("fr-CA"))
    );

    let fresh = api
        .get("ann", &format!("/v1/doors/{door}?refresh=true"))
        .await
        .ok(200);
    assert_eq!(
        (&fresh["door"]["state"], &fresh["door"]["stale"]),
        (&json!("closed"), &json!(false))
    );
    let named = api
        .call(
            "ann",
            "PATCH",
            &format!("/v1/doors/{door}"),
            Some(json!({"name": "Left"})),
        )
        .await;
    assert_eq!(named.ok(200)["name"], "Left");
    let doors = api.get("ann", "/v1/doors?refresh=true").await.ok(200);
    assert_eq!(doors["items"][0]["name"], "Left");

    let delivery = api.world.armed(1).await;
    let path = format!("/v1/deliveries/{delivery}");
    let seen = api.get("ann", &path).await.ok(200);
    assert_eq!(seen["state"], "armed");
    let list = api.get("ann", "/v1/deliveries").await.ok(200);
    assert_eq!(list["items"], json!([seen]));
    api.world.open(delivery).await.unwrap();

    let off = api
        .call("ann", "POST", "/v1/disable", Some(json!({})))
        .await
        .ok(200);
    assert_eq!(off["preferences"]["enabled"], false);
    assert_eq!(
        (&off["revoked"], &off["closing"]),
        (&json!([]), &json!([delivery]))
    );
    let link = api.get("ann", "/v1/links").await.ok(200)["items"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let early = api
        .call("ann", "DELETE", &format!("/v1/links/{link}"), None)
        .await;
    assert_eq!((early.status.as_u16(), early.code()), (409, "door_being_closed"));

    let activity = api.get("ann", "/v1/activity").await.ok(200);
    let what: Vec<&str> = activity["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["what"].as_str().unwrap())
        .collect();
    for expected in [
        "signed_up",
        "linked",
        "door_chosen",
        "turned_on",
        "door_named",
        "booked",
        "open_requested",
        "turned_off",
    ] {
        assert!(what.contains(&expected), "{expected} is not in {what:?}");
    }
    assert!(!activity.to_string().contains("Elm"), "an address is in the log");
}

#[tokio::test]
async fn a_refused_delivery_moves_to_the_past_and_its_log_pages_through() {
    let api = Api::new().await;
    settle(&api, "ann", 1).await;
    let delivery = api.world.armed(1).await;
    let path = format!("/v1/deliveries/{delivery}");
    let refused = api
        .call("ann", "POST", &format!("{path}/refuse"), None)
        .await
        .ok(200);
    assert_eq!(refused["state"], "revoked");
    let again = api
        .call("ann", "POST", &format!("{path}/refuse"), None)
        .await
        .ok(200);
    assert_eq!(again["log_length"], refused["log_length"]);
    assert_eq!(
        api.get("ann", "/v1/deliveries?which=current").await.ok(200)["items"],
        json!([])
    );
    let past = api.get("ann", "/v1/deliveries?which=past").await.ok(200);
    assert_eq!(past["items"][0]["id"], json!(delivery));

    let (mut entries, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api
            .get("ann", &format!("{path}/log?limit=1{cursor}"))
            .await
            .ok(200);
        entries.extend(page["items"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(json!(entries.len()), refused["log_length"]);
    for (earlier, later) in entries.iter().zip(&entries[1..]) {
        assert_eq!(earlier["hash"], later["previous"]);
    }
    assert_eq!(entries.last().unwrap()["event"]["type"], "revoked");
}

#[tokio::test]
async fn a_long_poll_answers_when_something_happens_and_not_before() {
    let api = Api::new().await;
    settle(&api, "ann", 1).await;
    let delivery = api.world.armed(1).await;
    let path = format!("/v1/deliveries/{delivery}");
    let known = api.get("ann", &path).await.ok(200)["log_length"]
        .as_u64()
        .unwrap();
    let at_once = api
        .get("ann", &format!("{path}?wait=25&after={}", known - 1))
        .await
        .ok(200);
    assert_eq!(at_once["log_length"], known);
    let (waited_path, open) = (format!("{path}?wait=25&after={known}"), async {
        tokio::time::sleep(Duration::from_millis(150)).await;
        api.world.open(delivery).await.unwrap();
    });
    let (changed, ()) = tokio::join!(api.get("ann", &waited_path), open);
    assert!(changed.ok(200)["log_length"].as_u64().unwrap() > known);
    let patient: Value = api.get("ann", &format!("{path}?wait=0")).await.ok(200);
    assert!(patient["log_length"].as_u64().unwrap() > known);
}

#[tokio::test]
async fn preferences_are_set_whole_and_what_is_left_out_goes_back() {
    let api = Api::new().await;
    api.post("ann", "/v1/household", sign_up(1)).await.ok(201);
    let hours = json!([{"days": ["monday"], "from": "08:00:00", "until": "18:00:00"}]);
    let wanted = json!({"hours": hours, "carriers": {"only": ["north"]}});
    let set = api
        .call("ann", "PUT", "/v1/preferences", Some(wanted))
        .await
        .ok(200);
    assert_eq!((&set["hours"], &set["version"]), (&hours, &json!(2)));
    let read = api.get("ann", "/v1/preferences").await.ok(200);
    assert_eq!(read, set);
    let cleared = api
        .call("ann", "PUT", "/v1/preferences", Some(json!({})))
        .await
        .ok(200);
    assert_eq!(
        (&cleared["hours"], &cleared["carriers"]),
        (&json!([]), &json!("all"))
    );
}

#[tokio::test]
async fn an_unlinked_opener_leaves_no_door_and_a_second_time_nothing_is_there() {
    let api = Api::new().await;
    settle(&api, "ann", 1).await;
    let link = api.get("ann", "/v1/links").await.ok(200)["items"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/v1/links/{link}");
    api.call("ann", "DELETE", &path, None).await.ok(204);
    assert_eq!(api.call("ann", "DELETE", &path, None).await.code(), "not_found");
    assert_eq!(api.get("ann", "/v1/doors").await.ok(200)["items"], json!([]));
    assert_eq!(
        api.get("ann", "/v1/household").await.ok(200)["preferences"]["enabled"],
        false
    );
}
