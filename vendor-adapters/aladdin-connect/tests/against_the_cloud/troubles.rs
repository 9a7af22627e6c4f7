//! A cloud in trouble: what is certain not to have happened is told apart from what nobody knows.

use std::time::Duration;

use postern_contract::adapter::{AdapterErrorKind, Outcome};
use postern_vendor_clouds::control::LockOutOrder;
use postern_vendor_clouds::{DEMO_EMAIL, Direction, Email, Fault, Target};

use crate::bench::{Bench, accepted};

async fn linked() -> (Bench, String) {
    let bench = Bench::linked().await;
    let door = bench.door().as_str().to_owned();
    (bench, door)
}

fn dropped() -> Fault {
    Fault {
        drop_connection: true,
        ..Fault::default()
    }
}

fn page() -> Fault {
    Fault {
        html_403: true,
        ..Fault::default()
    }
}

#[tokio::test]
async fn any_answer_but_a_success_to_a_command_is_unknown_and_it_is_sent_once() {
    for (status, kind) in [
        (400, AdapterErrorKind::Rejected),
        (401, AdapterErrorKind::CredentialsExpired),
        (403, AdapterErrorKind::Rejected),
        (404, AdapterErrorKind::Rejected),
        (429, AdapterErrorKind::RateLimited),
        (500, AdapterErrorKind::VendorUnavailable),
        (503, AdapterErrorKind::VendorUnavailable),
        (504, AdapterErrorKind::TimedOut),
    ] {
        let (bench, door) = linked().await;
        let fault = Fault::status(status).after_motion();
        bench.control().fail_next(Target::Command, fault, 10).unwrap();
        let failed = bench.open(&door).await.unwrap_err();
        assert_eq!(
            (failed.kind, failed.outcome),
            (kind, Outcome::Unknown),
            "{status}"
        );
        bench.pass(60);
        let serial = bench.main_door();
        assert_eq!(
            bench.control().commands_received(&serial).unwrap(),
            1,
            "{status} was sent again"
        );
        assert_eq!(
            bench.control().times_moved(&serial, Direction::Open).unwrap(),
            1,
            "and the door moved"
        );
    }
}

#[tokio::test]
async fn a_command_whose_connection_breaks_or_meets_a_page_is_unknown_and_sent_once() {
    for fault in [dropped(), dropped().after_motion(), page().after_motion()] {
        let (bench, door) = linked().await;
        bench.control().fail_next(Target::Command, fault, 10).unwrap();
        let failed = bench.open(&door).await.unwrap_err();
        assert_eq!(failed.outcome, Outcome::Unknown);
        assert_eq!(bench.control().commands_received(&bench.main_door()).unwrap(), 1);
    }
}

#[tokio::test]
async fn a_command_without_an_answer_by_the_deadline_is_unknown_and_sent_once() {
    let (bench, door) = linked().await;
    let slow = Fault {
        delay_ms: Some(600_000),
        ..Fault::default()
    };
    let slow = slow.after_motion();
    bench.control().fail_next(Target::Command, slow, 10).unwrap();
    let deadline = bench.clock.now() + Duration::from_millis(700);
    let called = bench.call_by("door.open", bench.open_input(&door), deadline);
    let failed = accepted(called.await).unwrap_err();
    assert_eq!(
        (failed.kind, failed.outcome),
        (AdapterErrorKind::TimedOut, Outcome::Unknown)
    );
    assert_eq!(bench.control().commands_received(&bench.main_door()).unwrap(), 1);
}

#[tokio::test]
async fn no_command_leaves_after_its_deadline_even_if_the_reading_before_took_that_long() {
    let (bench, door) = linked().await;
    let slow = Fault {
        delay_ms: Some(600_000),
        ..Fault::default()
    };
    bench.control().fail_next(Target::Read, slow, 1).unwrap();
    let deadline = bench.clock.now() + Duration::from_millis(300);
    let called = bench.call_by("door.open", bench.open_input(&door), deadline);
    let failed = accepted(called.await).unwrap_err();
    assert_eq!(
        (failed.kind, failed.outcome),
        (AdapterErrorKind::TimedOut, Outcome::NotExecuted)
    );
    assert_eq!(bench.control().commands_received(&bench.main_door()).unwrap(), 0);
}

