//! Who may call what: every operation of both APIs, with every token that is not good for it.

use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::{
    forgeries::{Thief, worthless},
    routes::{Api, Ids, Names},
    wire::{Before, Reply, send, strangers},
};

#[tokio::test(flavor = "multi_thread")]
async fn no_operation_is_done_for_a_token_that_proves_nothing() {
    let scene = Thief::set().await;
    let before = Before::now(&scene.stage.local).await;
    for api in [Api::Carriers, Api::Customers] {
        let tokens = worthless(&scene, api);
        let mut old = scene.claims(api);
        old["exp"] = json!(scene.stage.local.platform.now().as_second() - 61);
        let old = scene.key.sign(&old).unwrap();
        for route in scene.guarded().filter(|route| route.api == api) {
            let bare = || scene.wire.without_token(route, &scene.ids);
            let reply = send(format!("{} without a token", route.name()), bare()).await;
            reply.refused(401, "unauthorized");
            assert_eq!(reply.header("www-authenticate"), "Bearer realm=\"postern\"");
            let good = scene.wire.token(api);
            for other in [
                format!("Basic {good}"),
                good.to_owned(),
                format!("Bearer{good}"),
                "Bearer".into(),
            ] {
                let request = bare().header("authorization", &other);
                send(format!("{} with {other:.8}", route.name()), request)
                    .await
                    .refused(401, "unauthorized");
            }
            let twice = bare().bearer_auth(good).bearer_auth(good);
            send(format!("{} with two tokens", route.name()), twice)
                .await
                .refused(401, "unauthorized");
            for (what, token) in &tokens {
                let reply = scene.with(route, what, token).await;
                reply.refused(401, "unauthorized");
                assert!(
                    token.is_empty() || reply.header("www-authenticate").contains("invalid_token"),
                    "{reply:#?}"
                );
            }
            let reply = scene.with(route, "with a token of yesterday", &old).await;
            reply.refused(401, "token_expired");
        }
    }
    before
        .assert_unchanged(&scene.stage.local, "a worthless token")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_request_is_judged_before_its_token() {
    let scene = Thief::set().await;
    for route in scene.guarded() {
        // With no token nobody learns what is there: a bad id, query, key or body is answered like a good one.
        for path in [route.path(&Ids::of_nothing()), route.pattern.replace("{id}", "x")] {
            let request = scene
                .wire
                .bare(route.api, route.method.clone(), &format!("{path}?surprise=1"))
                .body("{");
            send(route.name(), request).await.refused(401, "unauthorized");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_needs_its_own_scope() {
    let scene = Thief::set().await;
    let before = Before::now(&scene.stage.local).await;
    for route in scene.guarded() {
        let every = [
            "eligibility:read",
            "deliveries:read",
            "deliveries:write",
            "evidence:read",
            "webhooks:write",
            "household",
        ];
        let others: Vec<&str> = every.into_iter().filter(|scope| *scope != route.scope).collect();
        let near = format!("{}s x{} {}", route.scope, route.scope, route.scope.to_uppercase());
        for scope in [others.join(" "), String::new(), near] {
            let mut claims = scene.claims(route.api);
            claims["scope"] = json!(scope);
            let token = scene.key.sign(&claims).unwrap();
            let reply = scene
                .with(route, &format!("with the scopes {scope}"), &token)
                .await;
            reply.refused(403, "insufficient_scope");
            assert_eq!(reply.body["scope"], route.scope, "{reply:#?}");
            assert!(
                reply.header("www-authenticate").contains(route.scope),
                "{reply:#?}"
            );
        }
    }
    before
        .assert_unchanged(&scene.stage.local, "a token without the scope")
        .await;
    // The scope alone is enough: no operation needs a second one. Reading shows it without doing anything.
    for route in scene.guarded().filter(|route| !route.is_unsafe()) {
        let mut claims = scene.claims(route.api);
        claims["scope"] = json!(route.scope);
        let token = scene.key.sign(&claims).unwrap();
        let reply = scene.with(route, "with its scope alone", &token).await;
        assert_eq!(reply.status, 200, "{reply:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_anothers_is_not_there() {
    let scene = Thief::set().await;
    let (carrier, customer, wire) = strangers(&scene.stage.local).await;
    let before = Before::now(&scene.stage.local).await;
    for route in scene.table.iter().filter(|route| route.names != Names::Nothing) {
        let request = |ids: &Ids| {
            let request = wire.without_token(route, ids);
            request.bearer_auth(wire.token(route.api))
        };
        let theirs = send(format!("{} by a stranger", route.name()), request(&scene.ids)).await;
        theirs.refused(404, "not_found");
        let nothing = send(
            format!("{} of nothing", route.name()),
            request(&Ids::of_nothing()),
        )
        .await;
        nothing.refused(404, "not_found");
        // Nobody can tell what is another's from what is not there.
        assert_eq!(without_instance(&theirs), without_instance(&nothing));
    }
    for route in scene
        .table
        .iter()
        .filter(|route| route.names == Names::Nothing && !route.is_unsafe() && route.query.contains(&"limit"))
    {
        let request = wire.without_token(route, &scene.ids);
        let reply = send(route.name(), request.bearer_auth(wire.token(route.api))).await;
        assert_eq!(reply.status, 200, "{reply:#?}");
        assert!(!reply.text.contains(&scene.ids.delivery), "{reply:#?}");
    }
    let choice = json!({"door": scene.ids.door, "door_is_sectional": true, "allow_unattended_close": true});
    let chosen = customer
        .send(reqwest::Method::PUT, "/v1/delivery-door", &choice)
        .await
        .unwrap();
    assert_eq!(
        (chosen.status.as_u16(), chosen.code()),
        (404, "not_found"),
        "{}",
        chosen.body
    );
    assert_eq!(customer.doors().await.unwrap(), []);
    let page: Value = carrier.get("/v1/deliveries").await.unwrap().done().unwrap();
    assert_eq!(page["items"], json!([]));
    before.assert_unchanged(&scene.stage.local, "a stranger").await;
}

fn without_instance(reply: &Reply) -> Value {
    let mut body = reply.body.clone();
    body.as_object_mut().unwrap().remove("instance");
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_without_a_household_and_a_name_that_is_no_carrier_get_nothing() {
    let scene = Thief::set().await;
    let sam = scene.stage.local.issuer().mint_for_person("sam").unwrap();
    for route in scene.table.iter().filter(|route| route.api == Api::Customers) {
        if route.pattern == "/v1/household" && route.is_unsafe() {
            continue;
        }
        let reply = scene
            .with(route, "without a household", sam.expose_secret())
            .await;
        reply.refused(404, "not_signed_up");
    }
    for route in scene.guarded().filter(|route| route.api == Api::Carriers) {
        let mut claims = scene.claims(Api::Carriers);
        claims["client_id"] = json!("Not A Carrier");
        let token = scene.key.sign(&claims).unwrap();
        let reply = scene.with(route, "as no carrier", &token).await;
        reply.refused(401, "unauthorized");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_for_everybody_needs_no_token_and_minds_none() {
    let scene = Thief::set().await;
    let public: Vec<_> = scene.table.iter().filter(|route| route.is_public()).collect();
    let patterns: Vec<_> = public.iter().map(|route| route.pattern).collect();
    assert_eq!(patterns, ["/v1/signing-keys"]);
    for route in public {
        let bare = send(route.name(), scene.wire.without_token(route, &scene.ids)).await;
        let bearing = scene.with(route, "with garbage", "garbage").await;
        assert_eq!((bare.status, &bare.body), (200, &bearing.body), "{bare:#?}");
        assert!(bare.body["keys"][0].get("d").is_none(), "{bare:#?}");
    }
}
