//! Deliveries through the deployed APIs, from the tokens to the signed log.

use std::time::Duration;

use postern_contract::{
    carrier::Complete,
    delivery::{Attention, DeliveryView, GrantState, Page},
    ids::WebhookId,
    push::{AttemptOutcome, PushReason, PushView},
    webhook::WebhookSecret,
};
use postern_core::evidence::{BundleKeys, prove};
use postern_deployed::{Deployment, Household, driver, open_for, until};
use postern_local::play::Proof;
use postern_vendor_clouds::{Fault, Target};
use reqwest::{Method, StatusCode};

use crate::{alarms, rights};

/// How often the guardian is woken by hand where something is waited for.
const BETWEEN_SWEEPS: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_are_made_and_their_logs_are_proven() {
    let deployment = Deployment::new("postern-us-delivery").await;
    let home = Household::settled(&deployment).await;

    let webhook = told_by_webhook(&home).await;
    as_planned(&home).await;
    every_event_is_pushed(&home, webhook).await;
    in_doubt(&home).await;
    turned_off(&home).await;
    unlinked(&deployment, &home).await;
    without_the_right_token(&deployment, &home).await;
    nothing_secret_is_logged(&deployment, &home).await;
    the_operator_sees_it(&deployment, &home).await;
    rights::none_is_missing_and_none_is_idle(&deployment).await;
    alarms::are_about_what_is_measured(&deployment).await;
}

/// The carrier wants to be told, at a name that stands for the machine of whoever posts. That is found out where it is posted, and nowhere
/// earlier: everything up to the post itself happens.
async fn told_by_webhook(home: &Household) -> WebhookId {
    let body = serde_json::json!({ "url": "https://localhost/hooks", "types": ["com.postern.delivery.*"] });
    let made = home
        .carrier
        .post("/v1/webhooks", "webhook-1", &body)
        .await
        .unwrap();
    let made: WebhookSecret = made.done().unwrap();
    let id = made.webhook.id;
    let test = format!("/v1/webhooks/{id}/test?wait=25");
    let nothing = serde_json::json!({});
    let test = home.carrier.post(&test, "webhook-2", &nothing).await.unwrap();
    let test: PushView = test.done().unwrap();
    let outcomes: Vec<_> = test.attempts.iter().map(|attempt| attempt.outcome).collect();
    assert_eq!(outcomes, [Some(AttemptOutcome::AddressNotAllowed)], "{test:#?}");
    id
}

/// Each event of the delivery was tried to be posted, and what was not taken waits for its next turn.
async fn every_event_is_pushed(home: &Household, webhook: WebhookId) {
    let path = format!("/v1/webhooks/{webhook}/pushes?limit=100");
    until("a push for every event", || async {
        let feed = home.carrier.events(None, 0).await.unwrap().items;
        let page = home.carrier.get(&path).await.unwrap();
        let page: Page<PushView> = page.done().unwrap();
        let tried = |push: &&PushView| {
            push.reason == PushReason::Happened
                && push.attempts.first().and_then(|attempt| attempt.outcome)
                    == Some(AttemptOutcome::AddressNotAllowed)
        };
        let tried = page.items.iter().filter(tried).count();
        (tried == feed.len() && tried > 5).then_some(())
    })
    .await;
}

async fn as_planned(home: &Household) {
    let armed = home.armed("1Z1").await;
    let of_the_parcel = home.carrier.get("/v1/deliveries?tracking_number=1Z1").await;
    let listed: Page<DeliveryView> = of_the_parcel.unwrap().done().unwrap();
    assert_eq!(
        listed.items.iter().map(|view| view.id).collect::<Vec<_>>(),
        [armed.id]
    );
    let open = home
        .carrier
        .open(armed.id, "open-1", &open_for(&armed))
        .await
        .unwrap();
    assert_eq!(open.state, GrantState::Open);
    close_and_complete(home, &armed).await;
    assert_eq!((home.times_opened(), home.times_closed()), (1, 1));
}

/// The vendor's answer is lost after the door began to move. Nobody but the queue tells the guardian to look.
async fn in_doubt(home: &Household) {
    let armed = home.armed("1Z2").await;
    let lost = Fault::status(500).after_motion();
    home.myq().fail_next(Target::Command, lost, 1).unwrap();
    let asked = home
        .carrier
        .verb(armed.id, "open", "open-2", &open_for(&armed))
        .await
        .unwrap();
    assert_eq!(asked.body["attention"], "outcome_unknown", "{asked:?}");
    let open = home.until(armed.id, |view| view.state == GrantState::Open).await;
    assert_ne!(open.attention, Some(Attention::OutcomeUnknown));
    close_and_complete(home, &armed).await;
    assert_eq!((home.times_opened(), home.times_closed()), (2, 2));
}

