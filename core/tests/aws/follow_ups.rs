//! Follow-ups in an SQS that is played.

use std::sync::Arc;

use jiff::SignedDuration;
use postern_contract::ids::DeliveryId;
use postern_core::{
    aws::SqsFollowUps,
    ports::{Clock, FollowUps, Subject},
};
use serde_json::{Value, json};

use super::{Hands, Play, Service};

const QUEUE: &str = "https://sqs.ca-central-1.amazonaws.com/123456789012/follow-ups";

fn follow_ups(sqs: &Service, clock: &Hands) -> SqsFollowUps {
    SqsFollowUps::new(
        &aws_sdk_sqs::Client::new(&sqs.config()),
        QUEUE,
        Arc::new(clock.clone()),
    )
}

fn taken() -> Play {
    Play::Answer(200, vec![], json!({ "MessageId": "m-1" }).to_string())
}

fn subject() -> Subject {
    let delivery = DeliveryId::from_parts(1_800_000_000_000, 7);
    Subject::Delivery { delivery }
}

#[tokio::test]
async fn a_follow_up_is_a_delayed_message_that_reads_back() {
    let (sqs, clock) = (Service::that(taken()), Hands::at_noon());
    let at = clock.now() + SignedDuration::from_millis(41_500);
    follow_ups(&sqs, &clock).look_at(subject(), at).await.unwrap();
    let asked = sqs.asked();
    assert_eq!(asked.len(), 1);
    let message: Value = serde_json::from_slice(&asked[0].body).unwrap();
    assert_eq!(message["QueueUrl"], QUEUE);
    assert_eq!(message["DelaySeconds"], 42);
    let read: Subject = serde_json::from_str(message["MessageBody"].as_str().unwrap()).unwrap();
    assert_eq!(read, subject());
}

#[tokio::test]
async fn what_is_further_ahead_than_the_queue_delays_is_left_to_the_sweep() {
    let (sqs, clock) = (Service::that(taken()), Hands::at_noon());
    let left = follow_ups(&sqs, &clock);
    left.look_at(subject(), clock.now() + SignedDuration::from_secs(901))
        .await
        .unwrap();
    assert!(sqs.asked().is_empty());
    left.look_at(subject(), clock.now() + SignedDuration::from_secs(900))
        .await
        .unwrap();
    left.look_at(subject(), clock.now() - SignedDuration::from_secs(5))
        .await
        .unwrap();
    let delays = sqs.asked().into_iter().map(|asked| {
        let message: Value = serde_json::from_slice(&asked.body).unwrap();
        message["DelaySeconds"].as_i64()
    });
    assert_eq!(delays.collect::<Vec<_>>(), [Some(900), Some(0)]);
}

#[tokio::test]
async fn a_queue_that_refuses_or_says_nothing_is_told_and_does_not_keep_anybody_waiting() {
    let clock = Hands::at_noon();
    let refused = Play::Answer(
        400,
        vec![(
            "x-amzn-query-error",
            "AWS.SimpleQueueService.NonExistentQueue;Sender",
        )],
        json!({ "__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "gone" }).to_string(),
    );
    let sqs = Service::that(refused);
    let error = follow_ups(&sqs, &clock)
        .look_at(subject(), clock.now())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("NonExistentQueue: gone"), "{error}");

    sqs.now_plays(Play::Silence);
    let started = std::time::Instant::now();
    follow_ups(&sqs, &clock)
        .look_at(subject(), clock.now())
        .await
        .unwrap_err();
    assert!(started.elapsed().as_millis() < 5_000);

    // A follow-up that comes twice does no harm, so a broken connection is tried again.
    sqs.now_plays(Play::Broken);
    let before = sqs.asked().len();
    follow_ups(&sqs, &clock)
        .look_at(subject(), clock.now())
        .await
        .unwrap_err();
    assert_eq!(sqs.asked().len(), before + 2);
}
