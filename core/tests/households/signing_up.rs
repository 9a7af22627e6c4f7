//! Registering, preferences, the switch.

use std::collections::BTreeSet;

use postern_contract::{
    customer::{CarriersAllowed, Preferences, SignUp},
    place::Locale,
    unattended::{UnattendedClose, UnattendedCloseBar},
};
use postern_core::{
    Error,
    households::{self, HouseholdRefusal},
    links,
};
use postern_test_world::{World, address, position};

use super::{happened, refusal};

fn body(number: u32) -> SignUp {
    SignUp {
        address: address(number),
        position: position(),
        time_zone: "america/toronto".to_owned(),
        locale: Locale::FrCa,
    }
}

#[tokio::test]
async fn a_person_has_one_household_and_an_address_too() {
    let world = World::new().await;
    let first = households::sign_up(&world.platform, "ann", body(1))
        .await
        .unwrap();
    assert!(first.is_new && !first.household.preferences.enabled);
    assert_eq!(first.household.time_zone, "America/Toronto");
    let again = households::sign_up(&world.platform, "ann", body(1))
        .await
        .unwrap();
    assert_eq!((again.is_new, again.household), (false, first.household.clone()));
    let moved = households::sign_up(&world.platform, "ann", body(2)).await;
    assert_eq!(refusal(moved), HouseholdRefusal::AlreadySignedUp);
    let neighbour = households::sign_up(&world.platform, "bob", body(1)).await;
    assert_eq!(refusal(neighbour), HouseholdRefusal::AddressTaken);
    let nobody = households::of_person(&world.platform, "bob").await;
    assert_eq!(refusal(nobody), HouseholdRefusal::NotSignedUp);
    assert_eq!(happened(&world, first.household.id).await, ["signed_up"]);
}

#[tokio::test]
async fn of_ten_people_who_register_one_address_at_once_one_gets_it() {
    let world = World::new().await;
    let mut racers = tokio::task::JoinSet::new();
    for number in 0..10 {
        let platform = world.platform.clone();
        racers
            .spawn(async move { households::sign_up(&platform, &format!("person-{number}"), body(1)).await });
    }
    let results = racers.join_all().await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    for lost in results.into_iter().filter(Result::is_err) {
        assert_eq!(refusal(lost), HouseholdRefusal::AddressTaken);
    }
}

#[tokio::test]
async fn a_wrong_postal_code_or_time_zone_registers_nothing() {
    let world = World::new().await;
    let nowhere = SignUp {
        time_zone: "America/Nowhere".to_owned(),
        ..body(1)
    };
    let refused = households::sign_up(&world.platform, "ann", nowhere).await;
    assert_eq!(refusal(refused), HouseholdRefusal::UnknownTimeZone);
    let mut wrong = body(1);
    wrong.address.postal_code = "90210".parse().unwrap();
    let refused = households::sign_up(&world.platform, "ann", wrong).await;
    assert!(matches!(refused, Err(Error::Invalid(invalid)) if invalid.what == "postal_code"));
    let nobody = households::of_person(&world.platform, "ann").await;
    assert_eq!(refusal(nobody), HouseholdRefusal::NotSignedUp);
}

#[tokio::test]
async fn preferences_count_each_change_once() {
    let world = World::new().await;
    let household = world.household("ann", 1).await;
    let paused = Preferences {
        paused_until: Some(world.now()),
        ..Preferences::default()
    };
    let set = async || {
        households::set_preferences(&world.platform, household, paused.clone())
            .await
            .unwrap()
    };
    let (first, second) = (set().await, set().await);
    assert_eq!((first.version, second.version), (2, 2));
    assert_eq!(second.preferences, paused);
    let crowd: BTreeSet<_> = (0..51).map(|n| format!("carrier-{n}").parse().unwrap()).collect();
    let picky = Preferences {
        carriers: CarriersAllowed::Only(crowd),
        ..Preferences::default()
    };
    let refused = households::set_preferences(&world.platform, household, picky).await;
    assert!(matches!(refused, Err(Error::Invalid(invalid)) if invalid.what == "carriers"));
    assert_eq!(
        happened(&world, household).await,
        ["preferences_changed", "signed_up"]
    );
}

#[tokio::test]
async fn ten_changes_at_once_all_count() {
    let world = World::new().await;
    let household = world.household("ann", 1).await;
    let mut racers = tokio::task::JoinSet::new();
    for number in 0..10 {
        let (platform, now) = (world.platform.clone(), world.now());
        racers.spawn(async move {
            let wanted = Preferences {
                paused_until: Some(now + jiff::SignedDuration::from_hours(number)),
                ..Preferences::default()
            };
            households::set_preferences(&platform, household, wanted)
                .await
                .unwrap();
        });
    }
    racers.join_all().await;
    let after = households::preferences(&world.platform, household).await.unwrap();
    assert_eq!(after.version, 11);
}

#[tokio::test]
async fn delivery_is_turned_on_only_with_a_door_that_can_be_closed_again() {
    let world = World::new().await;
    world.vendor.add_door("acc", "d1");
    let household = world.household("ann", 1).await;
    let on = async || households::turn_on(&world.platform, household).await;
    assert_eq!(refusal(on().await), HouseholdRefusal::NoDeliveryDoor);
    let link = world.link(household, "acc").await;
    let door = world.door(household, "d1").await;
    let choose = async |allowed| {
        let choice = postern_contract::customer::ChooseDoor {
            door,
            door_is_sectional: true,
            allow_unattended_close: allowed,
        };
        links::choose_door(&world.platform, household, choice)
            .await
            .unwrap();
    };
    choose(false).await;
    let bar = UnattendedCloseBar::NotSwitchedOn;
    assert_eq!(
        refusal(on().await),
        HouseholdRefusal::UnattendedCloseBarred { bar }
    );
    choose(true).await;
    let first = on().await.unwrap();
    assert!(first.enabled);
    assert_eq!(on().await.unwrap().version, first.version);
    // Choosing the door again without the deliberate act ends it.
    choose(false).await;
    assert!(
        !households::preferences(&world.platform, household)
            .await
            .unwrap()
            .enabled
    );
    let bar = UnattendedCloseBar::OpenerForbids;
    world.vendor.change_door("acc", "d1", |door| {
        door.unattended_close = UnattendedClose::NotAllowed { reason: bar };
    });
    links::sync_doors(&world.platform, household, link).await.unwrap();
    choose(true).await;
    assert_eq!(
        refusal(on().await),
        HouseholdRefusal::UnattendedCloseBarred { bar }
    );
    world.vendor.change_door("acc", "d1", |door| {
        door.unattended_open = postern_contract::door::UnattendedOpen::NotAllowed;
    });
    links::sync_doors(&world.platform, household, link).await.unwrap();
    assert_eq!(refusal(on().await), HouseholdRefusal::UnattendedOpenBarred);
    let activity = happened(&world, household).await;
    assert_eq!(activity.iter().filter(|what| *what == "turned_on").count(), 1);
    assert_eq!(activity.iter().filter(|what| *what == "turned_off").count(), 1);
}
