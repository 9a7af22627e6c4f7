//! Each trouble on order, as the client meets it, and what the door really did meanwhile.

use std::time::Duration;

use postern_vendor_clouds::control::{DoorPatch, LockOutOrder};
use postern_vendor_clouds::{DEMO_EMAIL, Direction, Email, Fault, Target};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::Visit;

async fn order(visit: &Visit, on: &str, fault: Value) {
    visit
        .control(
            Method::POST,
            "/faults",
            json!({"on": on, "fault": fault, "times": 1}),
        )
        .await;
}

#[tokio::test]
async fn too_many_requests_with_and_without_retry_after() {
    let visit = Visit::demo().await;
    let tokens = visit.tokens().await;
    order(&visit, "read", json!({"status": 429, "retry_after": 60})).await;
    order(&visit, "read", json!({"status": 429})).await;
    let first = visit.read(&tokens, "/api/v6.0/accounts").await;
    assert_eq!(first.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(first.headers()["retry-after"], "60");
    let second = visit.read(&tokens, "/api/v6.0/accounts").await;
    assert_eq!(second.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(second.headers().get("retry-after").is_none());
    assert_eq!(
        visit.read(&tokens, "/api/v6.0/accounts").await.status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_server_error_before_the_motion_moves_nothing_and_one_after_it_moves_once() {
    let visit = Visit::demo().await;
    let tokens = visit.tokens().await;
    order(&visit, "command", json!({"status": 503})).await;
    assert_eq!(
        visit.command(&tokens, "open").await.status(),
        StatusCode::SERVICE_UNAVAILABLE
    );
    visit.wait(60);
    assert_eq!(visit.moved(), 0);
    assert_eq!(visit.cloud.control().commands_received(&visit.door).unwrap(), 1);
    order(&visit, "command", json!({"status": 500, "after_motion": true})).await;
    assert_eq!(
        visit.command(&tokens, "open").await.status(),
        StatusCode::INTERNAL_SERVER_ERROR
    );
    visit.wait(60);
    assert_eq!(visit.moved(), 1);
    assert_eq!(visit.state(&tokens).await["door_state"], "open");
}

#[tokio::test]
async fn the_firewall_answers_403_in_html() {
    let visit = Visit::demo().await;
    let tokens = visit.tokens().await;
    order(&visit, "any", json!({"html_403": true})).await;
    let blocked = visit.refresh(&tokens.refresh).await;
    assert_eq!(blocked.status(), StatusCode::FORBIDDEN);
    assert!(
        blocked.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
    // The token was not spent.
    assert_eq!(visit.refresh(&tokens.refresh).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_dropped_connection_gives_no_answer_at_all() {
    let visit = Visit::demo().await;
    let tokens = visit.tokens().await;
    order(&visit, "command", json!({"drop_connection": true})).await;
    assert!(
        visit
            .command_request(&tokens, "open")
            .send()
            .await
            .unwrap_err()
            .status()
            .is_none()
    );
    visit.wait(60);
    assert_eq!(visit.moved(), 0);
    order(
        &visit,
        "command",
        json!({"drop_connection": true, "after_motion": true}),
    )
    .await;
    assert!(
        visit
            .command_request(&tokens, "open")
            .send()
            .await
            .unwrap_err()
            .status()
            .is_none()
    );
    visit.wait(60);
    assert_eq!(visit.moved(), 1);
}

#[tokio::test]
async fn a_slow_answer_outlasts_the_client_and_the_door_moves_before_or_after() {
    for after_motion in [true, false] {
        let visit = Visit::demo().await;
        let tokens = visit.tokens().await;
        order(
            &visit,
            "command",
            json!({"delay_ms": 400, "after_motion": after_motion}),
        )
        .await;
        let request = visit
            .command_request(&tokens, "open")
            .timeout(Duration::from_millis(100));
        assert!(request.send().await.unwrap_err().is_timeout());
        visit.wait(60);
        assert_eq!(visit.moved(), usize::from(after_motion));
        // A command that was only late takes effect though nobody waits for its answer any more.
        let deadline = std::time::Instant::now() + Duration::from_secs(5);
        while visit.cloud.control().commands_received(&visit.door).unwrap() == 0 {
            assert!(
                std::time::Instant::now() < deadline,
                "the late command never came"
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        visit.wait(60);
        assert_eq!(visit.moved(), 1);
    }
}

#[tokio::test]
async fn a_lost_answer_to_a_refresh_has_spent_the_token() {
    let visit = Visit::demo().await;
    let tokens = visit.tokens().await;
    order(
        &visit,
        "token",
        json!({"drop_connection": true, "after_effect": true}),
    )
    .await;
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens.refresh.as_str()),
    ];
    assert!(visit.post_form("/connect/token", &fields).send().await.is_err());
    assert_eq!(
        visit.refresh(&tokens.refresh).await.status(),
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn expired_and_revoked_tokens_are_refused() {
    let visit = Visit::demo().await;
    let tokens = visit.tokens().await;
    visit.control(Method::POST, "/tokens/expire", json!({})).await;
    assert_eq!(
        visit.read(&tokens, "/api/v6.0/accounts").await.status(),
        StatusCode::UNAUTHORIZED
    );
    let fresh = crate::support::Tokens::of(visit.refresh(&tokens.refresh).await).await;
    visit
        .control(
            Method::POST,
            "/tokens/revoke",
            json!({"email": "somebody@example.com"}),
        )
        .await;
    let fresh = crate::support::Tokens::of(visit.refresh(&fresh.refresh).await).await;
    visit
        .control(Method::POST, "/tokens/revoke", json!({"email": DEMO_EMAIL}))
        .await;
    assert_eq!(
        visit.refresh(&fresh.refresh).await.status(),
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        visit.read(&fresh, "/api/v6.0/accounts").await.status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_locked_account_gets_429_everywhere_until_its_time_is_up() {
    let visit = Visit::demo().await;
    let tokens = visit.tokens().await;
    let email = Email::from(DEMO_EMAIL);
    visit
        .cloud
        .control()
        .lock_out(&LockOutOrder {
            email,
            seconds: 90,
            retry_after: false,
        })
        .unwrap();
    let locked = visit.read(&tokens, "/api/v6.0/accounts").await;
    assert_eq!(locked.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(locked.headers().get("retry-after").is_none());
    assert_eq!(
        visit.refresh(&tokens.refresh).await.status(),
        StatusCode::TOO_MANY_REQUESTS
    );
    visit.wait(90);
    assert_eq!(
        visit.read(&tokens, "/api/v6.0/accounts").await.status(),
        StatusCode::OK
    );
    assert_eq!(visit.refresh(&tokens.refresh).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_stale_state_keeps_its_old_times_too() {
    let visit = Visit::demo().await;
    let tokens = visit.tokens().await;
    let before = visit.state(&tokens).await;
    visit
        .cloud
        .control()
        .freeze_report(&visit.door, Duration::from_secs(360))
        .unwrap();
    visit.command(&tokens, "open").await;
    visit.wait(359);
    assert_eq!(visit.state(&tokens).await, before);
    assert_eq!(visit.moved(), 1);
    visit.wait(1);
    assert_eq!(visit.state(&tokens).await["door_state"], "open");
}

#[tokio::test]
async fn an_obstructed_close_reverses_and_the_second_locks_the_door_out() {
    let visit = Visit::demo().await;
    let tokens = visit.tokens().await;
    visit.command(&tokens, "open").await;
    visit.wait(60);
    let path = format!("/doors/{}", visit.door);
    visit
        .control(Method::PATCH, &path, json!({"obstruct_next_closes": 2}))
        .await;
    for allowed in [true, false] {
        visit.command(&tokens, "close").await;
        visit.wait(14);
        assert_eq!(visit.state(&tokens).await["door_state"], "autoreverse");
        visit.wait(20);
        let state = visit.state(&tokens).await;
        assert_eq!(state["door_state"], "open");
        assert_eq!(state["is_unattended_close_allowed"], allowed);
    }
    let closes = visit
        .cloud
        .control()
        .times_moved(&visit.door, Direction::Close)
        .unwrap();
    assert_eq!(
        visit.command(&tokens, "close").await.status(),
        StatusCode::ACCEPTED
    );
    visit.wait(60);
    assert_eq!(
        visit
            .cloud
            .control()
            .times_moved(&visit.door, Direction::Close)
            .unwrap(),
        closes
    );
    visit
        .control(
            Method::POST,
            &format!("{path}/wall-button"),
            json!({"target": "close"}),
        )
        .await;
    visit.wait(60);
    assert_eq!(visit.state(&tokens).await["door_state"], "closed");
}

#[tokio::test]
async fn a_door_can_stick_stop_halfway_and_forbid() {
    let visit = Visit::demo().await;
    let tokens = visit.tokens().await;
    let control = visit.cloud.control();
    control.set_stuck(&visit.door, true).unwrap();
    assert_eq!(
        visit.command(&tokens, "open").await.status(),
        StatusCode::ACCEPTED
    );
    visit.wait(60);
    assert_eq!(visit.moved(), 0);
    control.set_stuck(&visit.door, false).unwrap();
    control.stop_next_halfway(&visit.door, 1).unwrap();
    visit.command(&tokens, "open").await;
    visit.wait(60);
    assert_eq!(visit.state(&tokens).await["door_state"], "stopped");
    control.set_unattended_close_allowed(&visit.door, false).unwrap();
    control.set_unattended_open_allowed(&visit.door, false).unwrap();
    let state = visit.state(&tokens).await;
    assert_eq!(state["is_unattended_close_allowed"], false);
    assert_eq!(state["is_unattended_open_allowed"], false);
    visit.command(&tokens, "close").await;
    visit.wait(60);
    assert_eq!(visit.moved(), 1);
}

#[tokio::test]
async fn an_absence_that_the_cloud_does_not_notice_is_told_only_by_the_command() {
    let visit = Visit::demo().await;
    let tokens = visit.tokens().await;
    let patch = DoorPatch {
        online: Some(false),
        absence_noticed: Some(false),
        ..DoorPatch::default()
    };
    visit.cloud.control().patch_door(&visit.door, &patch).unwrap();
    assert_eq!(visit.state(&tokens).await["online"], true);
    assert_eq!(
        visit.command(&tokens, "open").await.status(),
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn a_fault_can_be_kept_to_one_account() {
    let visit = Visit::demo().await;
    let tokens = visit.tokens().await;
    let rule = json!({"on": "read", "fault": {"status": 502}, "account_id": visit.account});
    let id = visit.control(Method::POST, "/faults", rule).await["id"]
        .as_u64()
        .unwrap();
    assert_eq!(
        visit.read(&tokens, "/api/v6.0/accounts").await.status(),
        StatusCode::OK
    );
    let devices = format!("/api/v6.0/Accounts/{}/Devices", visit.account);
    for _ in 0..3 {
        assert_eq!(
            visit.read(&tokens, &devices).await.status(),
            StatusCode::BAD_GATEWAY
        );
    }
    visit.cloud.control().remove_fault(id).unwrap();
    assert_eq!(visit.read(&tokens, &devices).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn the_login_pages_fail_too() {
    let visit = Visit::demo().await;
    visit
        .cloud
        .control()
        .fail_next(Target::Login, Fault::status(500), 1)
        .unwrap();
    assert_eq!(
        visit.authorize(&[]).await.status(),
        StatusCode::INTERNAL_SERVER_ERROR
    );
    assert_eq!(visit.authorize(&[]).await.status(), StatusCode::FOUND);
}
