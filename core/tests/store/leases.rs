//! Links, leases and logins.

use postern_contract::{
    customer::LinkState,
    text::{SealedBlob, SecretText},
};
use postern_core::{
    household::Link,
    ports::Subject,
    store::{LinkStatePending, Store, Write},
};

use super::{after, household, link, noon, record};

fn tie(credentials: &str, refresh_in_s: i64) -> Link {
    Link {
        id: link(1),
        vendor: "myq".parse().unwrap(),
        state: LinkState::Active,
        credentials: SealedBlob::new(credentials),
        refresh_at: after(refresh_in_s),
        linked_at: noon(),
    }
}

async fn linked() -> (postern_embedded_record::EmbeddedRecord, Store) {
    let (record, store) = record().await;
    let write = Write::new_link(household(1), &tie("old", 60)).unwrap();
    store.transact(vec![write]).await.unwrap();
    (record, store)
}

#[tokio::test]
async fn of_ten_who_want_the_lease_at_once_one_gets_it() {
    let (_record, store) = linked().await;
    let mut racers = tokio::task::JoinSet::new();
    for number in 0..10 {
        let store = store.clone();
        racers.spawn(async move {
            let holder = format!("holder-{number}");
            store
                .take_lease(household(1), link(1), &holder, after(30), noon())
                .await
                .unwrap()
        });
    }
    let taken: Vec<_> = racers.join_all().await.into_iter().flatten().collect();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].doc, tie("old", 60));
}

#[tokio::test]
async fn a_lease_can_be_taken_again_by_its_holder_and_by_another_once_it_is_over() {
    let (_record, store) = linked().await;
    let take = async |holder: &str, now| {
        let until = now + jiff::SignedDuration::from_secs(30);
        store
            .take_lease(household(1), link(1), holder, until, now)
            .await
            .unwrap()
            .is_some()
    };
    assert!(take("a", noon()).await);
    assert!(take("a", after(1)).await);
    assert!(!take("b", after(2)).await);
    assert!(take("b", after(32)).await);
    let fresh = Write::refreshed_link(household(1), &tie("from a", 900), 1, "a").unwrap();
    assert!(
        store.transact(vec![fresh]).await.unwrap_err().is_condition(0),
        "a lost lease was written under"
    );
    let fresh = Write::refreshed_link(household(1), &tie("from b", 900), 1, "b").unwrap();
    store.transact(vec![fresh]).await.unwrap();
    let stored = store.link(household(1), link(1)).await.unwrap().unwrap();
    assert_eq!((stored.doc.credentials.as_str(), stored.version), ("from b", 2));
    assert!(
        take("c", after(33)).await,
        "the lease did not end with the refresh"
    );
}

#[tokio::test]
async fn no_lease_is_given_on_a_link_that_is_not_there() {
    let (_record, store) = linked().await;
    for (whose, which) in [(household(2), link(1)), (household(1), link(2))] {
        assert!(
            store
                .take_lease(whose, which, "a", after(9), noon())
                .await
                .unwrap()
                .is_none()
        );
        assert!(store.link(whose, which).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_working_link_is_due_for_its_refresh_and_a_broken_one_is_not() {
    let (_record, store) = linked().await;
    let subject = Subject::Link {
        household: household(1),
        link: link(1),
    };
    let shard = postern_core::store::due_shard(subject);
    let due = store.due(shard, after(60), 5).await.unwrap();
    assert_eq!(due.iter().map(|due| due.subject).collect::<Vec<_>>(), [subject]);
    let broken = Link {
        state: LinkState::Broken,
        ..tie("old", 60)
    };
    let write = Write::update_link(household(1), &broken, 1).unwrap();
    store.transact(vec![write]).await.unwrap();
    assert_eq!(store.due(shard, after(60), 5).await.unwrap(), []);
}

#[tokio::test]
async fn a_released_lease_is_free_and_the_link_due_when_said() {
    let (_record, store) = linked().await;
    store
        .take_lease(household(1), link(1), "a", after(30), noon())
        .await
        .unwrap()
        .unwrap();
    let foreign = Write::release_lease(household(1), link(1), "b", None);
    assert!(store.transact(vec![foreign]).await.unwrap_err().is_condition(0));
    let release = Write::release_lease(household(1), link(1), "a", Some(after(300)));
    store.transact(vec![release]).await.unwrap();
    let free = store
        .take_lease(household(1), link(1), "b", after(40), after(1))
        .await
        .unwrap();
    assert_eq!(free.unwrap().doc, tie("old", 60));
    let subject = Subject::Link {
        household: household(1),
        link: link(1),
    };
    let shard = postern_core::store::due_shard(subject);
    assert_eq!(store.due(shard, after(299), 5).await.unwrap(), []);
    assert_eq!(store.due(shard, after(300), 5).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_logins_state_is_used_up_once_and_by_its_own_household_alone() {
    let (_record, store) = record().await;
    let state = SecretText::new("a-state-of-256-bits");
    let pending = LinkStatePending {
        household: household(1),
        link: link(1),
        vendor: "myq".parse().unwrap(),
        session: SealedBlob::new("sealed"),
        redirect_uri: "https://app.example/linked".to_owned(),
        expires_at: after(600),
        form: None,
    };
    store
        .transact(vec![Write::begin_login(&state, &pending).unwrap()])
        .await
        .unwrap();
    assert_eq!(store.pending_login(&state).await.unwrap(), Some(pending));
    assert_eq!(
        store.pending_login(&SecretText::new("another")).await.unwrap(),
        None
    );
    let stranger = Write::use_up_state(&state, household(2));
    assert!(store.transact(vec![stranger]).await.unwrap_err().is_condition(0));
    let mut racers = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let (store, write) = (store.clone(), Write::use_up_state(&state, household(1)));
        racers.spawn(async move { store.transact(vec![write]).await.is_ok() });
    }
    assert_eq!(racers.join_all().await.into_iter().filter(|ok| *ok).count(), 1);
    assert_eq!(store.pending_login(&state).await.unwrap(), None);
}

#[tokio::test]
async fn an_expired_login_is_swept_from_the_record() {
    let (record, store) = record().await;
    let state = SecretText::new("old");
    let pending = LinkStatePending {
        household: household(1),
        link: link(1),
        vendor: "myq".parse().unwrap(),
        session: SealedBlob::new("sealed"),
        redirect_uri: "https://app.example/linked".to_owned(),
        expires_at: "2020-01-01T00:00:00Z".parse().unwrap(),
        form: None,
    };
    store
        .transact(vec![Write::begin_login(&state, &pending).unwrap()])
        .await
        .unwrap();
    assert_eq!(record.sweep_ttl().unwrap(), 1);
    assert_eq!(store.pending_login(&state).await.unwrap(), None);
}
