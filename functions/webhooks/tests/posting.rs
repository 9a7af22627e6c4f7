//! Posting to strangers: what counts as arrived, what is not waited for, not followed and not connected to.
#![cfg(test)]

use std::time::Duration;

use postern_contract::{
    push::AttemptOutcome,
    webhook::{ChangeWebhook, CreateWebhook},
};
use postern_core::{
    feed::{self, Outbox},
    webhooks::{self, Addresses, Letter, PushPlace, Told},
};
use postern_test_world::{World, logged};
use postern_webhooks::{Poster, TIME_MAX};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinHandle,
};

/// A letter to this address, as the core writes it.
async fn letter(url: &str) -> Letter {
    let world = World::new().await;
    let (outbox, caller) = (Outbox::of(&world.platform), world.carrier());
    let wanted: CreateWebhook =
        serde_json::from_value(serde_json::json!({ "url": "https://hooks.example/" })).unwrap();
    let made = webhooks::create(&world.platform, Addresses::Public, &caller, wanted).await;
    let webhook = made.unwrap().webhook.id;
    let change = ChangeWebhook {
        url: Some(url.parse().unwrap()),
        ..ChangeWebhook::default()
    };
    let changed = webhooks::change(
        &world.platform,
        Addresses::LoopbackToo,
        &caller.carrier,
        webhook,
        change,
    );
    changed.await.unwrap();
    assert!(feed::publish(&outbox, &[logged("north", 1, 1)]).await.is_empty());
    let pushes = webhooks::pushes(&world.platform, &caller.carrier, webhook, 10, None);
    let place = PushPlace {
        carrier: caller.carrier.clone(),
        webhook,
        push: pushes.await.unwrap().items[0].id,
    };
    webhooks::begin(&outbox, &place).await.unwrap().unwrap()
}

/// A server that reads one request, answers this and says nothing more; what it read.
async fn server(answer: &'static str) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hooks", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let (mut read, mut buffer) = (Vec::new(), [0; 4096]);
        while !String::from_utf8_lossy(&read).ends_with("}}}") {
            let count = stream.read(&mut buffer).await.unwrap();
            assert!(count > 0, "the request ended early");
            read.extend_from_slice(&buffer[..count]);
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
        // The line is held for as long as the other side holds it.
        let _closed = stream.read(&mut buffer).await;
        String::from_utf8(read).unwrap()
    });
    (url, serving)
}

async fn told(addresses: Addresses, url: &str) -> Told {
    Poster::new(addresses).unwrap().post(&letter(url).await).await
}

async fn told_by(answer: &'static str) -> (Told, String) {
    let (url, serving) = server(answer).await;
    let told = told(Addresses::LoopbackToo, &url).await;
    (told, serving.await.unwrap())
}

#[tokio::test]
async fn only_a_status_of_the_two_hundreds_has_arrived_and_nothing_behind_it_is_waited_for() {
    // The rest of this answer never comes.
    let (told, request) = told_by("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\nbegun").await;
    assert_eq!((told.outcome, told.status), (AttemptOutcome::Arrived, Some(200)));
    assert!(request.starts_with("POST /hooks HTTP/1.1\r\n"), "{request}");
    for header in [
        "content-type: application/cloudevents+json",
        "webhook-id: evt_",
        "webhook-timestamp: ",
        "webhook-signature: v1,",
        "user-agent: postern-webhooks/",
    ] {
        assert!(request.contains(header), "{header}: {request}");
    }
    for (answer, status) in [
        ("HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n", 500),
        ("HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n", 410),
    ] {
        let (told, _) = told_by(answer).await;
        assert_eq!(
            (told.outcome, told.status),
            (AttemptOutcome::Refused, Some(status))
        );
        assert_eq!(told.gone(), status == 410);
    }
}

#[tokio::test]
async fn a_redirection_is_a_refusal_and_is_not_followed() {
    // Whoever followed it would not come back in time.
    let (told, _) =
        told_by("HTTP/1.1 307 Away\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!((told.outcome, told.status), (AttemptOutcome::Refused, Some(307)));
}

#[tokio::test]
async fn who_is_busy_may_ask_for_time_and_who_merely_fails_may_not() {
    let (busy, _) = told_by("HTTP/1.1 429 Busy\r\nretry-after: 120\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!(busy.retry_after_s, Some(120));
    let (failed, _) = told_by("HTTP/1.1 500 Oh\r\nretry-after: 120\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!(failed.retry_after_s, None);
    let (vague, _) = told_by("HTTP/1.1 503 Oh\r\nretry-after: tomorrow\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!((vague.status, vague.retry_after_s), (Some(503), None));
}

#[tokio::test]
async fn who_says_nothing_is_given_up_on_in_seconds() {
    let (told, _) = told_by("").await;
    assert_eq!((told.outcome, told.status), (AttemptOutcome::TimedOut, None));
    let took = Duration::from_millis(told.took_ms.into());
    assert!(took >= TIME_MAX, "{took:?}");
}

#[tokio::test]
async fn who_answers_something_else_or_nothing_at_all_was_not_reached() {
    for answer in ["SSH-2.0-hello\r\n", "HTTP/1.1 2xx\r\n\r\n"] {
        let (told, _) = told_by(answer).await;
        assert_eq!((told.outcome, told.status), (AttemptOutcome::Unreachable, None));
    }
    let nobody = told(Addresses::LoopbackToo, "http://127.0.0.1:1/").await;
    assert_eq!(nobody.outcome, AttemptOutcome::Unreachable);
    let no_name = told(Addresses::LoopbackToo, "https://nobody.invalid/").await;
    assert_eq!(no_name.outcome, AttemptOutcome::Unreachable);
}

#[tokio::test]
async fn a_head_without_an_end_is_not_read_to_its_end() {
    let long: &'static str =
        Box::leak(format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "a".repeat(2_000_000)).into_boxed_str());
    let (url, serving) = server(long).await;
    let told = told(Addresses::LoopbackToo, &url).await;
    assert_eq!((told.outcome, told.status), (AttemptOutcome::Unreachable, None));
    serving.abort();
}

#[tokio::test]
async fn a_name_that_stands_for_a_private_address_is_not_connected_to() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    // A name is only looked at when it is resolved.
    let by_name = told(Addresses::Public, &format!("https://localhost:{port}/")).await;
    assert_eq!(by_name.outcome, AttemptOutcome::AddressNotAllowed);
    // An address that was allowed when it was set, and is not any more.
    let by_number = told(Addresses::Public, &format!("http://127.0.0.1:{port}/")).await;
    assert_eq!(by_number.outcome, AttemptOutcome::AddressNotAllowed);
    let came = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
    assert!(came.is_err(), "somebody connected");
}
