//! Pages and batches.

use postern_contract::adapter::ContractVersion;
use postern_contract::carrier::{Allowance, CarrierRecord};
use postern_contract::customer::{HouseholdActivity, HouseholdEvent};
use postern_contract::delivery::{GrantState, Window};
use postern_contract::event::{DeliveryEvent, LogEntry};
use postern_contract::ids::{ActivityId, CarrierId, DoorId, VendorId};
use postern_core::store::{
    Fetched, Key, PageKey, Partition, QueryPlan, Recent, Sort, Standing, Store, StoreError, Write,
};
use postern_core::vendor::VendorRecord;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{after, delivery, household, noon, record, watched};

async fn list_active(store: &Store, count: u128) {
    let markers: Vec<Write> = (0..count)
        .map(|n| Write::list_active(household(1), delivery(n)))
        .collect();
    for chunk in markers.chunks(100) {
        store.transact(chunk.to_vec()).await.unwrap();
    }
}

/// Walks a list to its end through cursors that travel as JSON, and returns the sizes and the things of its pages.
async fn walk<T>(mut page: impl AsyncFnMut(Option<PageKey>) -> Fetched<T>) -> (Vec<usize>, Vec<T>) {
    let (mut sizes, mut all, mut at) = (Vec::new(), Vec::new(), None);
    loop {
        let fetched = page(at).await;
        sizes.push(fetched.items.len());
        all.extend(fetched.items);
        let Some(next) = fetched.next else {
            return (sizes, all);
        };
        at = Some(serde_json::from_str(&serde_json::to_string(&next).unwrap()).unwrap());
        assert!(sizes.len() < 1_000, "the list has no end");
    }
}

#[test]
fn a_walk_through_pages_of_any_size_gives_each_item_exactly_once() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(24));
    runner
        .run(
            &(0_u128..23, 1_usize..9, any::<bool>()),
            |(count, limit, backward)| {
                let (sizes, walked) = runtime.block_on(async {
                    let (_record, store) = record().await;
                    list_active(&store, count).await;
                    let plan = QueryPlan::new(
                        Partition::Household(household(1)),
                        Sort::StartsWith("ACTIVE#".to_owned()),
                    );
                    let plan = if backward { plan.backward() } else { plan };
                    walk(async |at| {
                        let page = store.query(plan.clone().limit(limit).after(at)).await.unwrap();
                        page.try_map(|item| item["SK"].as_s().cloned().map_err(drop))
                            .unwrap()
                    })
                    .await
                });
                let mut expected: Vec<String> = (0..count)
                    .map(|n| Key::Active(household(1), delivery(n)).sk())
                    .collect();
                if backward {
                    expected.reverse();
                }
                prop_assert_eq!(walked, expected);
                let full = sizes.iter().rev().skip(1).all(|size| *size == limit);
                prop_assert!(full, "a page before the last is not full: {:?}", &sizes);
                prop_assert!(count == 0 || sizes.last() != Some(&0), "the last page is empty");
                Ok(())
            },
        )
        .unwrap();
}

#[tokio::test]
async fn all_that_is_under_way_is_found_even_above_a_page() {
    let (_record, store) = record().await;
    list_active(&store, 230).await;
    let found = store.active_of(household(1)).await.unwrap();
    assert_eq!(found, (0..230).map(delivery).collect::<Vec<_>>());
    assert_eq!(store.active_of(household(2)).await.unwrap(), []);
}

#[tokio::test]
async fn an_ended_delivery_moves_from_the_one_list_to_the_other() {
    let (_record, store) = record().await;
    list_active(&store, 3).await;
    store
        .transact(Write::list_past(household(1), delivery(1)).into())
        .await
        .unwrap();
    assert_eq!(
        store.active_of(household(1)).await.unwrap(),
        [delivery(0), delivery(2)]
    );
    let past = store.past_of(household(1), 10, None).await.unwrap();
    assert_eq!((past.items, past.next), (vec![delivery(1)], None));
}

