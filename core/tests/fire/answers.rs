//! Every read of the store, compared with the model.

use std::{collections::BTreeSet, fmt::Debug};

use postern_contract::ids::{DeliveryId, HouseholdId};
use postern_core::{
    ports::Subject,
    store::{DUE_SHARDS, Due, Fetched, Owner, PAGE_ITEMS_MAX, PageKey, Store, StoreError, due_shard},
};
use serde_json::Value;

use crate::{
    model::Model,
    pool::{self, CARRIERS, DELIVERIES, DOORS, HOUSEHOLDS, KEYS, LINKS, NAMES, Pick},
};

/// Where the store and the model differ, in words.
pub(crate) type Differs = String;

/// A limit above the length of every list here but the longest.
pub(crate) const WIDE: usize = 1_000;
/// The smallest page in which a long list is walked through: a page costs a call.
const LONG_LIST_PAGE: usize = 40;

/// Asks for everything there is, in pages of `limit`, as it is at the moment `now` of the pool.
pub(crate) async fn agree(store: &Store, model: &Model, limit: usize, now: u8) -> Result<(), Differs> {
    for of in 0..DELIVERIES {
        grant(store, model, of).await?;
        log(store, model, of, limit).await?;
    }
    grants(store, model).await?;
    for which in 0..CARRIERS {
        carrier(store, model, which).await?;
        deliveries_of(store, model, which, limit).await?;
    }
    vendor(store, model).await?;
    for whose in 0..HOUSEHOLDS {
        household(store, model, whose).await?;
        consent(store, model, whose).await?;
        under_way(store, model, whose, limit).await?;
        ended(store, model, whose, limit).await?;
        activity(store, model, whose, limit).await?;
        links_and_doors(store, model, whose).await?;
    }
    for which in 0..NAMES {
        owners(store, model, which).await?;
        claim(store, model, which).await?;
        login(store, model, which).await?;
        replies(store, model, which, now).await?;
    }
    due(store, model, limit, now).await
}

pub(crate) async fn grant(store: &Store, model: &Model, of: Pick) -> Result<(), Differs> {
    let id = pool::delivery(of);
    let loaded = read("a grant", store.load_grant::<Value>(id).await)?;
    let loaded = loaded.map(|found| (found.grant.doc, found.grant.version, found.household, found.code));
    let known = model.grants.get(&id).map(|grant| {
        let code = model.codes.get(&id).cloned();
        (grant.body.clone(), grant.version, grant.household, code)
    });
    same("a grant with its code", loaded, known)
}

pub(crate) async fn log(store: &Store, model: &Model, of: Pick, limit: usize) -> Result<(), Differs> {
    let id = pool::delivery(of);
    let log = model.log.iter().filter(|((whose, _), _)| *whose == id);
    let log: Vec<_> = log.map(|(_, (_, entry))| entry.clone()).collect();
    let whole = read("a log", store.whole_log(id).await)?;
    same("a whole log", &whole, &log)?;
    let page = async |after| store.log_page(id, limit, after).await;
    same("a log in pages", walk(limit, page).await?, log)
}

/// Several at once, in an order that is not the record's, and one that is not there; one is asked for twice.
async fn grants(store: &Store, model: &Model) -> Result<(), Differs> {
    let asked: Vec<DeliveryId> = [1, 0, 9, 1].map(pool::delivery).into();
    let known = asked.iter().filter_map(|id| model.grants.get(id));
    let known: Vec<Value> = known.map(|grant| grant.body.clone()).collect();
    let found = read("several grants", store.grants(&asked).await)?;
    same("several grants", found, known)
}

pub(crate) async fn carrier(store: &Store, model: &Model, which: Pick) -> Result<(), Differs> {
    let carrier = pool::carrier(which);
    let found = read("a carrier", store.carrier(&carrier).await)?;
    same("a carrier", found, model.carriers.get(&carrier).cloned())
}

async fn deliveries_of(store: &Store, model: &Model, which: Pick, limit: usize) -> Result<(), Differs> {
    let carrier = pool::carrier(which);
    let mine = model.grants.values().rev();
    let mine = mine.filter(|grant| grant.carrier == carrier);
    let mine: Vec<Value> = mine.map(|grant| grant.body.clone()).collect();
    let page = async |after| store.deliveries_of_carrier(&carrier, limit, after).await;
    same("a carrier's deliveries", walk(limit, page).await?, mine)
}

