//! Quotas as a carrier meets them: told with every answer, refused with a time to come back, and never in the way of a close.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use postern_contract::{
    carrier::{Allowance, CarrierRecord},
    delivery::GrantState,
};
use postern_core::store::Write;
use postern_local::play::{Answer, CarrierClient};
use sfv::{BareItem, List, ListEntry, Parser};

use crate::stage::{Stage, driver, key, open_for};

async fn allow(stage: &Stage, allowance: Allowance) {
    let carrier = &stage.local.seeds.carriers[0].id;
    let store = &stage.local.platform.store;
    let known = store.carrier(carrier).await.unwrap().unwrap();
    let record = CarrierRecord { allowance, ..known };
    let write = Write::put_carrier(carrier, &record).unwrap();
    store.transact(vec![write]).await.unwrap();
}

/// The members of a header of Structured Fields, by a parser of others: each policy with its parameters.
fn members(answer: &Answer, header: &str) -> Vec<(String, Vec<(String, i64)>)> {
    let list: List = Parser::new(answer.header(header))
        .parse()
        .unwrap_or_else(|error| panic!("{}: {header}: {error}", answer.what));
    let number = |value: &BareItem| match value {
        BareItem::Integer(number) => i64::from(*number),
        other => panic!("{other:?} is no whole number"),
    };
    list.iter()
        .map(|entry| match entry {
            ListEntry::Item(item) => (
                item.bare_item.as_string().unwrap().as_str().to_owned(),
                item.params
                    .iter()
                    .map(|(name, value)| (name.as_str().to_owned(), number(value)))
                    .collect(),
            ),
            ListEntry::InnerList(_) => panic!("an inner list"),
        })
        .collect()
}

fn named(name: &str, parameters: &[(&str, i64)]) -> (String, Vec<(String, i64)>) {
    let parameters = parameters
        .iter()
        .map(|(name, value)| ((*name).to_owned(), *value));
    (name.to_owned(), parameters.collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_to_a_carrier_tells_what_is_left_also_a_refusal() {
    let stage = Stage::set().await;
    allow(&stage, Allowance::default()).await;
    let armed = stage.armed("PARCEL-1").await;
    let path = format!("/v1/deliveries/{}", armed.id);
    let answers = [
        stage.carrier.get(&path).await.unwrap(),
        stage.carrier.get("/v1/deliveries?limit=0").await.unwrap(),
        stage
            .carrier
            .get("/v1/deliveries/dlv_01ARZ3NDEKTSV4RRFFQ69G5FAV")
            .await
            .unwrap(),
        stage
            .carrier
            .verb(armed.id, "open", &key(), &driver())
            .await
            .unwrap(),
        stage.ask_to_open(&armed, &key()).await,
        stage
            .carrier
            .verb(armed.id, "close", &key(), &driver())
            .await
            .unwrap(),
    ];
    let policies = [
        named("calls", &[("q", 1200), ("w", 60)]),
        named("changes", &[("q", 600), ("w", 60)]),
    ];
    for answer in answers {
        assert_eq!(members(&answer, "ratelimit-policy"), policies, "{}", answer.what);
        for ((name, left), most) in members(&answer, "ratelimit").into_iter().zip([1200, 600]) {
            let (remaining, seconds) = (left[0].1, left[1].1);
            assert_eq!((left[0].0.as_str(), left[1].0.as_str()), ("r", "t"), "{name}");
            assert!(
                (0..=most).contains(&remaining) && (1..=60).contains(&seconds),
                "{name}: {left:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_carrier_that_asks_too_much_is_told_when_to_come_back_and_nobody_else_is_held_up() {
    let stage = Stage::set().await;
    allow(
        &stage,
        Allowance {
            calls_per_minute: 5,
            ..Allowance::default()
        },
    )
    .await;
    // Even if the minute turns in between, eleven calls are too many for both.
    let mut refused = None;
    for _ in 0..11 {
        let answer = stage.carrier.get("/v1/deliveries").await.unwrap();
        match answer.status.as_u16() {
            200 => {}
            429 => refused = Some(answer),
            other => panic!("{other}: {}", answer.body),
        }
    }
    let refused = refused.expect("none of eleven was too many");
    assert_eq!(refused.code(), "too_many_requests");
    assert_eq!(refused.body["quota"], "calls");
    let after: i64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&after));
    assert_eq!(
        members(&refused, "ratelimit")[0],
        named("calls", &[("r", 0), ("t", after)])
    );
    let other = CarrierClient::connect(&stage.local.addresses, &stage.local.seeds.carriers[1])
        .await
        .unwrap();
    assert_eq!(other.get("/v1/deliveries").await.unwrap().status.as_u16(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_close_goes_through_whatever_was_asked_before_and_an_open_does_not() {
    let stage = Stage::set().await;
    let open = stage.opened("PARCEL-1").await;
    let armed = stage.armed("PARCEL-2").await;
    let nothing = Allowance {
        calls_per_minute: 0,
        ..Allowance::default()
    };
    allow(&stage, nothing).await;
    let path = format!("/v1/deliveries/{}", open.id);
    let held: Vec<(&str, Answer)> = vec![
        ("a read", stage.carrier.get(&path).await.unwrap()),
        ("a list", stage.carrier.get("/v1/events?wait=25").await.unwrap()),
        ("an open", stage.ask_to_open(&armed, "the-same-key").await),
        (
            "a malformed open",
            stage
                .carrier
                .verb(armed.id, "open", "not a key", &driver())
                .await
                .unwrap(),
        ),
        (
            "a completion",
            stage
                .carrier
                .verb(open.id, "complete", &key(), &serde_json::json!({}))
                .await
                .unwrap(),
        ),
    ];
    for (what, answer) in held {
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (429, "too_many_requests"),
            "{what}: {}",
            answer.body
        );
    }
    assert_eq!(stage.times_opened(), 1);
    let closed = stage.carrier.close(open.id, &key(), &driver()).await.unwrap();
    assert_eq!(closed.state, GrantState::Closed);
    // The refused open left nothing behind: its key is free, and its code is good.
    allow(&stage, Allowance::default()).await;
    let path = "open?wait=25";
    let opened = stage
        .carrier
        .verb(armed.id, path, "the-same-key", &open_for(&armed))
        .await
        .unwrap();
    assert_eq!(opened.status.as_u16(), 202, "{}", opened.body);
    stage.until(armed.id, |view| view.state == GrantState::Open).await;
    assert_eq!(stage.times_opened(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_that_may_be_opened_no_more_is_refused_with_a_time_to_come_back() {
    let stage = Stage::set().await;
    let armed = stage.armed("PARCEL-1").await;
    allow(
        &stage,
        Allowance {
            opens_per_door_hour: 0,
            ..Allowance::default()
        },
    )
    .await;
    let refused = stage.ask_to_open(&armed, "the-same-key").await;
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (429, "door_opened_too_often"),
        "{}",
        refused.body
    );
    let after: i64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=3600).contains(&after));
    allow(&stage, Allowance::default()).await;
    let opened = stage.ask_to_open(&armed, "the-same-key").await;
    assert_eq!(opened.status.as_u16(), 202, "{}", opened.body);
}
