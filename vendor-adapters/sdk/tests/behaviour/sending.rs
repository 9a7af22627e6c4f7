//! What is sent how often, and what is known afterwards.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Response;
use postern_adapter_sdk::contract::adapter::{AdapterError, AdapterErrorKind, Outcome};
use postern_adapter_sdk::{Clock, Deadline, RESPONSE_BYTES_MAX, SendFailure, VendorRequest};
use url::Url;

use crate::support::{HandClock, Vendor, answer, client, deadline_in, nobody};

const SOON: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_command_goes_out_once_whatever_comes_back() {
    for status in [200, 204, 301, 401, 403, 429, 500, 503] {
        let vendor = Vendor::answering(move |_, _| async move {
            Response::builder()
                .status(status)
                .header("retry-after", "0")
                .header("location", "/elsewhere")
                .body(Body::empty())
                .unwrap()
        })
        .await;
        let reply = client()
            .command(&vendor.put(), &deadline_in(&HandClock::new(), SOON))
            .await
            .unwrap();
        assert_eq!(reply.status.as_u16(), status);
        assert_eq!(vendor.hits(), 1, "{status}");
        if !reply.status.is_success() {
            assert_eq!(reply.command_error().outcome, Outcome::Unknown, "{status}");
        }
    }
}

#[tokio::test]
async fn a_command_whose_connection_breaks_goes_out_once_and_is_unknown() {
    for bytes in [b"".as_slice(), b"HTTP/1.1 20", b"not http at all\r\n\r\n"] {
        let vendor = Vendor::saying(bytes).await;
        let error = client()
            .command(&vendor.put(), &deadline_in(&HandClock::new(), SOON))
            .await
            .unwrap_err();
        assert_eq!(
            (error.outcome, error.failure),
            (Outcome::Unknown, SendFailure::Interrupted)
        );
        assert_eq!(vendor.hits(), 1);
    }
}

#[tokio::test]
async fn a_command_to_nobody_is_certainly_not_executed() {
    let unfound = Url::parse("http://no-such-host.invalid/door/open").unwrap();
    let refused = Url::parse(&format!("http://{}/door/open", nobody().await)).unwrap();
    let no_tls = Url::parse(&format!("https://{}/", Vendor::saying(b"").await.address)).unwrap();
    for url in [unfound, refused, no_tls] {
        let request = VendorRequest::new(reqwest::Method::PUT, url);
        let error = client()
            .command(&request, &deadline_in(&HandClock::new(), SOON))
            .await
            .unwrap_err();
        assert_eq!(
            (error.outcome, error.failure),
            (Outcome::NotExecuted, SendFailure::NotConnected)
        );
    }
}

#[tokio::test]
async fn nothing_is_sent_at_the_deadline_or_after_it() {
    let vendor = Vendor::answering(|_, _| async { answer(200, "application/json", "{}") }).await;
    let clock = HandClock::new();
    let now: Arc<dyn Clock> = clock.clone();
    let deadline = Deadline::new(clock.now(), now);
    for _ in 0..2 {
        let error = client().command(&vendor.put(), &deadline).await.unwrap_err();
        assert_eq!(
            (error.outcome, error.failure),
            (Outcome::NotExecuted, SendFailure::TooLate)
        );
        let error = client().read(&vendor.get(), &deadline).await.unwrap_err();
        assert_eq!(
            (error.outcome, error.failure),
            (Outcome::NotExecuted, SendFailure::TooLate)
        );
        clock.pass(Duration::from_secs(1));
    }
    assert_eq!(vendor.hits(), 0);
}

#[tokio::test]
async fn a_process_that_was_stopped_over_the_deadline_goes_no_further() {
    let clock = HandClock::new();
    let deadline = deadline_in(&clock, SOON);
    let mut steps = 0;
    // Each step is one poll; the clock jumps over the deadline between the first and the second.
    let stopped = deadline
        .bound(std::future::poll_fn(|context| {
            steps += 1;
            clock.pass(SOON);
            context.waker().wake_by_ref();
            std::task::Poll::<()>::Pending
        }))
        .await;
    assert!(stopped.is_err());
    assert_eq!(steps, 1, "nothing was done after the deadline");
}

