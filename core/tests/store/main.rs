//! The store against the embedded record: every reader and write, the races, and the faults.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod faults;
mod idempotency;
mod leases;
mod lists;
mod writes;

use jiff::{SignedDuration, Timestamp};
use postern_contract::ids::{DeliveryId, HouseholdId, LinkId};
use postern_core::store::Store;
use postern_embedded_record::{EmbeddedRecord, Faults, Recorder};

/// A record in memory with the table made.
async fn record() -> (EmbeddedRecord, Store) {
    let record = EmbeddedRecord::memory().unwrap();
    let store = Store::new(&record.client(), "postern");
    store.create_table().await.unwrap();
    (record, store)
}

/// The same record, with faults in between.
fn faulty(record: &EmbeddedRecord, faults: Faults) -> Store {
    Store::new(&record.client_with(None, Some(faults)), "postern")
}

/// The same record, watched.
fn watched(record: &EmbeddedRecord) -> (Store, Recorder) {
    let recorder = Recorder::measuring_capacity();
    let store = Store::new(&record.client_with(Some(recorder.clone()), None), "postern");
    (store, recorder)
}

fn delivery(number: u128) -> DeliveryId {
    DeliveryId::from_parts(1_800_000_000_000, number)
}

fn household(number: u128) -> HouseholdId {
    HouseholdId::from_parts(1_800_000_000_000, number)
}

fn link(number: u128) -> LinkId {
    LinkId::from_parts(1_800_000_000_000, number)
}

fn noon() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn after(seconds: i64) -> Timestamp {
    noon() + SignedDuration::from_secs(seconds)
}
