//! Logins at a vendor, and unlinking.

use jiff::SignedDuration;
use postern_contract::{
    adapter::{AdapterError, AdapterErrorKind, Call},
    customer::{FinishLink, LinkState},
    delivery::GrantState,
    ids::HouseholdId,
    text::SecretText,
};
use postern_core::{
    Error,
    households::{self, HouseholdRefusal},
    links,
};
use postern_test_world::{Trouble, World};

use super::{happened, refusal};

async fn begin(world: &World, household: HouseholdId) -> SecretText {
    let vendor = "opener-cloud".parse().unwrap();
    let started = links::begin(&world.platform, household, vendor).await.unwrap();
    let state = world.vendor.last_state();
    assert!(started.sign_in.page().unwrap().expose().contains(state.expose()));
    state
}

async fn finish(world: &World, household: HouseholdId, state: &SecretText, code: &str) -> Result<(), Error> {
    let body = FinishLink {
        state: state.clone(),
        code: SecretText::new(code),
    };
    links::finish(&world.platform, household, body).await.map(drop)
}

#[tokio::test]
async fn a_state_is_long_random_and_good_once_for_its_own_household_in_its_time() {
    let world = World::new().await;
    world.vendor.add_door("acc", "d1");
    let (ann, bob) = (world.household("ann", 1).await, world.household("bob", 2).await);
    let state = begin(&world, ann).await;
    assert_eq!(state.expose().len(), 43, "256 bits in base64url");
    assert_ne!(state.expose(), begin(&world, ann).await.expose());

    let unknown = SecretText::new("never-begun");
    assert_eq!(
        refusal(finish(&world, ann, &unknown, "acc").await),
        HouseholdRefusal::LoginNotKnown
    );
    assert_eq!(
        refusal(finish(&world, bob, &state, "acc").await),
        HouseholdRefusal::LoginNotKnown
    );
    // Bob's attempt has not used it up.
    finish(&world, ann, &state, "acc").await.unwrap();
    assert_eq!(
        refusal(finish(&world, ann, &state, "acc").await),
        HouseholdRefusal::LoginNotKnown
    );

    let late = begin(&world, bob).await;
    world.clock.advance(SignedDuration::from_mins(10));
    assert_eq!(
        refusal(finish(&world, bob, &late, "acc").await),
        HouseholdRefusal::LoginNotKnown
    );
    assert_eq!(world.vendor.count("link.complete"), 1);
}