pub(crate) async fn vendor(store: &Store, model: &Model) -> Result<(), Differs> {
    let found = read("a vendor", store.vendor(&pool::vendor()).await)?;
    same("a vendor", found, model.vendor.clone())
}

pub(crate) async fn household(store: &Store, model: &Model, whose: Pick) -> Result<(), Differs> {
    let id = pool::household(whose);
    let found = read("a household", store.household(id).await)?;
    same("a household", found, model.households.get(&id).cloned())
}

pub(crate) async fn consent(store: &Store, model: &Model, whose: Pick) -> Result<(), Differs> {
    let id = pool::household(whose);
    let found = read("a consent", store.consent(id).await)?;
    same("a consent", found, model.consents.get(&id).cloned())
}

pub(crate) async fn under_way(
    store: &Store,
    model: &Model,
    whose: Pick,
    limit: usize,
) -> Result<(), Differs> {
    let id = pool::household(whose);
    let mut active = listed(&model.active, id);
    let found = read("a list", store.active_of(id).await)?;
    same("what is under way", &found, &active)?;
    active.reverse();
    let limit = bearable(limit, active.len());
    let page = async |after| store.active_page(id, limit, after).await;
    same("what is under way, in pages", walk(limit, page).await?, active)
}

pub(crate) async fn ended(store: &Store, model: &Model, whose: Pick, limit: usize) -> Result<(), Differs> {
    let id = pool::household(whose);
    let mut past = listed(&model.past, id);
    past.reverse();
    let page = async |after| store.past_of(id, limit, after).await;
    same("what has ended, in pages", walk(limit, page).await?, past)
}

fn listed(list: &BTreeSet<(HouseholdId, DeliveryId)>, of: HouseholdId) -> Vec<DeliveryId> {
    let own = list.iter().filter(|(household, _)| *household == of);
    own.map(|(_, delivery)| *delivery).collect()
}

pub(crate) async fn activity(store: &Store, model: &Model, whose: Pick, limit: usize) -> Result<(), Differs> {
    let id = pool::household(whose);
    let page = async |after| store.activity_of(id, limit, after).await;
    same("activity", walk(limit, page).await?, model.recent(id))
}

async fn links_and_doors(store: &Store, model: &Model, whose: Pick) -> Result<(), Differs> {
    let id = pool::household(whose);
    let own = model.links.iter().filter(|((of, _), _)| *of == id);
    let own: Vec<_> = own.map(|(_, item)| (item.link.clone(), item.version)).collect();
    let links = read("links", store.links_of(id).await)?.into_iter();
    same("links", links.map(|link| (link.doc, link.version)).collect(), own)?;
    for which in 0..LINKS {
        link(store, model, whose, which).await?;
    }
    let own = model.doors.iter().filter(|((of, _), _)| *of == id);
    let own: Vec<_> = own.map(|(_, door)| door.clone()).collect();
    let doors = read("doors", store.doors_of(id).await)?.into_iter();
    same("doors", doors.map(|door| (door.doc, door.version)).collect(), own)?;
    for which in 0..DOORS {
        door(store, model, whose, which).await?;
    }
    Ok(())
}

pub(crate) async fn link(store: &Store, model: &Model, whose: Pick, which: Pick) -> Result<(), Differs> {
    let (household, link) = (pool::household(whose), pool::link(which));
    let known = model.links.get(&(household, link));
    let known = known.map(|item| (item.link.clone(), item.version));
    let found = read("a link", store.link(household, link).await)?;
    same("a link", found.map(|link| (link.doc, link.version)), known)
}

pub(crate) async fn door(store: &Store, model: &Model, whose: Pick, which: Pick) -> Result<(), Differs> {
    let (household, door) = (pool::household(whose), pool::door(which));
    let known = model.doors.get(&(household, door)).cloned();
    let found = read("a door", store.door(household, door).await)?;
    same("a door", found.map(|door| (door.doc, door.version)), known)
}

