//! Entity tags: nothing is sent twice to who has it, and nothing is changed that has changed since it was seen.

use postern_end_to_end::stage::Stage;
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use crate::{
    routes::{Api, Ids},
    wire::{Reply, Wire, send},
};

struct Tagged {
    stage: Stage,
    wire: Wire,
    delivery: String,
    webhook: String,
}

impl Tagged {
    async fn set() -> Self {
        let stage = Stage::set().await;
        let booked = stage.booked("PARCEL-1").await;
        let ids = Ids::of(&stage, booked.id).await;
        Self {
            wire: Wire::new(&stage.local),
            delivery: format!("/v1/deliveries/{}", ids.delivery),
            webhook: format!("/v1/webhooks/{}", ids.webhook),
            stage,
        }
    }

    fn carriers(&self, method: Method, path: &str) -> RequestBuilder {
        self.wire.request(Api::Carriers, method, path)
    }

    async fn see(&self, path: &str) -> Reply {
        let seen = send("seeing it", self.carriers(Method::GET, path)).await;
        assert_eq!(seen.status, 200, "{seen:#?}");
        assert!(seen.header("etag").starts_with('"'), "{seen:#?}");
        seen
    }

    async fn describe(&self, tag: &str, description: &str) -> Reply {
        let change = self.carriers(Method::PATCH, &self.webhook);
        let change = change.header("if-match", tag);
        send("changing it", change.json(&json!({ "description": description }))).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_caller_has_is_not_sent_again_until_it_changes() {
    let tagged = Tagged::set().await;
    let first = tagged.see(&tagged.delivery).await;
    let tag = first.header("etag");
    assert_eq!(tagged.see(&tagged.delivery).await.header("etag"), tag);
    let again = |tags: String| {
        let request = tagged.carriers(Method::GET, &tagged.delivery);
        send("asking again", request.header("if-none-match", tags))
    };
    for tags in [
        tag.to_owned(),
        format!("W/{tag}"),
        format!("\"other\", {tag}"),
        "*".to_owned(),
    ] {
        let same = again(tags).await;
        assert_eq!((same.status, same.text.as_str()), (304, ""), "{same:#?}");
        assert_eq!(same.header("etag"), tag);
        for header in ["x-request-id", "cache-control", "ratelimit"] {
            assert!(!same.header(header).is_empty(), "{header}: {same:#?}");
        }
    }
    assert_eq!(again("\"other\"".to_owned()).await.status, 200);
    let dispatch = format!("{}/dispatch", tagged.delivery);
    let dispatched = tagged
        .stage
        .carrier
        .post(&dispatch, "dispatch-1", &json!({}))
        .await
        .unwrap();
    assert_eq!(dispatched.status.as_u16(), 200);
    let changed = again(tag.to_owned()).await;
    assert_eq!(
        (changed.status, changed.body["state"].as_str()),
        (200, Some("armed"))
    );
    assert_ne!(changed.header("etag"), tag);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_has_changed_since_it_was_seen_is_neither_changed_nor_ended() {
    let tagged = Tagged::set().await;
    let seen = tagged.see(&tagged.webhook).await;
    let changed = tagged.describe(seen.header("etag"), "first").await;
    assert_eq!(changed.status, 200, "{changed:#?}");
    // A change's answer has the tag that the next reading has.
    let now = tagged.see(&tagged.webhook).await;
    assert_eq!(changed.header("etag"), now.header("etag"));
    tagged
        .describe(seen.header("etag"), "second")
        .await
        .refused(412, "precondition_failed");
    let ending = |tag: &str| {
        let request = tagged.carriers(Method::DELETE, &tagged.webhook);
        send("ending it", request.header("if-match", tag.to_owned()))
    };
    ending(seen.header("etag"))
        .await
        .refused(412, "precondition_failed");
    ending(&format!("W/{}", now.header("etag")))
        .await
        .refused(412, "precondition_failed");
    assert_eq!(tagged.see(&tagged.webhook).await.body["description"], "first");
    assert_eq!(ending(now.header("etag")).await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_change_what_they_all_have_seen_one_does() {
    let tagged = Tagged::set().await;
    let tag = tagged.see(&tagged.webhook).await.header("etag").to_owned();
    let changes = (0..12).map(|writer| {
        let (tag, request) = (tag.clone(), tagged.carriers(Method::PATCH, &tagged.webhook));
        let body = json!({ "description": format!("writer {writer}") });
        tokio::spawn(async move {
            let reply = send("changing it", request.header("if-match", tag).json(&body)).await;
            (writer, reply)
        })
    });
    let mut done = Vec::new();
    for change in changes.collect::<Vec<_>>() {
        let (writer, reply) = change.await.unwrap();
        match reply.status {
            200 => done.push(writer),
            _ => reply.refused(412, "precondition_failed"),
        }
    }
    assert_eq!(done.len(), 1, "{done:?}");
    let description = format!("writer {}", done[0]);
    assert_eq!(tagged.see(&tagged.webhook).await.body["description"], description);
}

#[tokio::test(flavor = "multi_thread")]
async fn preferences_that_somebody_else_of_the_household_changed_are_left_as_they_are() {
    let tagged = Tagged::set().await;
    let ask = |method| tagged.wire.request(Api::Customers, method, "/v1/preferences");
    let seen = send("seeing them", ask(Method::GET)).await;
    let only = |carrier: &str| json!({ "carriers": { "only": [carrier] } });
    let set = |tag: &str, carrier: &str| {
        let request = ask(Method::PUT).header("if-match", tag.to_owned());
        send("setting them", request.json(&only(carrier)))
    };
    let first = set(seen.header("etag"), "northwind").await;
    assert_eq!(first.status, 200, "{first:#?}");
    set(seen.header("etag"), "southpost")
        .await
        .refused(412, "precondition_failed");
    let now = send("seeing them", ask(Method::GET)).await;
    assert_eq!(now.body["carriers"], only("northwind")["carriers"], "{now:#?}");
    assert_eq!(now.header("etag"), first.header("etag"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_has_changed_since_it_was_seen_is_left_as_it_is_and_a_repeat_gets_its_answer() {
    let tagged = Tagged::set().await;
    let seen = tagged.see(&tagged.delivery).await;
    let change = |key: &str, tag: &str, driver: &str| {
        let request = tagged.carriers(Method::PATCH, &tagged.delivery);
        let request = request.header("if-match", tag.to_owned());
        let request = request.header("idempotency-key", key.to_owned());
        send("changing it", request.json(&json!({ "driver": driver })))
    };
    let tag = seen.header("etag");
    let first = change("first", tag, "driver-7").await;
    assert_eq!(first.status, 200, "{first:#?}");
    change("second", tag, "driver-8")
        .await
        .refused(412, "precondition_failed");
    let repeat = change("first", tag, "driver-7").await;
    assert_eq!((repeat.status, &repeat.body), (200, &first.body));
    // Nothing is kept of what failed: its key is free for the same change with the present tag.
    let second = change(
        "second",
        tagged.see(&tagged.delivery).await.header("etag"),
        "driver-8",
    )
    .await;
    assert_eq!(
        (second.status, second.body["driver"].as_str()),
        (200, Some("driver-8"))
    );
}
