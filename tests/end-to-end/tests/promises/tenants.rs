//! Another carrier and another household, with the id of a delivery that is not theirs.

use postern_end_to_end::stage::{Stage, key};
use postern_local::play::{CarrierClient, CustomerClient, household};
use reqwest::Method;
use serde_json::json;

use crate::Verdict;

pub(crate) async fn anothers_delivery_does_not_exist(stage: Stage) -> Verdict {
    let armed = stage.armed("PARCEL-1").await;
    let (addresses, seeds) = (&stage.local.addresses, &stage.local.seeds);
    let south = CarrierClient::connect(addresses, &seeds.carriers[1])
        .await
        .unwrap();
    let sam = CustomerClient::log_in(addresses, &seeds.people[1]).await.unwrap();
    let mut elsewhere = household();
    elsewhere.address.line1 = "77 Elsewhere Road".parse().unwrap();
    sam.sign_up(&elsewhere).await.unwrap();

    let path = format!("/v1/deliveries/{}", armed.id);
    let reason = json!({"reason": "not mine"});
    let answers = [
        south.get(&path).await.unwrap(),
        south.get(&format!("{path}/log")).await.unwrap(),
        south.verb(armed.id, "cancel", &key(), &reason).await.unwrap(),
        sam.get(&path).await.unwrap(),
        sam.get(&format!("{path}/log")).await.unwrap(),
        sam.send(Method::POST, &format!("{path}/refuse"), &json!({}))
            .await
            .unwrap(),
        sam.send(Method::POST, &format!("{path}/take-over"), &json!({}))
            .await
            .unwrap(),
    ];
    for answer in answers {
        if answer.status.as_u16() != 404 {
            return Err(format!("{}: {} {}", answer.what, answer.status, answer.body));
        }
    }
    let after = stage.carrier.delivery(armed.id).await.unwrap();
    if after == armed {
        Ok(())
    } else {
        Err("another tenant's call changed it".to_owned())
    }
}
