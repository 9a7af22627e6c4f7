//! The verdict on a world in which nothing is left to be done: what the vendor saw, held against what is on record, and the record
//! against itself.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use postern_contract::{
    customer::{HouseholdActivity, HouseholdEvent, LinkState},
    delivery::GrantState,
    door::DoorState,
    event::{DeliveryEvent, LogEntry},
    ids::CommandId,
};
use postern_core::{
    consent::Consent,
    grant::Grant,
    household::{HouseholdDoorRecord, Link},
    log,
    store::{Item, Key, attribute, decode},
};
use postern_test_world::World;

/// Everything of the record, by what it is.
#[derive(Default)]
struct Whole {
    items: BTreeMap<(String, String), Item>,
}

impl Whole {
    async fn of(world: &World) -> Self {
        let items = world.items().await.into_iter();
        Self {
            items: items
                .map(|item| ((text(&item, attribute::PK), text(&item, attribute::SK)), item))
                .collect(),
        }
    }

    fn starting<'a>(
        &'a self,
        pk: &'a str,
        sk: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str, &'a Item)> {
        self.items
            .iter()
            .filter(move |((p, s), _)| p.starts_with(pk) && s.starts_with(sk))
            .map(|((p, s), item)| (p.as_str(), s.as_str(), item))
    }

    fn has(&self, key: &Key) -> bool {
        self.items.contains_key(&(key.pk(), key.sk()))
    }

    fn grants(&self) -> Vec<Grant> {
        self.starting("DLV#", "GRANT")
            .filter(|(_, sk, _)| *sk == "GRANT")
            .map(|(_, _, item)| decode(item.clone()).unwrap())
            .collect()
    }
}

fn text(item: &Item, name: &str) -> String {
    item[name].as_s().unwrap().clone()
}

fn number(item: &Item, name: &str) -> i64 {
    item[name].as_n().unwrap().parse().unwrap()
}

/// Every promise that the vendor's journal and the record can show, for every delivery, household and door of the world.
pub(crate) async fn holds(world: &World, case: &str) {
    let whole = Whole::of(world).await;
    for grant in whole.grants() {
        delivery(world, &whole, &grant, case).await;
    }
    orders(world, &whole, case).await;
    households(world, &whole, case).await;
    requests(world, &whole, case);
}

/// A delivery has its end, a whole log, its place among the household's, and no code but its own.
async fn delivery(world: &World, whole: &Whole, grant: &Grant, case: &str) {
    let id = grant.delivery;
    let entries = world.platform.store.whole_log(id).await.unwrap();
    log::verify(id, &entries).unwrap_or_else(|error| panic!("{case}: {error}"));
    assert_eq!(entries.len() as u64, grant.log_length, "{case}: {id}");
    assert!(grant.state.is_end(), "{case}: {id} has no end: {:?}", grant.state);
    assert!(grant.log_signature.is_some(), "{case}: {id} is not signed");
    assert!(!whole.has(&Key::Active(grant.household, id)), "{case}: {id}");
    assert!(whole.has(&Key::Past(grant.household, id)), "{case}: {id}");
    if let Some(code) = whole.items.get(&(Key::Code(id).pk(), Key::Code(id).sk())) {
        assert_eq!(
            number(code, attribute::NUMBER),
            i64::from(grant.codes_minted),
            "{case}"
        );
    } else {
        assert_eq!(grant.codes_minted, 0, "{case}: {id} has lost its code");
    }
    let opened = entries
        .iter()
        .any(|entry| matches!(entry.event, DeliveryEvent::Opened { .. }));
    let closed = entries
        .iter()
        .any(|entry| matches!(entry.event, DeliveryEvent::Closed { .. }));
    assert!(
        !opened || closed || grant.attention.is_some(),
        "{case}: {id} was opened and forgotten"
    );
    assert!(grant.state != GrantState::Completed || closed, "{case}: {id}");
}

