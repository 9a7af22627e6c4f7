//! How often opening a door asks the record, and what a whole delivery costs.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use postern_embedded_record::Recorder;
use postern_local::LocalConfig;

use crate::stage::{Stage, config, key};

/// What one delivery may cost in write units: its ten log entries, the grant as often, and what goes with them, each twice for being
/// in a transaction and once more for each index.
const WRITE_UNITS_MAX: f64 = 150.0;

#[tokio::test(flavor = "multi_thread")]
async fn opening_takes_two_round_trips_to_the_record_before_the_vendor_is_called_and_one_after() {
    let recorder = Recorder::measuring_capacity();
    let mut config = LocalConfig {
        recorder: Some(recorder.clone()),
        ..config()
    };
    // The guardian's look at the door is not part of opening it, and would be due by the time the slow vendor has answered.
    config.limits.look_again_min = SignedDuration::from_mins(1);
    config.limits.look_again_max = SignedDuration::from_mins(1);
    let stage = Stage::with(config).await;
    let armed = stage.armed("PARCEL-1").await;
    // The vendor is slow enough to tell what came before it from what came after.
    let slow = postern_vendor_clouds::Fault {
        delay_ms: Some(400),
        ..postern_vendor_clouds::Fault::default()
    };
    stage
        .myq()
        .fail_next(postern_vendor_clouds::Target::Read, slow, 1)
        .unwrap();
    recorder.clear();
    let answer = stage.ask_to_open(&armed, &key()).await;
    assert_eq!(answer.status.as_u16(), 202, "{}", answer.body);
    let waves = waves(&recorder);
    assert_eq!(waves.len(), 3, "{waves:#?}");
    let widest_pause = waves
        .windows(2)
        .map(|pair| pair[1].0 - pair[0].1)
        .collect::<Vec<_>>();
    assert!(
        widest_pause[1] > widest_pause[0],
        "the vendor was called between the second and the third: {waves:#?}"
    );
}

/// Requests that were under way at the same time, as one wave: when it began, when it ended, and what it asked.
fn waves(recorder: &Recorder) -> Vec<(std::time::Instant, std::time::Instant, Vec<String>)> {
    let mut exchanges = recorder.exchanges();
    exchanges.sort_by_key(|exchange| exchange.started);
    let mut waves: Vec<(std::time::Instant, std::time::Instant, Vec<String>)> = Vec::new();
    for exchange in exchanges {
        match waves.last_mut() {
            Some((_, ended, asked)) if exchange.started < *ended => {
                *ended = (*ended).max(exchange.ended);
                asked.push(exchange.operation);
            }
            _ => waves.push((exchange.started, exchange.ended, vec![exchange.operation])),
        }
    }
    waves
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_delivery_stays_within_its_budget_of_write_units() {
    let recorder = Recorder::measuring_capacity();
    let stage = Stage::with(LocalConfig {
        recorder: Some(recorder.clone()),
        ..config()
    })
    .await;
    recorder.clear();
    let open = stage.opened("PARCEL-1").await;
    stage.closed_and_completed(open.id).await;
    stage.until(open.id, |view| view.log_signature.is_some()).await;
    let mut by_operation: BTreeMap<String, (usize, f64)> = BTreeMap::new();
    for exchange in recorder.exchanges() {
        let sum = by_operation.entry(exchange.operation).or_default();
        *sum = (sum.0 + 1, sum.1 + exchange.capacity.unwrap_or_default());
    }
    println!("a whole delivery, requests and capacity units by operation: {by_operation:#?}");
    // Reads depend on how long the door moves and how often somebody looks; what is written does not.
    let written = by_operation["TransactWriteItems"].1;
    assert!(
        written <= WRITE_UNITS_MAX,
        "{written} write units for one delivery"
    );
}
