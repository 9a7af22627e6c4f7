//! A cloud in trouble: what is certain not to have happened is told apart from what nobody knows.

use std::time::Duration;

use postern_contract::adapter::{AdapterErrorKind, Outcome};
use postern_vendor_clouds::control::LockOutOrder;
use postern_vendor_clouds::{DEMO_EMAIL, Direction, Email, Fault, Target};

use crate::harness::{Bench, accepted};

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

fn slow() -> Fault {
    Fault {
        delay_ms: Some(600_000),
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
        (409, AdapterErrorKind::DoorOffline),
        (422, AdapterErrorKind::Rejected),
        (429, AdapterErrorKind::RateLimited),
        (500, AdapterErrorKind::VendorUnavailable),
        (503, AdapterErrorKind::VendorUnavailable),
        (504, AdapterErrorKind::TimedOut),
    ] {
        let bench = Bench::linked().await;
        let fault = Fault::status(status).after_motion();
        bench.control().fail_next(Target::Command, fault, 10).unwrap();
        let failed = bench.open(&bench.door()).await.unwrap_err();
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
async fn a_command_whose_answer_breaks_off_or_is_none_is_unknown_and_sent_once() {
    let cut = Fault {
        cut_short: true,
        ..Fault::default()
    };
    let huge = Fault {
        huge: true,
        ..Fault::default()
    };
    for fault in [
        dropped(),
        dropped().after_motion(),
        page().after_motion(),
        cut.after_motion(),
        huge.after_motion(),
    ] {
        let bench = Bench::linked().await;
        bench
            .control()
            .fail_next(Target::Command, fault.clone(), 10)
            .unwrap();
        let failed = bench.open(&bench.door()).await.unwrap_err();
        assert_eq!(failed.outcome, Outcome::Unknown, "{fault:?}");
        assert_eq!(bench.control().commands_received(&bench.main_door()).unwrap(), 1);
    }
}

#[tokio::test]
async fn a_command_without_an_answer_by_the_deadline_is_unknown_and_sent_once() {
    let bench = Bench::linked().await;
    bench
        .control()
        .fail_next(Target::Command, slow().after_motion(), 10)
        .unwrap();
    let deadline = bench.clock.now() + Duration::from_millis(700);
    let called = bench.call_by("door.open", bench.open_input(&bench.door()), deadline);
    let failed = accepted(called.await).unwrap_err();
    assert_eq!(
        (failed.kind, failed.outcome),
        (AdapterErrorKind::TimedOut, Outcome::Unknown)
    );
    assert_eq!(bench.control().commands_received(&bench.main_door()).unwrap(), 1);
}

#[tokio::test]
async fn no_command_leaves_after_its_deadline_even_if_the_reading_before_took_that_long() {
    let bench = Bench::linked().await;
    bench.control().fail_next(Target::Read, slow(), 1).unwrap();
    let deadline = bench.clock.now() + Duration::from_millis(300);
    let called = bench.call_by("door.open", bench.open_input(&bench.door()), deadline);
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
        (Fault::status(403), 1, AdapterErrorKind::Rejected, None),
        (limited(3600), 1, AdapterErrorKind::RateLimited, Some(3600)),
        (Fault::status(429), 1, AdapterErrorKind::RateLimited, None),
        (page(), 1, AdapterErrorKind::VendorUnavailable, None),
        (Fault::status(503), 3, AdapterErrorKind::VendorUnavailable, None),
        (dropped(), 3, AdapterErrorKind::VendorUnavailable, None),
    ] {
        let bench = Bench::linked().await;
        bench
            .control()
            .fail_next(Target::Read, fault.clone(), times)
            .unwrap();
        let failed = bench.open(&bench.door()).await.unwrap_err();
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
    let bench = Bench::linked().await;
    bench
        .control()
        .fail_next(Target::Read, Fault::status(502), 2)
        .unwrap();
    assert!(bench.open(&bench.door()).await.is_ok());
}

#[tokio::test]
async fn a_locked_out_account_is_rate_limited_and_not_knocked_at() {
    let bench = Bench::linked().await;
    let order = LockOutOrder {
        email: Email::from(DEMO_EMAIL),
        seconds: 3600,
        retry_after: true,
    };
    bench.control().lock_out(&order).unwrap();
    let failed = bench.open(&bench.door()).await.unwrap_err();
    assert_eq!(
        (failed.kind, failed.outcome),
        (AdapterErrorKind::RateLimited, Outcome::NotExecuted)
    );
    assert!(failed.retry_after_seconds.is_some_and(|seconds| seconds > 60));
}

#[tokio::test]
async fn a_cloud_that_is_gone_did_certainly_nothing() {
    let bench = Bench::linked().await;
    let input = bench.open_input(&bench.door());
    let bench = bench.0;
    bench.cloud.shutdown().await;
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
async fn a_list_that_is_not_there_is_no_missing_door_and_a_status_that_is_not_is() {
    let bench = Bench::linked().await;
    bench
        .control()
        .fail_next(Target::Read, Fault::status(404), 3)
        .unwrap();
    let failed = bench.list().await.unwrap_err();
    assert_eq!(failed.kind, AdapterErrorKind::VendorUnavailable);
    let failed = bench.read(&bench.door()).await.unwrap_err();
    assert_eq!(failed.kind, AdapterErrorKind::DoorNotFound);
}
