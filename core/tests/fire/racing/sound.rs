//! What is true of a household's part of the record at any moment, whatever was done to it at once.

use std::collections::BTreeMap;

use postern_contract::{
    event::DeliveryEvent,
    ids::{DeliveryId, HouseholdId},
};
use postern_core::{
    grant::{Grant, due_at},
    log,
    ports::Subject,
    store::{Due, PAGE_ITEMS_MAX, Recent, Store, due_shard},
};
use postern_test_world::World;

/// The size of the pages in which lists are walked through: small, so that there are several.
const PAGE: usize = 9;

/// Looks at everything that belongs to `household`, and answers how often an order to open was put on record.
pub(super) async fn sound(world: &World, household: HouseholdId) -> usize {
    let store = &world.platform.store;
    let under_way = store.active_of(household).await.unwrap();
    let ended = store
        .past_of(household, PAGE_ITEMS_MAX, None)
        .await
        .unwrap()
        .items;
    let mut told = told(store, household).await;
    let mut opens = 0;
    for delivery in under_way.iter().chain(&ended).copied() {
        let is_listed_twice = under_way.contains(&delivery) && ended.contains(&delivery);
        assert!(!is_listed_twice, "{delivery} is under way and has ended");
        let loaded = store.load_grant::<Grant>(delivery).await.unwrap().unwrap();
        let grant = loaded.grant.doc;
        assert_eq!(grant.state.is_end(), ended.contains(&delivery), "{grant:?}");
        let entries = store.whole_log(delivery).await.unwrap();
        assert_eq!(log::verify(delivery, &entries).as_ref(), Ok(&grant.log_head));
        assert_eq!(grant.log_length, u64::try_from(entries.len()).unwrap());
        // Each commit adds an entry at least, the signature alone none.
        assert!(loaded.grant.version <= grant.log_length + 1);
        assert_eq!(
            told.remove(&delivery).unwrap_or_default(),
            sequences(grant.log_length)
        );
        assert_eq!(
            due_in_record(store, delivery).await,
            due_of(world, &grant),
            "{grant:?}"
        );
        let code = loaded.code;
        assert!(
            !grant.code_ready
                || code.is_some_and(|code| code.number == grant.codes_minted && code.redeemed_at.is_none())
        );
        let opened = |event: &DeliveryEvent| matches!(event, DeliveryEvent::OpenRequested { .. });
        let opened = entries.iter().filter(|entry| opened(&entry.event)).count();
        assert!(opened <= usize::try_from(grant.codes_minted).unwrap());
        opens += opened;
    }
    assert!(
        told.is_empty(),
        "the activity tells of deliveries that are in no list"
    );
    opens
}

fn sequences(length: u64) -> Vec<u64> {
    (1..=length).collect()
}

/// Which entries of which logs the household's activity shows, the oldest first.
async fn told(store: &Store, household: HouseholdId) -> BTreeMap<DeliveryId, Vec<u64>> {
    let mut told: BTreeMap<DeliveryId, Vec<u64>> = BTreeMap::new();
    for recent in whole_activity(store, household).await {
        if let Recent::Delivery(entry) = recent {
            told.entry(entry.delivery).or_default().push(entry.sequence);
        }
    }
    told
}

/// A household's activity, page after page, the oldest first.
pub(super) async fn whole_activity(store: &Store, household: HouseholdId) -> Vec<Recent> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = store.activity_of(household, PAGE, after).await.unwrap();
        all.extend(page.items);
        after = page.next;
        if after.is_none() {
            all.reverse();
            return all;
        }
    }
}

async fn due_in_record(store: &Store, delivery: DeliveryId) -> Vec<i64> {
    let subject = Subject::Delivery { delivery };
    let end = "2100-01-01T00:00:00Z".parse().unwrap();
    let shard = store.due(due_shard(subject), end, PAGE_ITEMS_MAX).await.unwrap();
    let own = shard.iter().filter(|due| due.subject == subject);
    own.map(|due: &Due| due.at.as_microsecond()).collect()
}

/// Once, when its agenda says; not at all when nothing is left to do, or only a signature that is there.
fn due_of(world: &World, grant: &Grant) -> Vec<i64> {
    let at = due_at(grant, world.now(), &world.platform.limits);
    at.iter().map(|at| at.as_microsecond()).collect()
}