#[tokio::test]
async fn a_read_that_fails_before_the_command_leaves_the_door_alone() {
    let limited = |seconds| Fault {
        retry_after: Some(seconds),
        ..Fault::status(429)
    };
    for (fault, times, kind, wait) in [
        (Fault::status(401), 1, AdapterErrorKind::CredentialsExpired, None),
        (Fault::status(403), 1, AdapterErrorKind::CredentialsExpired, None),
        (limited(3600), 1, AdapterErrorKind::RateLimited, Some(3600)),
        (Fault::status(429), 1, AdapterErrorKind::RateLimited, None),
        (page(), 1, AdapterErrorKind::VendorUnavailable, None),
        (Fault::status(503), 3, AdapterErrorKind::VendorUnavailable, None),
        (dropped(), 3, AdapterErrorKind::VendorUnavailable, None),
    ] {
        let (bench, door) = linked().await;
        bench
            .control()
            .fail_next(Target::Read, fault.clone(), times)
            .unwrap();
        let failed = bench.open(&door).await.unwrap_err();
        assert_eq!(
            (failed.kind, failed.outcome),
            (kind, Outcome::NotExecuted),
            "{fault:?}"
        );
        assert_eq!(failed.retry_after_seconds, wait, "{fault:?}");
        assert!(
            bench.control().faults().unwrap().is_empty(),
            "{fault:?}: as often as it should"
        );
        assert_eq!(bench.control().commands_received(&bench.main_door()).unwrap(), 0);
    }
}

#[tokio::test]
async fn a_passing_trouble_of_a_read_is_got_over() {
    let (bench, door) = linked().await;
    let control = bench.control();
    control.fail_next(Target::Read, Fault::status(502), 2).unwrap();
    assert!(bench.open(&door).await.is_ok());
}

#[tokio::test]
async fn a_key_that_is_not_taken_shows_as_credentials_and_moves_nothing() {
    let (bench, door) = linked().await;
    let mut settings = bench.control().settings().unwrap();
    settings.api_keys = vec!["another-key".to_owned()];
    bench.control().set_settings(settings).unwrap();
    for refused in [
        bench.open(&door).await.unwrap_err(),
        bench.list().await.unwrap_err(),
    ] {
        assert_eq!(
            (refused.kind, refused.outcome),
            (AdapterErrorKind::CredentialsExpired, Outcome::NotExecuted)
        );
        assert!(refused.message.contains("API key"), "{}", refused.message);
    }
    assert_eq!(bench.control().commands_received(&bench.main_door()).unwrap(), 0);
    // The link itself is whole: it refreshes, so it is not taken for broken.
    bench.refresh().await.unwrap();
}

#[tokio::test]
async fn a_locked_out_account_is_rate_limited_and_not_knocked_at() {
    let (bench, door) = linked().await;
    for retry_after in [true, false] {
        let order = LockOutOrder {
            email: Email::from(DEMO_EMAIL),
            seconds: 3600,
            retry_after,
        };
        bench.control().lock_out(&order).unwrap();
        let failed = bench.open(&door).await.unwrap_err();
        assert_eq!(
            (failed.kind, failed.outcome),
            (AdapterErrorKind::RateLimited, Outcome::NotExecuted)
        );
        assert_eq!(failed.retry_after_seconds.is_some(), retry_after);
    }
}