#[tokio::test]
async fn grants_come_in_the_order_asked_for_however_many_in_one_wave_a_hundred() {
    let (record, store) = record().await;
    let carrier: CarrierId = "north".parse().unwrap();
    for chunk in (0..120_u64).collect::<Vec<_>>().chunks(60) {
        let writes = chunk
            .iter()
            .map(|n| {
                Write::put_grant(
                    delivery((*n).into()),
                    &carrier,
                    household(1),
                    None,
                    &json!(n),
                    None,
                )
                .unwrap()
            })
            .collect();
        store.transact(writes).await.unwrap();
    }
    let wanted: Vec<_> = (0..121).rev().map(delivery).collect();
    let (store, recorder) = watched(&record);
    let found: Vec<u64> = store.grants(&wanted).await.unwrap();
    assert_eq!(found, (0..120).rev().collect::<Vec<_>>());
    assert_eq!(recorder.waves(), 2);
    let (_, mine) = walk(async |at| {
        store
            .deliveries_of_carrier::<Value>(&carrier, 50, at)
            .await
            .unwrap()
    })
    .await;
    assert_eq!(mine, (0..120).rev().map(|n| json!(n)).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_delivery_is_listed_under_its_day_and_its_parcels_until_it_is_taken_out() {
    let (record, store) = record().await;
    let (north, south): (CarrierId, CarrierId) = ("north".parse().unwrap(), "south".parse().unwrap());
    let (day, next) = (jiff::civil::date(2026, 11, 23), jiff::civil::date(2026, 11, 24));
    let (one, two) = ("PARCEL-1".parse().unwrap(), "PARCEL-2".parse().unwrap());
    let mut writes = Vec::new();
    for number in 0..5 {
        writes.push(Write::list_of_day(&north, day, delivery(number)));
        writes.push(Write::list_of_parcel(&north, &one, delivery(number)));
    }
    writes.push(Write::list_of_day(&south, day, delivery(7)));
    writes.push(Write::list_of_parcel(&north, &two, delivery(8)));
    store.transact(writes).await.unwrap();
    let (store, recorder) = watched(&record);
    let youngest_first: Vec<_> = (0..5).rev().map(delivery).collect();
    let (_, of_day) = walk(async |at| store.deliveries_of_day(&north, day, 2, at).await.unwrap()).await;
    assert_eq!((of_day, recorder.waves()), (youngest_first.clone(), 3));
    let (_, of_parcel) =
        walk(async |at| store.deliveries_of_parcel(&north, &one, 2, at).await.unwrap()).await;
    assert_eq!(of_parcel, youngest_first);
    let nobody = store.deliveries_of_day(&north, next, 2, None).await.unwrap();
    assert_eq!(nobody.items, []);

    let taken_out = vec![
        Write::unlist_of_day(&north, day, delivery(3)),
        Write::list_of_day(&north, next, delivery(3)),
        Write::unlist_of_parcel(&north, &one, delivery(3)),
    ];
    store.transact(taken_out).await.unwrap();
    let left = store.deliveries_of_day(&north, day, 9, None).await.unwrap();
    assert_eq!(left.items, [delivery(4), delivery(2), delivery(1), delivery(0)]);
    let left = store.deliveries_of_parcel(&north, &one, 9, None).await.unwrap();
    assert_eq!(left.items, [delivery(4), delivery(2), delivery(1), delivery(0)]);
    let moved = store.deliveries_of_day(&north, next, 9, None).await.unwrap();
    assert_eq!(moved.items, [delivery(3)]);
}

/// The write of an entry of a delivery by the carrier `north`.
fn told(entry: &LogEntry) -> Result<Write, StoreError> {
    let standing = Standing {
        state: GrantState::Armed,
        attention: None,
    };
    Write::log_entry(household(1), &"north".parse().unwrap(), standing, entry)
}

fn entry(sequence: u64, seconds: i64, event: DeliveryEvent) -> LogEntry {
    LogEntry {
        delivery: delivery(1),
        sequence,
        at: after(seconds),
        previous: "0".repeat(64),
        event,
        commitment: None,
        hash: "1".repeat(64),
    }
}

#[tokio::test]
async fn a_log_entry_is_never_written_over_and_shows_in_the_households_activity() {
    let (_record, store) = record().await;
    let booked = DeliveryEvent::Booked {
        carrier: "north".parse().unwrap(),
        door: DoorId::from_parts(1, 1),
        window: Window::new(noon(), after(3600)).unwrap(),
        tracking_numbers: vec!["1Z999".parse().unwrap()],
        purpose: postern_contract::delivery::Purpose::Delivery,
    };
    let entries = [entry(1, 1, booked), entry(2, 3, DeliveryEvent::Expired)];
    let signed_up = HouseholdActivity {
        id: ActivityId::from_parts(1, 1),
        at: after(2),
        event: HouseholdEvent::SignedUp,
    };
    store
        .transact(vec![
            told(&entries[0]).unwrap(),
            told(&entries[1]).unwrap(),
            Write::activity(household(1), &signed_up).unwrap(),
        ])
        .await
        .unwrap();
    let forged = told(&entry(1, 9, DeliveryEvent::Expired)).unwrap();
    assert!(store.transact(vec![forged]).await.unwrap_err().is_condition(0));
    assert_eq!(store.whole_log(delivery(1)).await.unwrap(), entries);
    let (_, log) = walk(async |at| store.log_page(delivery(1), 1, at).await.unwrap()).await;
    assert_eq!(log, entries);
    let (_, recent) = walk(async |at| store.activity_of(household(1), 2, at).await.unwrap()).await;
    let [booked, expired] = entries.map(Recent::Delivery);
    assert_eq!(recent, [expired, Recent::Household(signed_up), booked]);
    let view = recent[2].view().unwrap();
    assert_eq!((view.what.as_str(), view.delivery), ("booked", Some(delivery(1))));
    assert_eq!(view.details["tracking_numbers"], json!(["1Z999"]));
}

#[tokio::test]
async fn carriers_and_vendors_are_listed_each_among_its_own_and_as_they_now_are() {
    let (_record, store) = record().await;
    let carrier = |active| CarrierRecord {
        name: "North".to_owned(),
        active,
        registered_at: noon(),
        allowance: Allowance::default(),
    };
    let vendor = VendorRecord {
        name: "A vendor".to_owned(),
        adapter: "postern-us-dev-adapter-vendor".to_owned(),
        active: false,
        contract: ContractVersion::CURRENT,
        registered_at: noon(),
        proven: None,
    };
    let [north, south]: [CarrierId; 2] = ["north", "south"].map(|name| name.parse().unwrap());
    let maker: VendorId = "vendor".parse().unwrap();
    assert_eq!(store.carriers().await.unwrap(), []);
    let writes = vec![
        Write::put_carrier(&south, &carrier(true)).unwrap(),
        Write::put_carrier(&north, &carrier(true)).unwrap(),
        Write::put_vendor(&maker, &vendor).unwrap(),
        Write::put_grant(delivery(1), &north, household(1), None, &json!(1), None).unwrap(),
    ];
    store.transact(writes).await.unwrap();
    let off = Write::put_carrier(&north, &carrier(false)).unwrap();
    store.transact(vec![off]).await.unwrap();
    assert_eq!(
        store.carriers().await.unwrap(),
        [(north, carrier(false)), (south, carrier(true))]
    );
    assert_eq!(store.vendors().await.unwrap(), [(maker, vendor)]);
}