/// Whose a person and an address are.
pub(crate) async fn owners(store: &Store, model: &Model, which: Pick) -> Result<(), Differs> {
    let name = pool::name(which);
    let person = read("a person", store.household_of(Owner::Person(&name)).await)?;
    same("a person's household", person, model.people.get(&name).copied())?;
    let address = read("an address", store.household_of(Owner::Address(&name)).await)?;
    let known = model.addresses.get(&name).copied();
    same("an address's household", address, known)
}

pub(crate) async fn claim(store: &Store, model: &Model, which: Pick) -> Result<(), Differs> {
    let found = store.door_claim(&pool::vendor(), &pool::door_ref(which)).await;
    let known = model.claims.get(&pool::name(which)).copied();
    same("a claim", read("a claim", found)?, known)
}

pub(crate) async fn login(store: &Store, model: &Model, which: Pick) -> Result<(), Differs> {
    let found = read("a login", store.pending_login(&pool::state(which)).await)?;
    same("a login", found, model.logins.get(&pool::name(which)).cloned())
}

/// What a tenant was answered under each key.
pub(crate) async fn replies(store: &Store, model: &Model, tenant: Pick, now: u8) -> Result<(), Differs> {
    for key in 0..KEYS {
        let (whose, name) = (pool::name(tenant), pool::name(key));
        let found = store.idempotency(&whose, &name, pool::at(now)).await;
        let known = model.answer(tenant, key, now).cloned();
        same("an answer", read("an answer", found)?, known)?;
    }
    Ok(())
}

/// What is due, each shard in order and each subject in its own shard; `limit` of a shard are its first.
async fn due(store: &Store, model: &Model, limit: usize, now: u8) -> Result<(), Differs> {
    let mut found = Vec::new();
    for shard in 0..DUE_SHARDS {
        let all = read(
            "what is due",
            store.due(shard, pool::at(now), PAGE_ITEMS_MAX).await,
        )?;
        let some = read("what is due", store.due(shard, pool::at(now), limit).await)?;
        let first: Vec<Due> = all.iter().take(bounded(limit)).copied().collect();
        same("the first that are due", some, first)?;
        let in_order = all.iter().map(in_words).is_sorted();
        same("what is due in order", in_order, true)?;
        same(
            "the shard of what is due",
            all.iter().all(|due| due_shard(due.subject) == shard),
            true,
        )?;
        found.extend(all.iter().map(in_words));
    }
    found.sort();
    same("what is due", found, model.due(pool::at(now)))
}

fn in_words(due: &Due) -> (i64, String) {
    let subject = match due.subject {
        Subject::Delivery { delivery } => delivery.to_string(),
        Subject::Link { household, link } => format!("{household}#{link}"),
        Subject::Household { household } => household.to_string(),
    };
    (due.at.as_microsecond(), subject)
}

/// The limit that a page keeps to: one at least, two hundred at most.
fn bounded(limit: usize) -> usize {
    limit.clamp(1, PAGE_ITEMS_MAX)
}

/// A limit at which a list of this length can be walked through in a test.
fn bearable(limit: usize, length: usize) -> usize {
    if length > LONG_LIST_PAGE {
        limit.max(LONG_LIST_PAGE)
    } else {
        limit
    }
}

/// Walks a list to its end. Every page but the last is full, and only an empty list has an empty page.
async fn walk<T>(
    limit: usize,
    page: impl AsyncFn(Option<PageKey>) -> Result<Fetched<T>, StoreError>,
) -> Result<Vec<T>, Differs> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let fetched = read("a page", page(after).await)?;
        let size = fetched.items.len();
        let is_first = all.is_empty();
        all.extend(fetched.items);
        let Some(next) = fetched.next else {
            same("an empty last page", size == 0 && !is_first, false)?;
            same("a page above its limit", size > bounded(limit), false)?;
            return Ok(all);
        };
        same("the size of a page", size, bounded(limit))?;
        // A cursor travels as JSON.
        after = Some(serde_json::from_value(serde_json::to_value(&next).unwrap()).unwrap());
    }
}

pub(crate) fn read<T>(what: &str, answer: Result<T, StoreError>) -> Result<T, Differs> {
    answer.map_err(|error| format!("{what} could not be read: {error:?}"))
}

pub(crate) fn same<T: PartialEq + Debug>(what: &str, found: T, known: T) -> Result<(), Differs> {
    if found == known {
        Ok(())
    } else {
        Err(format!("{what}: the store has {found:?}, the model {known:?}"))
    }
}
