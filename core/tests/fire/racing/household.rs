//! Many writers on one household: its preferences, its switch, and a door that two households choose.

use std::collections::BTreeSet;

use postern_contract::customer::{CarriersAllowed, ChooseDoor, HouseholdEvent, Preferences, PreferencesView};
use postern_core::{Error, households, links, store::Recent};
use postern_test_world::World;

use super::{
    all_at_once,
    sound::{sound, whole_activity},
    under_fire,
};
use crate::{dice::Dice, pool};

const WISHES: u8 = 8;
const SWITCHINGS: u8 = 4;

fn wish(number: u8) -> Preferences {
    Preferences {
        paused_until: None,
        hours: Vec::new(),
        carriers: CarriersAllowed::Only(BTreeSet::from([pool::carrier(number)])),
        return_pickups: number % 2 == 1,
    }
}

/// What came of a change, where nothing may have come of it because others kept being faster.
fn unless_contended<T>(result: Result<T, Error>) -> Option<T> {
    match result {
        Ok(done) => Some(done),
        Err(Error::Contended) => None,
        Err(error) => panic!("{error:?}"),
    }
}

#[tokio::test]
async fn wishes_and_the_switch_changed_at_once_count_every_version_and_lose_no_change() {
    let world = World::new().await;
    let ann = world.ready(1).await;
    let before = world.platform.store.consent(ann).await.unwrap().unwrap();
    let told_before = whole_activity(&world.platform.store, ann).await.len();
    let platform = under_fire(&world, &Dice::seeded());
    let wishes = (0..WISHES).map(|number| {
        let platform = platform.clone();
        async move { unless_contended(households::set_preferences(&platform, ann, wish(number)).await) }
    });
    let switchings = (0..SWITCHINGS).map(|number| {
        let platform = platform.clone();
        async move {
            if number % 2 == 0 {
                unless_contended(households::turn_off(&platform, ann).await).map(drop)
            } else {
                unless_contended(households::turn_on(&platform, ann).await).map(drop)
            }
        }
    });
    let (set, _) = tokio::join!(all_at_once(wishes), all_at_once(switchings));

    let set: Vec<PreferencesView> = set.into_iter().flatten().collect();
    let versions: BTreeSet<u64> = set.iter().map(|view| view.version).collect();
    assert_eq!(versions.len(), set.len(), "two changes made one version: {set:?}");
    let after = world.platform.store.consent(ann).await.unwrap().unwrap();
    let last = set.iter().max_by_key(|view| view.version).unwrap();
    assert_eq!(after.preferences, last.preferences);
    let told = whole_activity(&world.platform.store, ann)
        .await
        .split_off(told_before);
    assert!(told.iter().all(is_change), "{told:?}");
    let changes = u64::try_from(told.len()).unwrap();
    assert_eq!(
        after.version,
        before.version + changes,
        "a version without its entry, or the other way about"
    );
    let switched = |event| told.iter().filter(|recent| is(recent, &event)).count();
    let (off, on) = (
        switched(HouseholdEvent::TurnedOff),
        switched(HouseholdEvent::TurnedOn),
    );
    assert_eq!(off, on + usize::from(!after.enabled));
}

fn is_change(recent: &Recent) -> bool {
    use HouseholdEvent::{PreferencesChanged, TurnedOff, TurnedOn};
    [PreferencesChanged, TurnedOff, TurnedOn]
        .iter()
        .any(|event| is(recent, event))
}

fn is(recent: &Recent, event: &HouseholdEvent) -> bool {
    matches!(recent, Recent::Household(activity) if activity.event == *event)
}

#[tokio::test]
async fn what_is_booked_while_the_household_turns_off_is_ended_or_was_never_booked() {
    let world = World::new().await;
    let ann = world.ready(1).await;
    let platform = under_fire(&world, &Dice::seeded());
    let bookings = async {
        let mut booked = 0;
        for _ in 0..6 {
            booked += usize::from(world.try_book(1).await.is_ok());
        }
        booked
    };
    let (booked, off) = tokio::join!(bookings, households::turn_off(&platform, ann));
    off.unwrap();
    let store = &world.platform.store;
    assert_eq!(store.active_of(ann).await.unwrap(), []);
    assert_eq!(store.past_of(ann, 100, None).await.unwrap().items.len(), booked);
    assert_eq!(sound(&world, ann).await, 0);
}

#[tokio::test]
async fn a_door_that_two_households_choose_at_once_is_one_households_and_the_other_has_lost_it() {
    let world = World::new().await;
    let ann = world.ready(1).await;
    world.vendor.add_door("account-2", "door-1");
    let bob = world.household("person-2", 2).await;
    world.link(bob, "account-2").await;
    let delivery = world.armed(1).await;
    let doors = [
        (ann, world.door(ann, "door-1").await),
        (bob, world.door(bob, "door-1").await),
    ];
    let platform = under_fire(&world, &Dice::seeded());
    let choices = (0..8).map(|number| {
        let (platform, (household, door)) = (platform.clone(), doors[number % 2]);
        async move {
            let choice = ChooseDoor {
                door,
                door_is_sectional: true,
                allow_unattended_close: true,
            };
            let chosen = links::choose_door(&platform, household, choice).await;
            assert!(matches!(chosen, Ok(_) | Err(Error::NotFound)), "{chosen:?}");
        }
    });
    let (_, opened) = tokio::join!(all_at_once(choices), world.open(delivery));

    let store = &world.platform.store;
    let vendor = "opener-cloud".parse().unwrap();
    let claim = store
        .door_claim(&vendor, &"door-1".parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert!(doors.contains(&(claim.household, claim.door)));
    for (household, door) in doors {
        let wins = household == claim.household;
        let consent = store.consent(household).await.unwrap().unwrap();
        assert_eq!(
            consent.delivery_door.is_some_and(|chosen| chosen.door == door),
            wins
        );
        assert_eq!(store.door(household, door).await.unwrap().is_some(), wins);
        assert!(wins || !consent.enabled);
        let opens = sound(&world, household).await;
        assert!(household == ann || opens == 0);
    }
    let opens = world.vendor.count("door.open");
    assert!(opens == usize::from(opened.is_ok()), "{opened:?}");
    if claim.household == bob {
        assert!(world.open(delivery).await.is_err());
        assert_eq!(world.vendor.count("door.open"), opens);
    }
}