#[tokio::test]
async fn a_vendor_that_asks_for_it_is_left_alone_but_for_an_order() {
    let (bench, door) = linked().await;
    let limited = Fault {
        retry_after: Some(600),
        ..Fault::status(429)
    };
    bench.control().fail_next(Target::Read, limited, 2).unwrap();
    assert_eq!(
        bench.read(&door).await.unwrap_err().retry_after_seconds,
        Some(600)
    );
    // The second limit still lies there: nobody was asked.
    for _ in 0..3 {
        bench.pass(100);
        let held = bench.list().await.unwrap_err();
        assert_eq!(
            (held.kind, held.outcome),
            (AdapterErrorKind::RateLimited, Outcome::NotExecuted)
        );
        assert!(
            held.retry_after_seconds.is_some_and(|seconds| seconds <= 500),
            "{held:?}"
        );
    }
    assert_eq!(bench.control().faults().unwrap().len(), 1);
    // An order asks, and is answered; the next one finds the vendor well, and then everybody does.
    let refused = bench.open(&door).await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.retry_after_seconds),
        (AdapterErrorKind::RateLimited, Some(600))
    );
    bench.open(&door).await.unwrap();
    bench.read(&door).await.unwrap();
    bench.list().await.unwrap();
}

#[tokio::test]
async fn a_cloud_that_does_not_answer_again_and_again_is_spared_for_a_while() {
    let (bench, door) = linked().await;
    bench.control().fail_next(Target::Read, dropped(), 1_000).unwrap();
    let left = || {
        bench
            .control()
            .faults()
            .unwrap()
            .first()
            .and_then(|(_, rule)| rule.times)
    };
    for _ in 0..5 {
        let failed = bench.read(&door).await.unwrap_err();
        assert_eq!(failed.kind, AdapterErrorKind::VendorUnavailable);
    }
    let before = left();
    let held = bench.read(&door).await.unwrap_err();
    assert_eq!(
        (held.kind, held.outcome, held.retry_after_seconds),
        (AdapterErrorKind::VendorUnavailable, Outcome::NotExecuted, Some(1))
    );
    assert_eq!(left(), before, "nobody was asked");
    bench.open(&door).await.unwrap_err();
    assert!(left() < before, "an order asks all the same");
    bench.control().clear_faults().unwrap();
    bench.pass(30);
    bench.read(&door).await.unwrap();
}

#[tokio::test]
async fn a_cloud_that_is_gone_did_certainly_nothing() {
    let (bench, door) = linked().await;
    let input = bench.open_input(&door);
    let bench = bench.0;
    let address = bench.cloud.address();
    bench.cloud.shutdown().await;
    assert!(
        tokio::net::TcpStream::connect(address).await.is_err(),
        "nobody listens there any more"
    );
    let request = serde_json::json!({
        "contract": "1.0", "request_id": "r", "deadline": bench.clock.now() + Duration::from_secs(30),
        "call": { "operation": "door.open", "input": input },
    });
    let reply = bench.service.dispatch(request.to_string().as_bytes()).await;
    let reply: serde_json::Value = serde_json::from_slice(&reply).unwrap();
    assert_eq!(reply["result"]["error"]["kind"], "vendor_unavailable");
    assert_eq!(reply["result"]["error"]["outcome"], "not_executed");
}

#[tokio::test]
async fn a_list_that_is_not_there_is_no_missing_door() {
    let (bench, door) = linked().await;
    let control = bench.control();
    control.fail_next(Target::Read, Fault::status(404), 2).unwrap();
    let failed = bench.list().await.unwrap_err();
    assert_eq!(failed.kind, AdapterErrorKind::VendorUnavailable);
    let failed = bench.read(&door).await.unwrap_err();
    assert_eq!(failed.kind, AdapterErrorKind::DoorNotFound);
}

#[tokio::test]
async fn a_token_endpoint_that_is_elsewhere_is_no_revoked_link() {
    let bench = Bench::configured(|config| config.token_path = "oauth/token".to_owned()).await;
    let begun = bench.begin().await;
    let brought = bench.log_in(&begun).await;
    let refused = bench.complete(&begun, &brought.code).await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.outcome),
        (AdapterErrorKind::Rejected, Outcome::NotExecuted)
    );
}
