//! Many writers on one link: refreshes under a lease, rotating tokens, and its end while it is refreshed.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use jiff::SignedDuration;
use postern_contract::{
    customer::{ChooseDoor, LinkState},
    ids::{HouseholdId, LinkId},
};
use postern_core::{
    Error, Platform, guardian, links,
    ports::Subject,
    store::{Due, Key, PAGE_ITEMS_MAX, Store, attribute, due_shard},
};
use postern_embedded_record::Faults;
use postern_test_world::{Trouble, World};
use tokio::sync::Notify;

use super::{all_at_once, sound::sound, under_fire};
use crate::dice::Dice;

const ROTATIONS: u64 = 3;
const READERS: usize = 6;
const UNLINKINGS: u32 = 2;

async fn due_in_record(store: &Store, household: HouseholdId, link: LinkId) -> Vec<Due> {
    let subject = Subject::Link { household, link };
    let end = "2100-01-01T00:00:00Z".parse().unwrap();
    let shard = store.due(due_shard(subject), end, PAGE_ITEMS_MAX).await.unwrap();
    shard.into_iter().filter(|due| due.subject == subject).collect()
}

#[tokio::test]
async fn a_rotating_token_is_used_once_however_many_find_it_run_out() {
    let world = World::new().await;
    let ann = world.ready(1).await;
    let door = world.door(ann, "door-1").await;
    let link = links::list(&world.platform, ann).await.unwrap()[0].id;
    let platform = under_fire(&world, &Dice::seeded());
    for rotation in 1..=ROTATIONS {
        world.vendor.expire("account-1");
        let readers = (0..READERS).map(|_| {
            let platform = platform.clone();
            async move { links::read_door(&platform, ann, door).await.map(drop) }
        });
        let guardian = guardian::look(&platform, Subject::Link { household: ann, link });
        let (read, looked) = tokio::join!(all_at_once(readers), guardian);
        read.into_iter().for_each(Result::unwrap);
        looked.unwrap();
        let refreshes = u64::try_from(world.vendor.count("link.refresh")).unwrap();
        assert_eq!(refreshes, rotation, "a rotating token was burned");
        let stored = world.platform.store.link(ann, link).await.unwrap().unwrap();
        assert_eq!(
            (stored.version, stored.doc.state),
            (rotation + 1, LinkState::Active)
        );
        assert_eq!(
            stored.doc.credentials.as_str(),
            format!("account-1:{}", rotation + 1)
        );
        let is_leased = is_leased(&world.platform.store, ann, link).await;
        assert!(!is_leased, "a lease was left behind");
        let due: Vec<i64> = due_in_record(&world.platform.store, ann, link)
            .await
            .iter()
            .map(|due| due.at.as_microsecond())
            .collect();
        assert_eq!(due, [stored.doc.refresh_at.as_microsecond()]);
    }
}

#[tokio::test]
async fn a_link_that_ends_while_it_is_refreshed_and_its_door_chosen_leaves_nothing_behind() {
    let world = World::new().await;
    let dice = Dice::seeded();
    for number in 1..=UNLINKINGS {
        unlink_in_the_midst(&world, &under_fire(&world, &dice), number).await;
    }
}

async fn unlink_in_the_midst(world: &World, platform: &Platform, number: u32) {
    let household = world.ready(number).await;
    let name = format!("door-{number}");
    let door = world.door(household, &name).await;
    let link = links::list(&world.platform, household).await.unwrap()[0].id;
    let delivery = world.armed(number).await;
    world.vendor.expire(&format!("account-{number}"));
    let readers = (0..3).map(|_| {
        let platform = platform.clone();
        async move { of_no_fault(links::read_door(&platform, household, door).await) }
    });
    let choosers = (0..3).map(|at| {
        let platform = platform.clone();
        let choice = ChooseDoor {
            door,
            door_is_sectional: true,
            allow_unattended_close: at % 2 == 0,
        };
        async move { of_no_fault(links::choose_door(&platform, household, choice).await) }
    });
    let enders = (0..2).map(|_| {
        let platform = platform.clone();
        async move {
            let ended = links::unlink(&platform, household, link).await;
            of_no_fault(ended);
        }
    });
    let _ = tokio::join!(all_at_once(readers), all_at_once(choosers), all_at_once(enders));

    let store = &world.platform.store;
    assert_eq!(store.link(household, link).await.unwrap(), None);
    assert_eq!(due_in_record(store, household, link).await, []);
    assert_eq!(store.doors_of(household).await.unwrap(), []);
    let vendor = "opener-cloud".parse().unwrap();
    let claim = store.door_claim(&vendor, &name.parse().unwrap()).await.unwrap();
    assert_eq!(claim, None, "a claim on a door that no link reaches");
    assert!(!store.consent(household).await.unwrap().unwrap().enabled);
    assert!(world.open(delivery).await.is_err());
    sound(world, household).await;
}