#[tokio::test]
async fn silence_until_the_deadline_is_unknown_for_a_command_and_harmless_for_a_read() {
    let vendor = Vendor::answering(|_, _| std::future::pending()).await;
    let wait = Duration::from_millis(300);
    let error = client()
        .command(&vendor.put(), &deadline_in(&HandClock::new(), wait))
        .await
        .unwrap_err();
    assert_eq!(
        (error.outcome, error.failure),
        (Outcome::Unknown, SendFailure::NoAnswerInTime)
    );
    let error = client()
        .read(&vendor.get(), &deadline_in(&HandClock::new(), wait))
        .await
        .unwrap_err();
    assert_eq!(
        (error.outcome, error.failure),
        (Outcome::NotExecuted, SendFailure::NoAnswerInTime)
    );
    assert_eq!(vendor.hits(), 2, "neither was sent again");
}

#[tokio::test]
async fn a_read_gets_over_passing_troubles_but_not_for_ever() {
    let twice = Vendor::answering(|number, _| async move {
        if number < 3 {
            answer(502, "text/html", "<p>")
        } else {
            answer(200, "application/json", "[1]")
        }
    })
    .await;
    let reply = client()
        .read(&twice.get(), &deadline_in(&HandClock::new(), SOON))
        .await
        .unwrap();
    assert_eq!(reply.json::<Vec<u8>>().unwrap(), [1]);
    assert_eq!(twice.hits(), 3);
    let always = Vendor::answering(|_, _| async { answer(503, "text/html", "<p>") }).await;
    let reply = client()
        .read(&always.get(), &deadline_in(&HandClock::new(), SOON))
        .await
        .unwrap();
    assert_eq!((reply.status.as_u16(), always.hits()), (503, 3));
}

#[tokio::test]
async fn a_read_waits_as_long_as_it_is_asked_to_but_not_beyond_its_deadline() {
    let vendor = Vendor::answering(|number, _| async move {
        let (status, wait) = if number == 1 { (429, "1") } else { (200, "0") };
        Response::builder()
            .status(status)
            .header("retry-after", wait)
            .body(Body::empty())
            .unwrap()
    })
    .await;
    let began = tokio::time::Instant::now();
    let reply = client()
        .read(&vendor.get(), &deadline_in(&HandClock::new(), SOON))
        .await
        .unwrap();
    assert_eq!(reply.status.as_u16(), 200);
    assert!(began.elapsed() >= Duration::from_secs(1));
    let vendor = Vendor::answering(|_, _| async {
        Response::builder()
            .status(429)
            .header("retry-after", "1")
            .body(Body::empty())
            .unwrap()
    })
    .await;
    let deadline = deadline_in(&HandClock::new(), Duration::from_millis(500));
    let reply = client().read(&vendor.get(), &deadline).await.unwrap();
    assert_eq!(
        (reply.read_error().retry_after_seconds, vendor.hits()),
        (Some(1), 1)
    );
}

#[tokio::test]
async fn redirects_lead_nowhere() {
    let vendor = Vendor::answering(|_, _| async {
        Response::builder()
            .status(302)
            .header("location", "/login")
            .body(Body::empty())
            .unwrap()
    })
    .await;
    let reply = client()
        .read(&vendor.get(), &deadline_in(&HandClock::new(), SOON))
        .await
        .unwrap();
    assert_eq!((reply.status.as_u16(), vendor.hits()), (302, 1));
}

#[tokio::test]
async fn an_answer_is_read_up_to_a_megabyte() {
    let vendor = Vendor::answering(|number, _| async move {
        answer(
            200,
            "application/json",
            vec![b' '; RESPONSE_BYTES_MAX + number - 1],
        )
    })
    .await;
    let reply = client()
        .read(&vendor.get(), &deadline_in(&HandClock::new(), SOON))
        .await
        .unwrap();
    assert_eq!(reply.body.len(), RESPONSE_BYTES_MAX);
    let error = client()
        .read(&vendor.get(), &deadline_in(&HandClock::new(), SOON))
        .await
        .unwrap_err();
    assert_eq!(
        (error.outcome, error.failure),
        (Outcome::NotExecuted, SendFailure::AnswerTooLong)
    );
}

#[tokio::test]
async fn an_exchange_is_repeated_only_while_nothing_has_left() {
    let vendor = Vendor::answering(|_, _| async { answer(503, "text/html", "<p>") }).await;
    let reply = client()
        .exchange(&vendor.put(), &deadline_in(&HandClock::new(), SOON))
        .await
        .unwrap();
    assert_eq!((reply.status.as_u16(), vendor.hits()), (503, 1));
    let broken = Vendor::saying(b"").await;
    let error = client()
        .exchange(&broken.put(), &deadline_in(&HandClock::new(), SOON))
        .await
        .unwrap_err();
    assert_eq!((error.outcome, broken.hits()), (Outcome::Unknown, 1));
}