/// No order without its intent on record before it; each order once; each code once; every door closed, or a person told.
async fn orders(world: &World, whole: &Whole, case: &str) {
    let mut intents: BTreeMap<CommandId, (Timestamp, Timestamp, Option<u32>)> = BTreeMap::new();
    let mut told = false;
    for grant in whole.grants() {
        told |= grant.attention.is_some();
        let entries: Vec<LogEntry> = world.platform.store.whole_log(grant.delivery).await.unwrap();
        for entry in entries {
            match entry.event {
                DeliveryEvent::OpenRequested {
                    command,
                    code_number,
                    send_by,
                    ..
                } => intents.insert(command, (entry.at, send_by, Some(code_number))),
                DeliveryEvent::CloseRequested { command, send_by, .. } => {
                    intents.insert(command, (entry.at, send_by, None))
                }
                _ => None,
            };
        }
    }
    let mut sent = BTreeSet::new();
    let mut codes = BTreeSet::new();
    for seen in world.vendor.seen() {
        let Some(command) = seen.command else { continue };
        let Some((at, send_by, code)) = intents.get(&command) else {
            panic!("{case}: {} left without an intent", seen.operation);
        };
        assert!(
            *at <= seen.at && seen.at < *send_by,
            "{case}: {} out of its time",
            seen.operation
        );
        assert!(sent.insert(command), "{case}: {} was sent twice", seen.operation);
        if let Some(code) = code {
            assert!(codes.insert(*code), "{case}: code {code} opened twice");
        }
    }
    for state in world.vendor.states() {
        assert!(
            state == DoorState::Closed || told,
            "{case}: a door stands {state:?} and nobody was told"
        );
    }
}

/// Links with their doors, doors with their claims, consents with their doors; no lease, no unfinished ending.
async fn households(world: &World, whole: &Whole, case: &str) {
    for (pk, sk, item) in whole.starting("HH#", "DOOR#") {
        let door: HouseholdDoorRecord = decode(item.clone()).unwrap();
        let link = format!("LINK#{}", door.link);
        assert!(
            whole.items.contains_key(&(pk.to_owned(), link)),
            "{case}: {sk} has no link"
        );
    }
    for (pk, _, item) in whole.starting("DOORCLAIM#", "OWNER") {
        let place = (
            format!("HH#{}", text(item, attribute::HOUSEHOLD)),
            format!("DOOR#{}", text(item, attribute::DOOR)),
        );
        assert!(whole.items.contains_key(&place), "{case}: {pk} claims nothing");
    }
    for (pk, _, item) in whole.starting("HH#", "CONSENT") {
        let consent: Consent = decode(item.clone()).unwrap();
        if let Some(chosen) = consent.delivery_door {
            let place = (pk.to_owned(), format!("DOOR#{}", chosen.door));
            let door = whole.items.get(&place);
            let door = door.unwrap_or_else(|| panic!("{case}: a chosen door is not there"));
            let door: HouseholdDoorRecord = decode(door.clone()).unwrap();
            let key = Key::door_claim(&door.vendor, door.opener());
            let claim = &whole.items[&(key.pk(), key.sk())];
            assert_eq!(format!("HH#{}", text(claim, attribute::HOUSEHOLD)), pk, "{case}");
        }
        let told: Vec<HouseholdEvent> = whole
            .starting(pk, "ACT#")
            .map(|(_, _, item)| decode::<HouseholdActivity>(item.clone()).unwrap().event)
            .collect();
        let on = told
            .iter()
            .filter(|event| **event == HouseholdEvent::TurnedOn)
            .count();
        let off = told
            .iter()
            .filter(|event| **event == HouseholdEvent::TurnedOff)
            .count();
        assert_eq!(on, off + usize::from(consent.enabled), "{case}: {told:?}");
        links(world, whole, pk, &told, case).await;
    }
    let unfinished: Vec<_> = whole.starting("HH#", "ENDING#").map(|(_, sk, _)| sk).collect();
    assert!(unfinished.is_empty(), "{case}: {unfinished:?}");
}

async fn links(world: &World, whole: &Whole, household: &str, told: &[HouseholdEvent], case: &str) {
    for (_, sk, item) in whole.starting(household, "LINK#") {
        let link: Link = decode(item.clone()).unwrap();
        let linked = HouseholdEvent::Linked {
            link: link.id,
            vendor: link.vendor.clone(),
        };
        assert!(told.contains(&linked), "{case}: {sk} came without a word");
        let broken = HouseholdEvent::LinkBroken { link: link.id };
        assert_eq!(
            link.state == LinkState::Broken,
            told.contains(&broken),
            "{case}: {sk}"
        );
        if item.contains_key(attribute::LEASE_HOLDER) {
            let until = number(item, attribute::LEASE_UNTIL);
            assert!(
                until < world.now().as_millisecond(),
                "{case}: {sk} is still leased"
            );
        }
        assert_eq!(
            item.contains_key(attribute::GSI2PK),
            link.state == LinkState::Active,
            "{case}: {sk}"
        );
    }
}

/// No request is still under way.
fn requests(world: &World, whole: &Whole, case: &str) {
    for (pk, _, item) in whole.starting("IDEM#", "IDEM") {
        let running = item
            .get(attribute::LOCK_UNTIL)
            .is_some_and(|_| number(item, attribute::LOCK_UNTIL) > world.now().as_millisecond());
        assert!(item.contains_key(attribute::ANSWER) || !running, "{case}: {pk}");
    }
}