#[tokio::test]
async fn of_ten_finishes_at_once_one_reaches_the_vendor() {
    let world = World::new().await;
    world.vendor.add_door("acc", "d1");
    let ann = world.household("ann", 1).await;
    let state = begin(&world, ann).await;
    let mut racers = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let (platform, state) = (world.platform.clone(), state.clone());
        let code = SecretText::new("acc");
        racers.spawn(async move {
            links::finish(&platform, ann, FinishLink { state, code })
                .await
                .is_ok()
        });
    }
    assert_eq!(racers.join_all().await.into_iter().filter(|ok| *ok).count(), 1);
    assert_eq!(world.vendor.count("link.complete"), 1);
    assert_eq!(links::list(&world.platform, ann).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_finished_login_brings_the_link_its_doors_and_an_entry_and_no_secret_in_clear() {
    let world = World::new().await;
    world.vendor.add_door("acc", "d1");
    world.vendor.add_door("acc", "d2");
    let ann = world.household("ann", 1).await;
    let link = world.link(ann, "acc").await;
    let links = links::list(&world.platform, ann).await.unwrap();
    assert_eq!(
        links.iter().map(|link| (link.id, link.state)).collect::<Vec<_>>(),
        [(link, LinkState::Active)]
    );
    let doors = links::doors(&world.platform, ann).await.unwrap();
    assert_eq!(doors.len(), 2);
    assert!(
        doors
            .iter()
            .all(|door| door.link == link && !door.is_delivery_door)
    );
    assert_eq!(happened(&world, ann).await, ["linked", "signed_up"]);
}

#[tokio::test]
async fn a_login_that_the_vendor_refuses_or_cannot_serve_links_nothing() {
    let world = World::new().await;
    let ann = world.household("ann", 1).await;
    let state = begin(&world, ann).await;
    assert_eq!(
        refusal(finish(&world, ann, &state, "nobody").await),
        HouseholdRefusal::LoginRefused
    );
    let state = begin(&world, ann).await;
    world.vendor.trouble(|_| {
        let busy = AdapterError::not_executed(AdapterErrorKind::RateLimited, "slow down");
        Some(Trouble::Error(busy.with_retry_after(Some(7))))
    });
    let busy = HouseholdRefusal::VendorUnavailable {
        retry_after_s: Some(7),
    };
    assert_eq!(refusal(finish(&world, ann, &state, "acc").await), busy);
    let other: Result<_, _> = links::begin(&world.platform, ann, "opener-cloud".parse().unwrap()).await;
    assert_eq!(refusal(other), busy);
    let unknown = links::begin(&world.platform, ann, "no-such-vendor".parse().unwrap()).await;
    assert_eq!(refusal(unknown), HouseholdRefusal::UnknownVendor);
    assert!(links::list(&world.platform, ann).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_link_stands_even_when_its_doors_cannot_be_listed_and_they_come_later() {
    let world = World::new().await;
    world.vendor.add_door("acc", "d1");
    let ann = world.household("ann", 1).await;
    world.vendor.trouble(|call| {
        let down = AdapterError::not_executed(AdapterErrorKind::VendorUnavailable, "down");
        matches!(call, Call::DoorsList(_)).then_some(Trouble::Error(down))
    });
    world.link(ann, "acc").await;
    assert!(links::doors(&world.platform, ann).await.unwrap().is_empty());
    let failed = links::sync_all_doors(&world.platform, ann).await;
    assert!(matches!(
        refusal(failed),
        HouseholdRefusal::VendorUnavailable { .. }
    ));
    world.vendor.trouble(|_| None);
    links::sync_all_doors(&world.platform, ann).await.unwrap();
    assert_eq!(links::doors(&world.platform, ann).await.unwrap().len(), 1);
}

#[tokio::test]
async fn unlinking_ends_the_grants_forgets_the_credentials_and_frees_the_door() {
    let world = World::new().await;
    let ann = world.ready(1).await;
    let bob = world.household("bob", 2).await;
    let delivery = world.armed(1).await;
    let link = links::list(&world.platform, ann).await.unwrap()[0].id;
    let foreign = links::unlink(&world.platform, bob, link).await;
    assert!(matches!(foreign, Err(Error::NotFound)));
    links::unlink(&world.platform, ann, link).await.unwrap();
    assert_eq!(world.vendor.count("link.revoke"), 1);
    assert!(world.platform.store.link(ann, link).await.unwrap().is_none());
    assert!(links::doors(&world.platform, ann).await.unwrap().is_empty());
    let (vendor, door) = ("opener-cloud".parse().unwrap(), "door-1".parse().unwrap());
    assert_eq!(
        world.platform.store.door_claim(&vendor, &door).await.unwrap(),
        None
    );
    let view = households::delivery(&world.platform, ann, delivery)
        .await
        .unwrap();
    assert_eq!(view.state, GrantState::Revoked);
    let household = households::read(&world.platform, ann).await.unwrap();
    assert_eq!(
        (household.preferences.enabled, household.delivery_door),
        (false, None)
    );
    let again = links::unlink(&world.platform, ann, link).await;
    assert!(matches!(again, Err(Error::NotFound)));
    assert_eq!(happened(&world, ann).await[0], "unlinked");
}

#[tokio::test]
async fn unlinking_goes_through_when_the_vendor_does_not_answer() {
    let world = World::new().await;
    let ann = world.ready(1).await;
    world
        .vendor
        .trouble(|call| matches!(call, Call::LinkRevoke(_)).then_some(Trouble::NoAnswer));
    let link = links::list(&world.platform, ann).await.unwrap()[0].id;
    links::unlink(&world.platform, ann, link).await.unwrap();
    assert!(links::list(&world.platform, ann).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_link_whose_door_stands_open_is_kept_until_the_door_is_closed() {
    let world = World::new().await;
    let ann = world.ready(1).await;
    let delivery = world.armed(1).await;
    world.open(delivery).await.unwrap();
    let link = links::list(&world.platform, ann).await.unwrap()[0].id;
    let early = links::unlink(&world.platform, ann, link).await;
    assert_eq!(refusal(early), HouseholdRefusal::DoorBeingClosed);
    assert_eq!(world.vendor.count("link.revoke"), 0);
    assert!(world.platform.store.link(ann, link).await.unwrap().is_some());
    let view = households::delivery(&world.platform, ann, delivery)
        .await
        .unwrap();
    assert!(view.revocation.is_some(), "the right to open goes on");
    assert!(
        !households::preferences(&world.platform, ann)
            .await
            .unwrap()
            .enabled
    );
}
