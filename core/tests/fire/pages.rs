//! Lists that change under whoever walks through them: what was there all along is shown once, and nothing twice.

use std::collections::BTreeSet;

use postern_contract::ids::DeliveryId;
use postern_core::store::{Store, Write};
use postern_embedded_record::EmbeddedRecord;

use crate::{
    dice::{Dice, through},
    lives::plain,
    pool::{self, crowd},
};

/// Every third is there all along, every third comes, every third goes.
const THIRDS: u64 = 12;
const PAGE: usize = 4;

async fn list(store: &Store, deliveries: impl Iterator<Item = DeliveryId>) {
    let listed = deliveries.map(|delivery| Write::list_active(pool::household(0), delivery));
    store.transact(listed.collect()).await.unwrap();
}

fn third(which: u64) -> impl Iterator<Item = DeliveryId> {
    (0..THIRDS).map(move |number| crowd(3 * number + which))
}

#[tokio::test]
async fn a_walk_through_a_list_that_changes_shows_what_stays_exactly_once_and_nothing_twice() {
    let record = EmbeddedRecord::memory().unwrap();
    let calm = plain(&record);
    calm.create_table().await.unwrap();
    let dice = Dice::seeded();
    let store = through(&record, dice.passing(4));
    list(&calm, third(0).chain(third(1))).await;
    let mut changes: Vec<(bool, DeliveryId)> = third(1).map(|goes| (false, goes)).collect();
    changes.extend(third(2).map(|comes| (true, comes)));
    changes.sort_by_cached_key(|_| dice.number());
    let changing = async {
        for (comes, delivery) in changes {
            if comes {
                list(&calm, std::iter::once(delivery)).await;
            } else {
                let ended = Write::list_past(pool::household(0), delivery);
                calm.transact(ended.into()).await.unwrap();
            }
        }
    };
    let (active, past, ()) = tokio::join!(walk(&store, true), walk(&store, false), changing);

    for shown in [&active, &past] {
        assert!(shown.is_sorted_by(|younger, older| younger > older), "{shown:?}");
    }
    let shown: BTreeSet<_> = active.into_iter().collect();
    assert!(third(0).all(|stays| shown.contains(&stays)));
    let gone: BTreeSet<_> = third(1).collect();
    assert!(past.iter().all(|delivery| gone.contains(delivery)));
    assert_eq!(
        calm.active_of(pool::household(0)).await.unwrap().len(),
        2 * third(0).count()
    );
    assert_eq!(
        walk(&store, false).await.into_iter().collect::<BTreeSet<_>>(),
        gone
    );
}

async fn walk(store: &Store, is_active: bool) -> Vec<DeliveryId> {
    let (mut shown, mut after) = (Vec::new(), None);
    loop {
        let page = if is_active {
            store.active_page(pool::household(0), PAGE, after).await
        } else {
            store.past_of(pool::household(0), PAGE, after).await
        };
        let page = page.unwrap();
        shown.extend(page.items);
        after = page.next;
        if after.is_none() {
            return shown;
        }
    }
}