#[tokio::test]
async fn the_reason_of_a_refused_command_is_read_and_no_other_body() {
    for (status, wanted) in [(200, ""), (400, "said"), (409, "said"), (500, "")] {
        let vendor = Vendor::answering(move |_, _| async move {
            Response::builder()
                .status(status)
                .body(Body::from("said"))
                .unwrap()
        })
        .await;
        let deadline = deadline_in(&HandClock::new(), SOON);
        let reply = client()
            .command_with_reason(&vendor.put(), &deadline)
            .await
            .unwrap();
        assert_eq!(
            (reply.status.as_u16(), reply.body.as_slice()),
            (status, wanted.as_bytes())
        );
        assert_eq!(vendor.hits(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_refusal_whose_reason_breaks_off_is_a_refusal_all_the_same() {
    let vendor = Vendor::saying(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 50\r\n\r\nDoor is al").await;
    let reply = client()
        .command_with_reason(&vendor.put(), &deadline_in(&HandClock::new(), SOON))
        .await
        .unwrap();
    assert_eq!(reply.status.as_u16(), 400);
    assert!(reply.body.is_empty());
    assert_eq!(vendor.hits(), 1);
}

#[tokio::test]
async fn a_reading_is_held_back_while_the_vendor_asks_for_it_and_an_order_is_not() {
    let vendor = Vendor::answering(|number, _| async move {
        let (status, wait) = if number == 1 { (429, "60") } else { (200, "0") };
        Response::builder()
            .status(status)
            .header("retry-after", wait)
            .body(Body::empty())
            .unwrap()
    })
    .await;
    let clock = HandClock::new();
    let (client, others) = (client(), client());
    let deadline = || deadline_in(&clock, SOON);
    assert_eq!(
        client
            .read(&vendor.get(), &deadline())
            .await
            .unwrap()
            .status
            .as_u16(),
        429
    );
    for (waited, left) in [(0, 60), (59, 1)] {
        clock.pass(Duration::from_secs(waited));
        let held = client.clone().read(&vendor.get(), &deadline()).await.unwrap_err();
        assert_eq!(
            (held.outcome, held.failure),
            (Outcome::NotExecuted, SendFailure::LeftAlone { seconds: left })
        );
        let told = AdapterError::from(held);
        assert_eq!(
            (told.kind, told.retry_after_seconds),
            (AdapterErrorKind::RateLimited, Some(left))
        );
    }
    assert_eq!(vendor.hits(), 1);
    // Another copy knows nothing of it, an exchange and an order's reading go out, and its success is everybody's.
    others.read(&vendor.get(), &deadline()).await.unwrap();
    client.exchange(&vendor.put(), &deadline()).await.unwrap();
    client.read(&vendor.get(), &deadline()).await.unwrap_err();
    client
        .read(&vendor.get(), &deadline().of_an_order())
        .await
        .unwrap();
    client.read(&vendor.get(), &deadline()).await.unwrap();
    assert_eq!(vendor.hits(), 5);
}

#[tokio::test]
async fn a_host_that_nobody_answers_at_is_spared_and_another_is_not() {
    let gone = Url::parse(&format!("http://{}/door", nobody().await)).unwrap();
    let gone = VendorRequest::new(reqwest::Method::GET, gone);
    let vendor = Vendor::answering(|_, _| async { answer(200, "application/json", "{}") }).await;
    let (client, clock) = (client(), HandClock::new());
    let deadline = || deadline_in(&clock, SOON);
    for _ in 0..5 {
        let failed = client.read(&gone, &deadline()).await.unwrap_err();
        assert_eq!(failed.failure, SendFailure::NotConnected);
    }
    let held = client.read(&gone, &deadline()).await.unwrap_err();
    assert_eq!(held.failure, SendFailure::TakenForDown { seconds: 1 });
    client.read(&vendor.get(), &deadline()).await.unwrap();
    clock.pass(Duration::from_secs(1));
    let seen = client.read(&gone, &deadline()).await.unwrap_err();
    assert_eq!(seen.failure, SendFailure::NotConnected, "one is sent to see");
}
