//! Carriers' feeds: each event once, under numbers without a gap, and nothing that a reader could pass by.
#![cfg(test)]

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::SignedDuration;
use postern_contract::{
    delivery::RevocationReason,
    event::{Commitment, DeliveryEvent},
    feed::{CarrierEvent, FeedCursor},
    ids::CarrierId,
};
use postern_core::{
    feed::{self, Outbox, event_of},
    store::{FeedHead, Logged, Placed, Write},
};
use postern_test_world::{World, logged};
use proptest::prelude::*;

fn carrier(name: &str) -> CarrierId {
    name.parse().unwrap()
}

/// A carrier's whole feed, in stretches of three.
async fn whole(world: &World, whose: &str) -> Vec<CarrierEvent> {
    let (mut all, mut after) = (Vec::new(), FeedCursor::default());
    let whose = carrier(whose);
    loop {
        let page = feed::read(&world.platform, &whose, after, 3, SignedDuration::ZERO);
        let page = page.await.unwrap();
        assert_eq!(
            page.next_cursor.number(),
            after.number() + page.items.len() as u64
        );
        if page.items.is_empty() {
            return all;
        }
        all.extend(page.items);
        after = page.next_cursor;
    }
}

#[tokio::test]
async fn what_the_stream_brings_is_told_once_and_to_its_carrier_alone() {
    let world = World::new().await;
    let outbox = Outbox::of(&world.platform);
    let north: Vec<Logged> = (1..=120).map(|sequence| logged("north", 1, sequence)).collect();
    let south = logged("south", 2, 1);
    // In batches that overlap, with one entry twice in a batch, and the first again at the end.
    let first: Vec<Logged> = [&north[..60], &[south.clone(), north[3].clone()]].concat();
    for batch in [&first[..], &north[40..], &north[..]] {
        assert_eq!(feed::publish(&outbox, batch).await, BTreeSet::new());
    }
    assert_eq!(
        whole(&world, "north").await,
        north.iter().map(event_of).collect::<Vec<_>>()
    );
    assert_eq!(whole(&world, "south").await, [event_of(&south)]);
    assert_eq!(whole(&world, "nobody").await, []);
}

#[tokio::test]
async fn what_a_household_keeps_to_itself_is_in_no_feed() {
    let world = World::new().await;
    let mut private = logged("north", 1, 1);
    private.entry.event = DeliveryEvent::Revoked {
        reason: RevocationReason::Unlinked,
    };
    private.entry.commitment = Some(Commitment {
        digest: "2".repeat(64),
        salt: Some("3".repeat(64)),
    });
    let outbox = Outbox::of(&world.platform);
    assert_eq!(feed::publish(&outbox, &[private]).await, BTreeSet::new());
    let told = serde_json::to_string(&whole(&world, "north").await).unwrap();
    assert!(told.contains("withheld"), "{told}");
    assert!(!told.contains("unlinked") && !told.contains("333"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_many_add_at_once_a_reader_that_follows_misses_nothing() {
    const WRITERS: u128 = 6;
    const ENTRIES: u64 = 12;
    let world = Arc::new(World::new().await);
    let outbox = Outbox::of(&world.platform);
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let outbox = outbox.clone();
            tokio::spawn(async move {
                for sequence in 1..=ENTRIES {
                    // What a neighbour may be adding just now, and its own.
                    let batch = [
                        logged("north", (writer + 1) % WRITERS, sequence),
                        logged("north", writer, sequence),
                    ];
                    while !feed::publish(&outbox, &batch).await.is_empty() {}
                }
            })
        })
        .collect();
    let all = usize::try_from(WRITERS).unwrap() * usize::try_from(ENTRIES).unwrap();
    let north = carrier("north");
    let (mut read, mut after) = (Vec::new(), FeedCursor::default());
    while read.len() < all {
        let patience = SignedDuration::from_secs(20);
        let page = feed::read(&world.platform, &north, after, 100, patience);
        let page = page.await.unwrap();
        assert!(!page.items.is_empty(), "{} of {all} came", read.len());
        read.extend(page.items.into_iter().map(|event| event.id));
        after = page.next_cursor;
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(read.iter().collect::<BTreeSet<_>>().len(), all);
    assert_eq!(after.number(), all as u64);
    assert_eq!(whole(&world, "north").await.len(), all);
}

#[tokio::test]
async fn a_reader_stops_before_an_event_that_shows_too_early_and_goes_on_after_forgotten_ones() {
    let world = World::new().await;
    let store = &world.platform.store;
    let now = world.now().as_second();
    let put = |number: u64, before_until_s: i64| {
        let placed = Placed {
            number,
            event: event_of(&logged("north", 1, number)),
        };
        let before = FeedHead {
            number: number - 1,
            kept_until_s: before_until_s,
        };
        Write::feed_event(&carrier("north"), &placed, before, now + 1_000).unwrap()
    };
    // 1 to 3 are forgotten; 6 is not to be seen yet.
    let writes = vec![put(4, now - 10), put(5, now + 1_000), put(7, now + 1_000)];
    store.transact(writes).await.unwrap();
    let numbers = async |after| -> Vec<u64> {
        let events = store
            .feed(&carrier("north"), after, 10, world.now())
            .await
            .unwrap();
        events.into_iter().map(|placed| placed.number).collect()
    };
    assert_eq!(numbers(0).await, [4, 5]);
    assert!(numbers(5).await.is_empty());
    store.transact(vec![put(6, now + 1_000)]).await.unwrap();
    assert_eq!(numbers(2).await, [4, 5, 6, 7]);
    assert_eq!(numbers(6).await, [7]);
    assert!(numbers(99).await.is_empty());
}

#[tokio::test]
async fn an_events_place_is_known_by_its_id() {
    let world = World::new().await;
    let batch = [logged("north", 1, 1), logged("north", 1, 2)];
    feed::publish(&Outbox::of(&world.platform), &batch).await;
    let store = &world.platform.store;
    let place = store.place_of_event(event_of(&batch[1]).id).await.unwrap();
    assert_eq!(place, Some((carrier("north"), 2)));
    let other = event_of(&logged("north", 1, 3)).id;
    assert_eq!(store.place_of_event(other).await.unwrap(), None);
}

proptest! {
    #[test]
    fn an_event_has_an_id_of_its_own_that_is_always_the_same(places in prop::collection::btree_set((0_u128..50, 1_u64..50), 0..40)) {
        let mut ids = BTreeMap::new();
        for (delivery, sequence) in places {
            let id = event_of(&logged("north", delivery, sequence)).id;
            prop_assert_eq!(id, event_of(&logged("north", delivery, sequence)).id);
            prop_assert_eq!(ids.insert(id, (delivery, sequence)), None);
        }
    }
}
