//! Twelve calls a minute about one door.

use std::time::Duration;

use postern_contract::adapter::{AdapterErrorKind, Outcome};
use postern_contract::door::DoorState;
use postern_vendor_clouds::Direction;

use crate::harness::Bench;

/// What the vendor publishes.
const CALLS: u32 = 12;

async fn paced() -> Bench {
    let mut bench = Bench::configured(|config| config.read_spacing = Duration::from_secs(15)).await;
    bench.link().await;
    bench.set(|settings| settings.device_calls_per_minute = Some(CALLS));
    bench
}

#[tokio::test]
async fn a_door_that_is_looked_at_every_second_is_opened_and_closed_within_the_limit() {
    let bench = paced().await;
    let door = bench.door();
    for way in [Direction::Open, Direction::Close] {
        let ordered_at = bench.clock.now();
        match way {
            Direction::Open => bench.open(&door).await.unwrap(),
            Direction::Close => bench.close(&door).await.unwrap(),
        };
        let mut seconds = 0;
        loop {
            bench.pass(1);
            seconds += 1;
            let seen = bench.read(&door).await.unwrap();
            let done = match way {
                Direction::Open => seen.proves_open_after(ordered_at),
                Direction::Close => seen.proves_closed_after(ordered_at),
            };
            if done {
                break;
            }
        }
        assert!(seconds <= 45, "{seconds} s");
        // The parcel is carried in.
        for _ in 0..60 {
            bench.pass(1);
            bench.read(&door).await.unwrap();
        }
    }
}

#[tokio::test]
async fn what_is_asked_again_too_soon_is_the_last_reading_with_its_own_time() {
    let bench = paced().await;
    let door = bench.door();
    let first = bench.read(&door).await.unwrap();
    bench
        .control()
        .press_wall_button(&bench.main_door(), Some(Direction::Open))
        .unwrap();
    bench.pass(14);
    assert_eq!(bench.read(&door).await.unwrap(), first);
    bench.pass(1);
    let next = bench.read(&door).await.unwrap();
    assert_ne!(next.state, DoorState::Closed);
    assert_eq!(next.read_at, bench.clock.now());
    // An order looks for itself.
    let refused = bench.open(&door).await.unwrap_err();
    assert_eq!(refused.kind, AdapterErrorKind::Rejected);
}

#[tokio::test]
async fn an_order_that_would_be_one_call_too_many_is_not_sent() {
    let bench = Bench::linked().await;
    let (door, serial) = (bench.door(), bench.main_door());
    for (calls, sent) in [(2, 0), (3, 1)] {
        bench.pass(60);
        bench.set(|settings| settings.device_calls_per_minute = Some(calls));
        let opened = bench.open(&door).await;
        if sent == 0 {
            let refused = opened.unwrap_err();
            assert_eq!(
                (refused.kind, refused.outcome, refused.retry_after_seconds),
                (AdapterErrorKind::RateLimited, Outcome::NotExecuted, Some(60))
            );
            assert!(refused.reading.is_some());
        }
        assert_eq!(bench.control().commands_received(&serial).unwrap(), sent);
    }
}

#[tokio::test]
async fn a_reading_that_is_one_too_many_is_told_with_the_time_to_wait() {
    let bench = Bench::linked().await;
    bench.set(|settings| settings.device_calls_per_minute = Some(2));
    bench.read(&bench.door()).await.unwrap();
    bench.pass(20);
    let refused = bench.read(&bench.door()).await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.outcome, refused.retry_after_seconds),
        (AdapterErrorKind::RateLimited, Outcome::NotExecuted, Some(40))
    );
}
