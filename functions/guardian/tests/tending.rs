//! Tending and handling over a platform in memory: what is looked at, what comes again, and what one bad look does to the others.
#![cfg(test)]

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use postern_contract::ids::{HouseholdId, LinkId};
use postern_core::{
    Platform,
    ports::{FollowUpError, FollowUps, Subject},
};
use postern_guardian::{Answer, Failure, HandleError, handle, tend};
use postern_test_world::World;
use serde_json::{Value, json};

/// A channel that notes what is left in it, refuses everything, or panics over one subject.
#[derive(Default)]
struct Channel {
    left: Mutex<Vec<(Subject, Timestamp)>>,
    refuses: bool,
    panics_over: Option<Subject>,
}

#[async_trait]
impl FollowUps for Channel {
    async fn look_at(&self, subject: Subject, at: Timestamp) -> Result<(), FollowUpError> {
        assert_ne!(Some(subject), self.panics_over, "a fault in the code");
        if self.refuses {
            return Err(FollowUpError("full".to_owned()));
        }
        self.left.lock().unwrap().push((subject, at));
        Ok(())
    }
}

fn through(world: &World, channel: Channel) -> (Platform, Arc<Channel>) {
    let channel = Arc::new(channel);
    let platform = Platform {
        follow_ups: Arc::clone(&channel) as Arc<_>,
        ..world.platform.clone()
    };
    (platform, channel)
}

/// A world with the links of so many households.
async fn linked(households: u32) -> (World, Vec<Subject>) {
    let world = World::new().await;
    let mut subjects = Vec::new();
    for number in 1..=households {
        let household = world.ready(number).await;
        let links = world.platform.store.links_of(household).await.unwrap();
        subjects.push(Subject::Link {
            household,
            link: links[0].doc.id,
        });
    }
    (world, subjects)
}

fn message(id: &str, body: &str) -> Value {
    json!({ "messageId": id, "body": body, "eventSource": "aws:sqs" })
}

fn batch(subjects: &[(&str, Subject)]) -> Value {
    let records = subjects
        .iter()
        .map(|(id, subject)| message(id, &serde_json::to_string(subject).unwrap()));
    json!({ "Records": records.collect::<Vec<_>>() })
}

fn failures(answer: Result<Answer, HandleError>) -> Vec<String> {
    match answer {
        Ok(Answer::FollowUps { failures }) => failures.into_iter().map(|Failure { item }| item).collect(),
        other => panic!("a batch is answered as one, and not with {other:?}"),
    }
}

#[tokio::test]
async fn a_look_leaves_the_follow_up_that_it_asks_for() {
    let (world, subjects) = linked(1).await;
    let (platform, channel) = through(&world, Channel::default());
    let due = tend(&platform, subjects[0]).await.unwrap().unwrap();
    assert!(due > world.now());
    assert_eq!(*channel.left.lock().unwrap(), [(subjects[0], due)]);
    assert_eq!(world.vendor.count("link.refresh"), 0);

    world.clock.advance(due.duration_since(world.now()));
    let next = tend(&platform, subjects[0]).await.unwrap().unwrap();
    assert!(next > due);
    assert_eq!(world.vendor.count("link.refresh"), 1);
    assert_eq!(
        *channel.left.lock().unwrap(),
        [(subjects[0], due), (subjects[0], next)]
    );
}

#[tokio::test]
async fn what_is_gone_is_not_looked_at_again() {
    let (world, _) = linked(0).await;
    let (platform, channel) = through(&world, Channel::default());
    let gone = Subject::Link {
        household: HouseholdId::from_parts(1, 1),
        link: LinkId::from_parts(1, 1),
    };
    assert_eq!(tend(&platform, gone).await.unwrap(), None);
    assert!(channel.left.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_follow_up_that_cannot_be_left_fails_nothing() {
    let (world, subjects) = linked(1).await;
    let (platform, _) = through(
        &world,
        Channel {
            refuses: true,
            ..Channel::default()
        },
    );
    assert!(tend(&platform, subjects[0]).await.unwrap().is_some());
    assert!(failures(handle(&platform, batch(&[("m-1", subjects[0])])).await).is_empty());
}

#[tokio::test]
async fn a_subject_named_twice_in_a_batch_is_looked_at_once() {
    let (world, subjects) = linked(2).await;
    let (platform, channel) = through(&world, Channel::default());
    world.clock.advance(SignedDuration::from_hours(24));
    let event = batch(&[("m-1", subjects[0]), ("m-2", subjects[1]), ("m-3", subjects[0])]);
    assert!(failures(handle(&platform, event).await).is_empty());
    assert_eq!(world.vendor.count("link.refresh"), 2);
    assert_eq!(channel.left.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_look_that_panics_fails_its_own_messages_and_no_others() {
    let (world, subjects) = linked(3).await;
    let (platform, channel) = through(
        &world,
        Channel {
            panics_over: Some(subjects[1]),
            ..Channel::default()
        },
    );
    let mut event = batch(&[
        ("m-1", subjects[0]),
        ("m-2", subjects[1]),
        ("m-3", subjects[2]),
        ("m-4", subjects[1]),
    ]);
    event["Records"]
        .as_array_mut()
        .unwrap()
        .push(message("m-5", "{}"));
    let mut failed = failures(handle(&platform, event).await);
    failed.sort();
    assert_eq!(failed, ["m-2", "m-4", "m-5"]);
    assert_eq!(channel.left.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_sweep_looks_at_what_is_due_and_says_so() {
    let (world, subjects) = linked(2).await;
    let (platform, channel) = through(&world, Channel::default());
    let sweep = json!({ "sweep": true });
    let nothing = handle(&platform, sweep.clone()).await.unwrap();
    assert_eq!(
        nothing,
        Answer::Swept {
            looked_at: 0,
            failed: 0
        }
    );
    world.clock.advance(SignedDuration::from_hours(24));
    let all = handle(&platform, sweep).await.unwrap();
    assert_eq!(
        all,
        Answer::Swept {
            looked_at: 2,
            failed: 0
        }
    );
    let mut left: Vec<_> = channel
        .left
        .lock()
        .unwrap()
        .iter()
        .map(|(subject, _)| format!("{subject:?}"))
        .collect();
    let mut expected: Vec<_> = subjects.iter().map(|subject| format!("{subject:?}")).collect();
    left.sort();
    expected.sort();
    assert_eq!(left, expected);
}
