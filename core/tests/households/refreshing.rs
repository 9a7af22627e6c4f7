//! Credentials that run out, rotate, and are withdrawn.

use jiff::SignedDuration;
use postern_contract::{
    adapter::{AdapterError, AdapterErrorKind, Call},
    customer::LinkState,
    delivery::GrantState,
};
use postern_core::{guardian, households, households::HouseholdRefusal, links, ports::Subject};
use postern_test_world::{Trouble, World};

use super::{happened, refusal};

#[tokio::test]
async fn ten_reads_with_run_out_credentials_refresh_once_and_all_succeed() {
    let world = World::new().await;
    let ann = world.ready(1).await;
    let door = world.door(ann, "door-1").await;
    world.vendor.expire("account-1");
    let mut readers = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let platform = world.platform.clone();
        readers.spawn(async move { links::read_door(&platform, ann, door).await.map(drop) });
    }
    for read in readers.join_all().await {
        read.unwrap();
    }
    assert_eq!(
        world.vendor.count("link.refresh"),
        1,
        "a rotating token was burned"
    );
}

#[tokio::test]
async fn an_open_with_run_out_credentials_refreshes_and_opens_once() {
    let world = World::new().await;
    let _ann = world.ready(1).await;
    let delivery = world.armed(1).await;
    world.vendor.expire("account-1");
    world.open(delivery).await.unwrap();
    assert_eq!(world.vendor.count("link.refresh"), 1);
}

#[tokio::test]
async fn the_guardian_refreshes_a_link_when_it_is_due_and_not_before() {
    let world = World::new().await;
    let ann = world.ready(1).await;
    let link = links::list(&world.platform, ann).await.unwrap()[0].id;
    let subject = Subject::Link { household: ann, link };
    let due = world
        .platform
        .store
        .link(ann, link)
        .await
        .unwrap()
        .unwrap()
        .doc
        .refresh_at;
    assert_eq!(guardian::look(&world.platform, subject).await.unwrap(), Some(due));
    assert_eq!(world.vendor.count("link.refresh"), 0);
    world.clock.advance(SignedDuration::from_mins(50));
    let next = guardian::look(&world.platform, subject).await.unwrap().unwrap();
    assert!(next > due);
    assert_eq!(world.vendor.count("link.refresh"), 1);
    let stored = world.platform.store.link(ann, link).await.unwrap().unwrap();
    assert_eq!(stored.doc.credentials.as_str(), "account-1:2");
}

#[tokio::test]
async fn a_vendor_that_is_down_costs_nothing_and_the_link_stays_due() {
    let world = World::new().await;
    let ann = world.ready(1).await;
    let link = links::list(&world.platform, ann).await.unwrap()[0].id;
    let subject = Subject::Link { household: ann, link };
    world.clock.advance(SignedDuration::from_mins(50));
    world.vendor.trouble(|_| {
        let down = AdapterError::unknown(AdapterErrorKind::VendorUnavailable, "down");
        Some(Trouble::Error(down))
    });
    let again = guardian::look(&world.platform, subject).await.unwrap().unwrap();
    assert!(again > world.now());
    let stored = world.platform.store.link(ann, link).await.unwrap().unwrap();
    assert_eq!(stored.doc.state, LinkState::Active);
    world.vendor.trouble(|_| None);
    world.clock.advance(SignedDuration::from_mins(2));
    guardian::look(&world.platform, subject).await.unwrap();
    assert_eq!(world.vendor.count("link.refresh"), 1);
}

#[tokio::test]
async fn a_withdrawn_link_is_broken_told_and_ends_what_hangs_on_it() {
    let world = World::new().await;
    let ann = world.ready(1).await;
    let delivery = world.armed(1).await;
    let door = world.door(ann, "door-1").await;
    world.vendor.withdraw("account-1");
    let read = links::read_door(&world.platform, ann, door).await;
    assert_eq!(refusal(read), HouseholdRefusal::LinkBroken);
    let list = links::list(&world.platform, ann).await.unwrap();
    assert_eq!(list[0].state, LinkState::Broken);
    let view = households::delivery(&world.platform, ann, delivery)
        .await
        .unwrap();
    assert_eq!(view.state, GrantState::Revoked);
    assert!(happened(&world, ann).await.contains(&"link_broken".to_owned()));
    assert!(world.try_book(1).await.is_err());
    let calls = world.vendor.seen().len();
    let read = links::read_door(&world.platform, ann, door).await;
    assert_eq!(refusal(read), HouseholdRefusal::LinkBroken);
    assert_eq!(world.vendor.seen().len(), calls, "a broken link was used");
}

#[tokio::test]
async fn linking_again_after_a_break_gives_the_doors_their_names_and_their_place_back() {
    let world = World::new().await;
    let ann = world.ready(1).await;
    let door = world.door(ann, "door-1").await;
    let name = "Left".parse().unwrap();
    links::rename_door(&world.platform, ann, door, name)
        .await
        .unwrap();
    world.vendor.withdraw("account-1");
    assert!(links::read_door(&world.platform, ann, door).await.is_err());
    let link = world.link(ann, "account-1").await;
    let list = links::list(&world.platform, ann).await.unwrap();
    assert_eq!(list.iter().map(|link| link.id).collect::<Vec<_>>(), [link]);
    let doors = links::doors(&world.platform, ann).await.unwrap();
    assert_eq!(doors.len(), 1);
    assert_eq!(
        (doors[0].id, doors[0].name.as_str(), doors[0].link),
        (door, "Left", link)
    );
    assert!(doors[0].is_delivery_door);
    let delivery = world.armed(1).await;
    world.open(delivery).await.unwrap();
}

#[tokio::test]
async fn a_refresh_is_stored_though_its_caller_hangs_up() {
    let world = World::new().await;
    let ann = world.ready(1).await;
    let door = world.door(ann, "door-1").await;
    world.vendor.expire("account-1");
    let release = std::sync::Arc::new(tokio::sync::Notify::new());
    let reached = std::sync::Arc::new(tokio::sync::Notify::new());
    let (held, seen) = (std::sync::Arc::clone(&release), std::sync::Arc::clone(&reached));
    world.vendor.trouble(move |call| {
        matches!(call, Call::LinkRefresh(_)).then(|| {
            seen.notify_one();
            Trouble::Hold(std::sync::Arc::clone(&held))
        })
    });
    let platform = world.platform.clone();
    let caller = tokio::spawn(async move { links::read_door(&platform, ann, door).await.map(drop) });
    reached.notified().await;
    caller.abort();
    release.notify_one();
    let link = links::list(&world.platform, ann).await.unwrap()[0].id;
    for _ in 0..500 {
        let stored = world.platform.store.link(ann, link).await.unwrap().unwrap();
        if stored.doc.credentials.as_str() == "account-1:2" {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the rotated credentials were lost");
}
