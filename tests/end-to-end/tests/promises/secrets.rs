//! A code, looked for in clear in the whole record and in what both APIs answer.

use postern_core::{grant::Grant, keys::SealContext};
use postern_end_to_end::{record, stage::Stage};
use secrecy::ExposeSecret;

use crate::Verdict;

pub(crate) async fn no_code_is_seen(stage: Stage) -> Verdict {
    let armed = stage.armed("PARCEL-1").await;
    let platform = &stage.local.platform;
    let kept = platform
        .store
        .load_grant::<Grant>(armed.id)
        .await
        .unwrap()
        .unwrap();
    let context = SealContext::for_delivery(&armed.id.to_string());
    let code = platform
        .sealer
        .open(&kept.code.unwrap().sealed, &context)
        .await
        .unwrap();
    let code = std::str::from_utf8(code.expose_secret()).unwrap();
    assert_eq!(code.len(), 64, "256 bits in hex");

    let path = format!("/v1/deliveries/{}", armed.id);
    let mut seen = record::items(&stage.local).await;
    for (who, answer) in [
        ("the carrier", stage.carrier.get(&path).await),
        (
            "the carrier's log",
            stage.carrier.get(&format!("{path}/log")).await,
        ),
        ("the household", stage.customer.get(&path).await),
        (
            "the household's activity",
            stage.customer.get("/v1/activity").await,
        ),
    ] {
        seen.insert(who.to_owned(), answer.unwrap().body.to_string());
    }
    match seen.iter().find(|(_, text)| text.contains(code)) {
        None => Ok(()),
        Some((place, _)) => Err(format!("the code stands in clear in {place}")),
    }
}