/// The household turns everything off while a driver is on the way, and on again.
async fn turned_off(home: &Household) {
    let armed = home.armed("1Z3").await;
    home.customer.turn_off().await.unwrap();
    home.until(armed.id, |view| view.state == GrantState::Revoked)
        .await;
    let refused = home
        .carrier
        .verb(armed.id, "open", "open-3", &open_for(&armed))
        .await
        .unwrap();
    assert_eq!(refused.status, StatusCode::CONFLICT, "{refused:?}");
    assert_eq!(home.times_opened(), 2);
    for list in [
        "deliveries",
        "deliveries?which=past",
        "activity",
        "doors",
        "links",
    ] {
        let seen = home.customer.get(&format!("/v1/{list}")).await.unwrap();
        assert_eq!(seen.status, StatusCode::OK, "{seen:?}");
    }
    home.customer.turn_on().await.unwrap();
}

/// The household unlinks its opener while the door stands open for a driver: the link lasts until the door is closed, and then the guardian
/// ends it.
async fn unlinked(deployment: &Deployment, home: &Household) {
    let armed = home.armed("1Z4").await;
    let open = home
        .carrier
        .open(armed.id, "open-4", &open_for(&armed))
        .await
        .unwrap();
    assert_eq!(open.state, GrantState::Open);
    let link = format!("/v1/links/{}", home.customer.links().await.unwrap()[0].id);
    let nothing = serde_json::json!({});
    home.customer.send(Method::DELETE, &link, &nothing).await.unwrap();
    let closed = home.carrier.close(armed.id, "close-4", &driver()).await.unwrap();
    assert_eq!(closed.state, GrantState::Revoked);
    // The door is looked at once more a minute after it was seen closed; sweeps before that find nothing that is due.
    until("the end of a link", || async {
        tokio::time::sleep(BETWEEN_SWEEPS).await;
        deployment.sweep().await;
        let links = home.customer.links().await.unwrap();
        links.is_empty().then_some(())
    })
    .await;
    assert_eq!(home.times_closed(), 3);
}

async fn close_and_complete(home: &Household, delivery: &DeliveryView) {
    let key = |verb: &str| format!("{verb}-{}", delivery.id);
    let closed = home
        .carrier
        .close(delivery.id, &key("close"), &driver())
        .await
        .unwrap();
    assert_eq!(closed.state, GrantState::Closed);
    let done = home
        .carrier
        .complete(delivery.id, &key("complete"), &Complete::default())
        .await;
    assert_eq!(done.unwrap().state, GrantState::Completed);
    let signed = home.until(delivery.id, |view| view.log_signature.is_some()).await;
    let entries = home.carrier.log(signed.id).await.unwrap();
    let key = home.carrier.signing_key().await.unwrap();
    Proof::of(&signed, &entries, &key).unwrap();
    let keys = BundleKeys::from(&home.carrier.signing_keys().await.unwrap());
    let message = home.carrier.evidence(signed.id).await.unwrap();
    assert_eq!(prove(&message, &keys).unwrap().bundle.log, entries);
}

/// The gateway lets no call through whose token is missing, for fewer scopes, from the other pool or from a client that was not added.
async fn without_the_right_token(deployment: &Deployment, home: &Household) {
    let listed = home.carrier.get("/v1/deliveries").await.unwrap();
    assert_eq!(listed.status, StatusCode::OK);
    for (token, status) in home.wrong_tokens(deployment).await {
        let list = deployment.carrier_api().to_string() + "/v1/deliveries";
        let answer = reqwest::Client::new()
            .get(list)
            .bearer_auth(token)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), status);
    }
}

/// What a token, a client secret or a password is, is in no function's log.
async fn nothing_secret_is_logged(deployment: &Deployment, home: &Household) {
    for function in ["carrier-api", "customer-api", "guardian", "adapter-myq"] {
        let log = deployment.log_of(function).await.join("\n");
        assert!(!log.is_empty(), "{function} has a log");
        for secret in &home.secrets {
            assert!(!log.contains(secret.as_str()), "{function} logs what is secret");
        }
    }
}

/// What the operator's command tells of all this, with the operator's own rights.
async fn the_operator_sees_it(deployment: &Deployment, home: &Household) {
    let page = home.carrier.get("/v1/deliveries").await.unwrap();
    let listed = &page.body["items"][0];
    let id = listed["id"].as_str().unwrap();
    let told = deployment
        .postern(&["delivery", "explain", id], "")
        .await
        .unwrap();
    assert_eq!(
        (&told["state"], &told["carrier"]),
        (&listed["state"], &listed["carrier"])
    );
    let health = deployment.postern(&["doctor"], "").await.unwrap();
    assert_eq!(health["healthy"], true, "{health}");
}