#[tokio::test]
async fn a_refresh_that_ends_after_its_link_has_ended_finds_nothing_there_and_writes_nothing() {
    let world = World::new().await;
    let ann = world.ready(1).await;
    let link = links::list(&world.platform, ann).await.unwrap()[0].id;
    let answered = Arc::new(Notify::new());
    let held = Arc::clone(&answered);
    world.vendor.trouble(move |call| {
        let is_refresh = call.operation() == "link.refresh";
        is_refresh.then(|| Trouble::Hold(Arc::clone(&held)))
    });
    world.clock.advance(SignedDuration::from_mins(50));
    let platform = under_fire(&world, &Dice::seeded());
    let subject = Subject::Link { household: ann, link };
    let looking = tokio::spawn(async move { guardian::look(&platform, subject).await });
    while !is_leased(&world.platform.store, ann, link).await {
        tokio::task::yield_now().await;
    }
    links::unlink(&world.platform, ann, link).await.unwrap();
    answered.notify_one();
    assert_eq!(looking.await.unwrap().unwrap(), None);
    assert_eq!(world.platform.store.link(ann, link).await.unwrap(), None);
    assert_eq!(due_in_record(&world.platform.store, ann, link).await, []);
}

#[tokio::test]
async fn a_door_chosen_in_the_last_moment_of_its_link_is_nobodys_afterwards() {
    let world = World::new().await;
    world.vendor.add_door("account-1", "door-1");
    let ann = world.household("person-1", 1).await;
    let link = world.link(ann, "account-1").await;
    let choice = ChooseDoor {
        door: world.door(ann, "door-1").await,
        door_is_sectional: true,
        allow_unattended_close: true,
    };
    let (chooser, was_chosen) = (world.through(None, None), AtomicBool::new(false));
    let faults = Faults::new(move |request| {
        let is_end =
            request.operation == "TransactWriteItems" && request.body.to_string().contains("unlinked");
        if is_end && !was_chosen.swap(true, Ordering::SeqCst) {
            // The door is chosen between what the unlinking read and what it writes.
            let (chooser, choice) = (chooser.clone(), choice.clone());
            let chosen = std::thread::spawn(move || choose(&chooser, ann, choice));
            chosen.join().unwrap();
        }
        None
    });
    links::unlink(&world.through(None, Some(faults)), ann, link)
        .await
        .unwrap();
    let (vendor, name) = ("opener-cloud".parse().unwrap(), "door-1".parse().unwrap());
    let claim = world.platform.store.door_claim(&vendor, &name);
    assert_eq!(claim.await.unwrap(), None);
}

/// On a runtime of its own: the one of the test stands still meanwhile.
fn choose(platform: &Platform, household: HouseholdId, choice: ChooseDoor) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let chosen = runtime.block_on(links::choose_door(platform, household, choice));
    chosen.unwrap();
}

async fn is_leased(store: &Store, household: HouseholdId, link: LinkId) -> bool {
    let item = store.get_item(&Key::Link(household, link), true).await.unwrap();
    item.is_some_and(|item| item.contains_key(attribute::LEASE_HOLDER))
}

/// A flow may lose to another; the record is never at fault for it.
fn of_no_fault<T: std::fmt::Debug>(result: Result<T, Error>) {
    let is_no_fault = matches!(
        result,
        Ok(_) | Err(Error::NotFound | Error::Household(_) | Error::Adapter(_))
    );
    assert!(is_no_fault, "{result:?}");
}
