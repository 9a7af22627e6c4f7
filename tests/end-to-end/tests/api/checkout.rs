//! At the checkout: windows on offer for one address, and many addresses at once, of which some are wrong.

use postern_contract::{
    carrier::{AskEligibility, BookDelivery, Eligibility},
    customer::PreferencesView,
};
use postern_end_to_end::stage::{Stage, key};
use postern_local::play::booking;
use reqwest::Method;
use serde_json::{Value, json};

fn address() -> Value {
    json!({"line1": "12 Elm Street", "city": "Guelph", "region": "ON", "postal_code": "N1G 2W1", "country": "CA"})
}

async fn ask(stage: &Stage, questions: &[Value]) -> Vec<Value> {
    let body = json!({"questions": questions});
    let answer = stage
        .carrier
        .post("/v1/eligibility/batch", "unused", &body)
        .await
        .unwrap();
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.body);
    answer.body["answers"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_window_on_offer_can_be_booked_as_it_is() {
    let stage = Stage::set().await;
    let hours = json!({"hours": [{
        "days": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
        "from": "09:00:00", "until": "11:30:00",
    }]});
    let set = stage.customer.send(Method::PUT, "/v1/preferences", &hours).await;
    let _: PreferencesView = set.unwrap().done().unwrap();
    let question: AskEligibility = serde_json::from_value(json!({"address": address(), "days": 4})).unwrap();
    let told: Eligibility = stage.carrier.eligibility(&question).await.unwrap();
    assert!(told.eligible && (3..=4).contains(&told.windows.len()), "{told:?}");
    for (number, window) in told.windows.into_iter().enumerate() {
        let body = BookDelivery {
            window,
            ..booking(stage.local.platform.now(), &format!("PARCEL-{number}"))
        };
        let booked = stage.carrier.book(&key(), &body).await.unwrap();
        assert_eq!(booked.window, window);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_addresses_each_is_answered_for_itself_in_its_place() {
    let stage = Stage::set().await;
    let with = |name: &str, value: Value| {
        let mut address = address();
        address[name] = value;
        json!({"address": address, "days": 2})
    };
    let over = json!({"starts_at": "2020-01-01T10:00:00Z", "ends_at": "2020-01-01T12:00:00Z"});
    let questions = [
        json!({"address": address(), "days": 2}),
        with("line1", json!("99 Nowhere Street")),
        with("postal_code", json!("K1I 0B1")),
        with("region", json!("NY")),
        with("country", json!("GB")),
        with("flat", json!("3")),
        json!({"address": address(), "window": over}),
        json!({}),
        json!({"address": address(), "days": 2}),
    ];
    let answers = ask(&stage, &questions).await;
    assert_eq!(answers.len(), questions.len());
    let eligibility = |at: usize| &answers[at]["eligibility"];
    let problem = |at: usize| {
        let problem = &answers[at]["problem"];
        (
            problem["code"].as_str().unwrap(),
            problem["field"].as_str().unwrap(),
        )
    };
    assert_eq!(eligibility(0)["eligible"], true);
    assert!((1..=2).contains(&eligibility(0)["windows"].as_array().unwrap().len()));
    assert_eq!(eligibility(1)["reasons"], json!(["not_offered"]));
    assert_eq!(problem(2), ("invalid_field", "postal_code"));
    assert_eq!(problem(3), ("invalid_field", "region"));
    assert_eq!(problem(4), ("invalid_field", "address.country"));
    assert_eq!(problem(5), ("unknown_field", "address.flat"));
    assert_eq!(eligibility(6)["reasons"], json!(["window_unusable"]));
    assert_eq!(eligibility(6)["windows"], json!([]));
    assert_eq!(problem(7), ("invalid_field", "address"));
    assert_eq!(answers[8], answers[0]);
    assert!(!answers[5].to_string().contains("12 Elm"));
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_are_answered_at_once_and_one_more_is_refused() {
    let stage = Stage::set().await;
    let question = json!({"address": address(), "days": 0});
    let answers = ask(&stage, &vec![question.clone(); 50]).await;
    assert_eq!(answers.len(), 50);
    assert!(
        answers
            .iter()
            .all(|answer| answer["eligibility"]["eligible"] == true)
    );
    let body = json!({"questions": vec![question; 51]});
    let refused = stage
        .carrier
        .post("/v1/eligibility/batch", "unused", &body)
        .await
        .unwrap();
    assert_eq!((refused.status.as_u16(), refused.code()), (400, "invalid_field"));
    assert_eq!(refused.body["field"], "questions");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parcel_for_another_address_is_not_booked_for_this_door() {
    let stage = Stage::set().await;
    let mut body = serde_json::to_value(booking(stage.local.platform.now(), "PARCEL-1")).unwrap();
    body["address"]["line1"] = json!("14 Elm Street");
    let refused = stage.carrier.post("/v1/deliveries", &key(), &body).await.unwrap();
    assert_eq!(refused.code(), "not_eligible");
    body["address"]["postal_code"] = json!("K1I 0B1");
    let refused = stage.carrier.post("/v1/deliveries", &key(), &body).await.unwrap();
    assert_eq!(
        (refused.code(), refused.body["field"].as_str()),
        ("invalid_field", Some("postal_code"))
    );
}
