//! Doors: seen, named, chosen, and lost to another household.

use jiff::SignedDuration;
use postern_contract::{
    customer::{ChooseDoor, LinkState},
    delivery::{GrantState, RevocationReason},
    door::DoorState,
};
use postern_core::{
    Error,
    grant::Refusal,
    households::{self, HouseholdRefusal},
    links,
};
use postern_test_world::World;

use super::{happened, refusal};

#[tokio::test]
async fn a_door_is_read_named_and_not_shown_to_strangers() {
    let world = World::new().await;
    let (ann, bob) = (world.ready(1).await, world.ready(2).await);
    let door = world.door(ann, "door-1").await;
    world
        .vendor
        .change_door("account-1", "door-1", |door| door.reading.state = DoorState::Open);
    let read = links::read_door(&world.platform, ann, door).await.unwrap();
    assert_eq!(read.door.unwrap().state, DoorState::Open);
    let kept = links::door(&world.platform, ann, door).await.unwrap();
    assert_eq!(kept.door.unwrap().state, DoorState::Open);
    world.clock.advance(SignedDuration::from_mins(5));
    let old = links::door(&world.platform, ann, door)
        .await
        .unwrap()
        .door
        .unwrap();
    assert!(old.stale, "an old reading was shown as the present");
    let named = links::rename_door(&world.platform, ann, door, "Left".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(named.name.as_str(), "Left");
    links::rename_door(&world.platform, ann, door, "Left".parse().unwrap())
        .await
        .unwrap();
    let names = happened(&world, ann).await;
    assert_eq!(names.iter().filter(|what| *what == "door_named").count(), 1);
    assert!(matches!(
        links::door(&world.platform, bob, door).await,
        Err(Error::NotFound)
    ));
    assert!(matches!(
        links::read_door(&world.platform, bob, door).await,
        Err(Error::NotFound)
    ));
    let foreign = links::rename_door(&world.platform, bob, door, "Mine".parse().unwrap()).await;
    assert!(matches!(foreign, Err(Error::NotFound)));
    let choice = ChooseDoor {
        door,
        door_is_sectional: true,
        allow_unattended_close: true,
    };
    assert!(matches!(
        links::choose_door(&world.platform, bob, choice).await,
        Err(Error::NotFound)
    ));
}

#[tokio::test]
async fn a_door_that_cannot_be_read_is_worded_by_its_reason() {
    let world = World::new().await;
    let ann = world.ready(1).await;
    let door = world.door(ann, "door-1").await;
    world
        .vendor
        .change_door("account-1", "door-1", |door| door.reading.online = false);
    let offline = links::read_door(&world.platform, ann, door).await;
    assert_eq!(refusal(offline), HouseholdRefusal::DoorOffline);
    world.vendor.change_door("account-1", "door-1", |door| {
        door.door = "renamed".parse().unwrap();
    });
    let gone = links::read_door(&world.platform, ann, door).await;
    assert_eq!(refusal(gone), HouseholdRefusal::DoorGone);
}

#[tokio::test]
async fn choosing_another_door_ends_the_grants_for_the_old_one() {
    let world = World::new().await;
    world.vendor.add_door("account-1", "side");
    let ann = world.ready(1).await;
    let delivery = world.armed(1).await;
    let side = world.door(ann, "side").await;
    world.choose(ann, side).await;
    let view = households::delivery(&world.platform, ann, delivery)
        .await
        .unwrap();
    assert_eq!(view.state, GrantState::Revoked);
    assert!(matches!(
        world.open(delivery).await,
        Err(Error::Refused(Refusal::DeliveryRevoked))
    ));
    let preferences = households::preferences(&world.platform, ann).await.unwrap();
    assert!(preferences.enabled, "a door that may be closed keeps delivery on");
    let next = world.armed(1).await;
    world.choose(ann, side).await;
    let kept = households::preferences(&world.platform, ann).await.unwrap();
    assert_eq!(kept.version, preferences.version);
    world.open(next).await.unwrap();
    assert_eq!(world.vendor.state_of("account-1", "side"), DoorState::Open);
    assert_eq!(world.vendor.state_of("account-1", "door-1"), DoorState::Closed);
}

#[tokio::test]
async fn a_door_that_another_household_shows_to_be_theirs_is_theirs_at_once() {
    let world = World::new().await;
    let ann = world.ready(1).await;
    let delivery = world.armed(1).await;
    let anns_link = links::list(&world.platform, ann).await.unwrap()[0].id;
    // Bob moves in: the same door answers to an account of his.
    world.vendor.add_door("bobs", "door-1");
    let bob = world.household("bob", 2).await;
    world.link(bob, "bobs").await;
    let bobs_door = world.door(bob, "door-1").await;
    world.choose(bob, bobs_door).await;

    let view = households::delivery(&world.platform, ann, delivery)
        .await
        .unwrap();
    assert_eq!(view.state, GrantState::Revoked);
    assert_eq!(view.revocation, Some(RevocationReason::DoorTransferred));
    assert!(matches!(
        world.open(delivery).await,
        Err(Error::Refused(Refusal::DeliveryRevoked))
    ));
    let household = households::read(&world.platform, ann).await.unwrap();
    assert_eq!(
        (household.preferences.enabled, household.delivery_door),
        (false, None)
    );
    assert!(links::doors(&world.platform, ann).await.unwrap().is_empty());
    assert!(world.platform.store.link(ann, anns_link).await.unwrap().is_none());
    assert!(happened(&world, ann).await.contains(&"door_lost".to_owned()));
    let log = households::log(&world.platform, ann, delivery, 50, None)
        .await
        .unwrap();
    let reason = RevocationReason::DoorTransferred;
    assert_eq!(
        log.items.last().unwrap().event,
        postern_contract::event::DeliveryEvent::Revoked { reason }
    );
    households::turn_on(&world.platform, bob).await.unwrap();
    let bobs = world.armed(2).await;
    world.open(bobs).await.unwrap();
}

#[tokio::test]
async fn a_household_that_loses_a_door_in_use_keeps_the_link_that_closes_it() {
    let world = World::new().await;
    let ann = world.ready(1).await;
    let delivery = world.armed(1).await;
    world.open(delivery).await.unwrap();
    world.vendor.add_door("bobs", "door-1");
    let bob = world.household("bob", 2).await;
    world.link(bob, "bobs").await;
    let bobs_door = world.door(bob, "door-1").await;
    world.choose(bob, bobs_door).await;
    let view = households::delivery(&world.platform, ann, delivery)
        .await
        .unwrap();
    assert_eq!(view.revocation, Some(RevocationReason::DoorTransferred));
    let links = links::list(&world.platform, ann).await.unwrap();
    assert_eq!(links[0].state, LinkState::Active);
}

#[tokio::test]
async fn a_door_that_two_accounts_name_differently_is_one_door_by_its_opener() {
    let world = World::new().await;
    for (account, door) in [("anns", "home-a/opener-7"), ("bobs", "home-b/opener-7")] {
        world.vendor.add_door(account, door);
        world.vendor.change_door(account, door, |door| {
            door.opener = Some("opener-7".parse().unwrap());
        });
    }
    let (ann, bob) = (world.household("ann", 1).await, world.household("bob", 2).await);
    world.link(ann, "anns").await;
    world.link(bob, "bobs").await;
    let anns_door = world.door(ann, "home-a/opener-7").await;
    world.choose(ann, anns_door).await;
    let bobs_door = world.door(bob, "home-b/opener-7").await;
    world.choose(bob, bobs_door).await;
    let chosen = async |household| {
        let read = households::read(&world.platform, household).await.unwrap();
        read.delivery_door
    };
    assert_eq!(chosen(ann).await, None, "it is Bob's now");
    assert_eq!(chosen(bob).await, Some(bobs_door));
}

#[tokio::test]
async fn of_two_households_that_choose_one_door_at_once_one_has_it() {
    let world = World::new().await;
    for account in ["a", "b"] {
        world.vendor.add_door(account, "shared");
    }
    let (ann, bob) = (world.household("ann", 1).await, world.household("bob", 2).await);
    world.link(ann, "a").await;
    world.link(bob, "b").await;
    let doors = [world.door(ann, "shared").await, world.door(bob, "shared").await];
    tokio::join!(world.choose(ann, doors[0]), world.choose(bob, doors[1]));
    let (vendor, shared) = ("opener-cloud".parse().unwrap(), "shared".parse().unwrap());
    let claim = world
        .platform
        .store
        .door_claim(&vendor, &shared)
        .await
        .unwrap()
        .unwrap();
    let chosen = async |household| {
        let read = households::read(&world.platform, household).await.unwrap();
        read.delivery_door
    };
    let (winner, loser) = if claim.household == ann {
        (ann, bob)
    } else {
        (bob, ann)
    };
    assert_eq!(chosen(winner).await, Some(claim.door));
    assert_eq!(chosen(loser).await, None);
}
