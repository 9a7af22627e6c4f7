//! Whatever JSON is thrown at an unsafe operation, the fault is never ours: no 5xx, and a whole problem for every refusal.

use postern_contract::delivery::DeliveryView;
use postern_local::play::set_up;
use postern_vendor_clouds::{Direction, door::ReportedState};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

use postern_end_to_end::stage::{Stage, eventually};

use crate::{
    routes::{Ids, Route, Takes, routes},
    wire::{Wire, send},
};

/// How many bodies each operation gets.
const CASES: u32 = 48;

/// Any JSON, small.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,24}".prop_map(Value::from),
        any_text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((any_name(), inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Text as our own fields have it, and at the edges of that.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Z0-9-]{1,41}",
        "(dlv|door|link|hh)_[0-9A-HJKMNP-TV-Z]{26}",
        "-?[0-9]{4,6}-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](Z|[+-][0-2][0-9]:[0-5][0-9])",
        "[0-2][0-9]:[0-5][0-9]:[0-5][0-9]",
        Just("9999-12-30T22:00:00Z".to_owned()),
        Just("-009999-01-02T02:00:00Z".to_owned()),
        Just("1969-12-31T23:59:59Z".to_owned()),
        Just("myq".to_owned()),
        Just("northwind".to_owned()),
        Just("America/Toronto".to_owned()),
        Just("Pacific/Apia".to_owned()),
        "(monday|sunday|en-CA|fr-CA|CA|US|ON|N1G 2W1|90210)",
    ]
}

fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,12}",
        "(address|window|starts_at|ends_at|driver|position|latitude|hours|carriers|only|reason|name|door)",
    ]
}

/// Where in a right body something else is put: a body is a right one with one value changed, or anything at all.
#[derive(Debug, Clone)]
struct Shot {
    at: prop::sample::Index,
    value: Value,
    whole: bool,
}

fn any_shot() -> impl Strategy<Value = Shot> {
    (
        any::<prop::sample::Index>(),
        any_json(),
        prop::bool::weighted(0.2),
    )
        .prop_map(|(at, value, whole)| Shot { at, value, whole })
}

fn pointers(value: &Value, here: &str, found: &mut Vec<String>) {
    found.push(here.to_owned());
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                pointers(member, &format!("{here}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                pointers(item, &format!("{here}/{at}"), found);
            }
        }
        _ => {}
    }
}

impl Shot {
    fn at(&self, route: &Route) -> Value {
        let right = match &route.takes {
            Takes::Json { full, .. } => full.clone(),
            Takes::Nothing | Takes::NoBody => json!({}),
        };
        if self.whole {
            return self.value.clone();
        }
        let mut places = Vec::new();
        pointers(&right, "", &mut places);
        let mut body = right;
        let place: &String = self.at.get(&places);
        *body.pointer_mut(place).unwrap() = self.value.clone();
        body
    }
}

/// What to shoot at: a platform, and every unsafe operation of it.
struct Range {
    wire: Wire,
    ids: Ids,
    table: Vec<Route>,
    stage: Stage,
}

impl Range {
    async fn set() -> Self {
        let stage = Stage::set().await;
        let armed: DeliveryView = stage.armed("PARCEL-1").await;
        let ids = Ids::of(&stage, armed.id).await;
        Self {
            wire: Wire::new(&stage.local),
            table: routes(&ids, &armed),
            ids,
            stage,
        }
    }

    async fn shoot(&self, shot: &Shot) {
        for route in self.table.iter().filter(|route| route.is_unsafe()) {
            let body = shot.at(route);
            let request = self.wire.at(route, &route.path(&self.ids)).json(&body);
            let reply = send(format!("{} with {body}", route.name()), request).await;
            match reply.status {
                200..300 => {}
                400..500 => reply.assert_problem(),
                _ => panic!("{reply:#?}"),
            }
        }
    }

    /// A delivery can still be made, whatever the shots did to the household.
    async fn come_through(&self) {
        let (stage, myq) = (&self.stage, self.stage.myq());
        myq.press_wall_button(&stage.door, Some(Direction::Close))
            .unwrap();
        eventually("the door is closed", || {
            myq.door(&stage.door).unwrap().reported.state == ReportedState::Closed
        })
        .await;
        set_up(&stage.local).await.unwrap();
        let open = stage.opened("PARCEL-2").await;
        stage.closed_and_completed(open.id).await;
    }
}

#[test]
fn no_json_upsets_an_unsafe_operation() {
    let runtime = Runtime::new().unwrap();
    let range = runtime.block_on(Range::set());
    let mut runner = TestRunner::new(Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(&any_shot(), |shot| {
            runtime.block_on(range.shoot(&shot));
            Ok(())
        })
        .unwrap();
    runtime.block_on(range.come_through());
}
