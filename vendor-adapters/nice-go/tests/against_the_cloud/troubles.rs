//! A cloud in trouble: what is certain not to have happened is told apart from what nobody knows.

use std::time::Duration;

use postern_contract::adapter::{AdapterErrorKind, Outcome};
use postern_vendor_clouds::control::LockOutOrder;
use postern_vendor_clouds::{DEMO_EMAIL, Direction, Email, Fault, Target};

use crate::harness::{Bench, accepted};

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
        (Fault::status(403), 1, AdapterErrorKind::VendorUnavailable, None),
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
async fn an_api_that_is_not_there_is_no_missing_door() {
    let (bench, door) = linked().await;
    let control = bench.control();
    control.fail_next(Target::Read, Fault::status(404), 2).unwrap();
    for failed in [bench.list().await.map(drop), bench.read(&door).await.map(drop)] {
        assert_eq!(failed.unwrap_err().kind, AdapterErrorKind::VendorUnavailable);
    }
}

#[tokio::test]
async fn an_id_token_that_has_run_out_is_told_with_any_status_and_a_read_says_so() {
    for status in [200, 401] {
        let (bench, door) = linked().await;
        bench.set(|settings| settings.expired_token_status = status);
        bench.control().expire_access_tokens(None).unwrap();
        for refused in [
            bench.list().await.map(drop),
            bench.read(&door).await.map(drop),
            bench.open(&door).await.map(drop),
        ] {
            let refused = refused.unwrap_err();
            assert_eq!(
                (refused.kind, refused.outcome),
                (AdapterErrorKind::CredentialsExpired, Outcome::NotExecuted),
                "{status}"
            );
        }
        assert_eq!(bench.control().commands_received(&bench.main_door()).unwrap(), 0);
    }
}

/// Nothing that is known of this cloud says whether an order can have reached the opener before its token was found to have run out.
#[tokio::test]
async fn a_command_whose_token_runs_out_on_the_way_is_unknown_with_any_status() {
    for status in [200, 401] {
        let (bench, door) = linked().await;
        bench.set(|settings| settings.expired_token_status = status);
        // The reading before takes half a second, and the token ends after it was taken.
        let slow = Fault {
            delay_ms: Some(500),
            ..Fault::default()
        };
        bench.control().fail_next(Target::Command, slow, 1).unwrap();
        let expiring = async {
            while bench
                .control()
                .faults()
                .unwrap()
                .iter()
                .any(|(_, rule)| rule.on == Target::Command)
            {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            bench.control().expire_access_tokens(None).unwrap();
        };
        let (failed, ()) = tokio::join!(bench.open(&door), expiring);
        let failed = failed.unwrap_err();
        assert_eq!(
            (failed.kind, failed.outcome),
            (AdapterErrorKind::CredentialsExpired, Outcome::Unknown),
            "{status}"
        );
        assert!(failed.reading.is_some());
        assert_eq!(bench.control().commands_received(&bench.main_door()).unwrap(), 1);
    }
}

#[tokio::test]
async fn a_success_without_a_yes_is_unknown_and_sent_once() {
    let cut_short = Fault {
        cut_short: true,
        ..Fault::default()
    };
    let huge = Fault {
        huge: true,
        ..Fault::default()
    };
    for fault in [cut_short, huge] {
        for fault in [fault.clone(), fault.after_motion()] {
            let (bench, door) = linked().await;
            bench
                .control()
                .fail_next(Target::Command, fault.clone(), 10)
                .unwrap();
            let failed = bench.open(&door).await.unwrap_err();
            assert_eq!(
                (failed.kind, failed.outcome),
                (AdapterErrorKind::VendorUnavailable, Outcome::Unknown),
                "{fault:?}"
            );
            assert_eq!(bench.control().commands_received(&bench.main_door()).unwrap(), 1);
        }
    }
}

#[tokio::test]
async fn a_read_that_is_no_answer_says_nothing_of_a_door() {
    let (bench, door) = linked().await;
    let cut_short = Fault {
        cut_short: true,
        ..Fault::default()
    };
    bench.control().fail_next(Target::Read, cut_short, 1).unwrap();
    let failed = bench.read(&door).await.unwrap_err();
    assert_eq!(
        (failed.kind, failed.outcome),
        (AdapterErrorKind::VendorUnavailable, Outcome::NotExecuted)
    );
}
