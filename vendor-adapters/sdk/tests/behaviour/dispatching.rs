//! The one JSON entry: what reaches an adapter, and what is answered without it.

use std::sync::Arc;

use async_trait::async_trait;
use postern_adapter_sdk::{Clock, Dispatch};
use postern_keys::{KeyError, SealContext, Sealed, Sealer};
use proptest::prelude::*;
use secrecy::SecretSlice;
use serde_json::{Value, json};

use crate::fake::{Behaviour, LINK, ask, keys, message, service};
use crate::support::HandClock;

/// Opens what another sealed, and can't seal.
struct BrokenSealer(Arc<dyn Sealer>);

/// A key service that does not answer.
struct SilentSealer;

#[async_trait]
impl Sealer for SilentSealer {
    async fn seal(&self, _: &[u8], _: &SealContext) -> Result<Sealed, KeyError> {
        std::future::pending().await
    }

    async fn open(&self, _: &Sealed, _: &SealContext) -> Result<SecretSlice<u8>, KeyError> {
        std::future::pending().await
    }
}

#[async_trait]
impl Sealer for BrokenSealer {
    async fn seal(&self, _: &[u8], _: &SealContext) -> Result<Sealed, KeyError> {
        Err(KeyError::NoEntropy)
    }

    async fn open(&self, sealed: &Sealed, context: &SealContext) -> Result<SecretSlice<u8>, KeyError> {
        self.0.open(sealed, context).await
    }
}

async fn sealed_password(sealer: &Arc<dyn Sealer>, vendor: &str, link: &str) -> Value {
    let sealed = sealer
        .seal(b"pw-secret", &SealContext::for_link(vendor, link))
        .await
        .unwrap();
    json!({ "link": LINK, "credentials": sealed })
}

fn open_input(mut link: Value) -> Value {
    link["door"] = json!("d1");
    link["command"] = json!("cmd_01ARZ3NDEKTSV4RRFFQ69G5FAV");
    link["expected"] = json!(["closed"]);
    link["code"] = json!("code-secret");
    link
}

#[tokio::test]
async fn credentials_are_sealed_outside_and_opened_for_the_adapter_alone() {
    let (clock, sealer) = (HandClock::new(), keys());
    let service = service(Behaviour::AnswerWithPassword, &sealer, &clock);
    let input = json!({ "link": LINK, "state": "st-1", "redirect_uri": "https://postern.example/" });
    let begun = ask(&service, &message(&clock, "link.begin", &input)).await;
    let session = begun["result"]["ok"]["output"]["session"].clone();
    let input = json!({ "link": LINK, "session": session, "redirect_uri": "https://postern.example/", "code": "c-1" });
    let completed = ask(&service, &message(&clock, "link.complete", &input)).await;
    let mut credentials = completed["result"]["ok"]["output"]["credentials"].clone();
    let input = json!({ "link": LINK, "credentials": credentials });
    let refreshed = ask(&service, &message(&clock, "link.refresh", &input)).await;
    for answered in [&begun, &completed, &refreshed] {
        assert_eq!(answered["request_id"], "req-7");
        assert!(
            !answered.to_string().contains("session of"),
            "in clear: {answered}"
        );
    }
    credentials = refreshed["result"]["ok"]["output"]["credentials"].clone();
    let input = json!({ "link": LINK, "credentials": credentials });
    let seen = ask(&service, &message(&clock, "doors.list", &input)).await;
    // This fake adapter gives its secret away in an error, which shows that it was opened for it.
    assert_eq!(
        seen["result"]["error"]["message"],
        "session of st-1 and c-1, again"
    );
}

#[tokio::test]
async fn credentials_of_another_vendor_or_link_do_not_reach_the_adapter() {
    let (clock, sealer) = (HandClock::new(), keys());
    let service = service(Behaviour::AnswerWithPassword, &sealer, &clock);
    let strangers = [
        sealed_password(&sealer, "other", LINK).await,
        sealed_password(&sealer, "fake", "link_01BX5ZZKBKACTAV9WEVGEMMVRZ").await,
        sealed_password(&keys(), "fake", LINK).await,
        json!({ "link": LINK, "credentials": "not a blob!" }),
    ];
    for input in strangers {
        let refused = ask(&service, &message(&clock, "doors.list", &input)).await;
        assert_eq!(refused["result"]["error"]["kind"], "invalid_request", "{refused}");
        assert_eq!(refused["result"]["error"]["outcome"], "not_executed");
    }
}

#[tokio::test]
async fn what_the_vendor_gave_and_could_not_be_sealed_is_told_as_unknown() {
    let (clock, sealer) = (HandClock::new(), keys());
    let broken: Arc<dyn Sealer> = Arc::new(BrokenSealer(Arc::clone(&sealer)));
    let service = service(Behaviour::AnswerWithPassword, &broken, &clock);
    let input = sealed_password(&sealer, "fake", LINK).await;
    let refused = ask(&service, &message(&clock, "link.refresh", &input)).await;
    assert_eq!(refused["result"]["error"]["kind"], "internal");
    assert_eq!(refused["result"]["error"]["outcome"], "unknown");
}

#[tokio::test]
async fn a_key_service_that_hangs_before_a_command_leaves_it_certainly_unsent() {
    let (clock, silent) = (HandClock::new(), Arc::new(SilentSealer) as Arc<dyn Sealer>);
    let service = service(Behaviour::Panic, &silent, &clock);
    let input = open_input(sealed_password(&keys(), "fake", LINK).await);
    let answered = ask(&service, &message(&clock, "door.open", &input)).await;
    assert_eq!(answered["result"]["error"]["kind"], "timed_out");
    assert_eq!(answered["result"]["error"]["outcome"], "not_executed");
}

#[tokio::test]
async fn a_panic_or_a_hang_is_an_answer_and_leaves_a_command_unknown() {
    let (clock, sealer) = (HandClock::new(), keys());
    let input = open_input(sealed_password(&sealer, "fake", LINK).await);
    for (behaviour, kind) in [(Behaviour::Panic, "internal"), (Behaviour::Hang, "timed_out")] {
        let service = service(behaviour, &sealer, &clock);
        let answered = ask(&service, &message(&clock, "door.open", &input)).await;
        assert_eq!(answered["result"]["error"]["kind"], kind);
        assert_eq!(answered["result"]["error"]["outcome"], "unknown");
        assert!(!answered.to_string().contains("secret"));
    }
    let service = service(Behaviour::Hang, &sealer, &clock);
    let mut read = sealed_password(&sealer, "fake", LINK).await;
    read["door"] = json!("d1");
    let answered = ask(&service, &message(&clock, "door.read", &read)).await;
    assert_eq!(
        answered["result"]["error"]["outcome"], "not_executed",
        "a read changes nothing"
    );
}

#[tokio::test]
async fn a_message_that_breaks_the_contract_is_refused_without_repeating_it() {
    let (clock, sealer) = (HandClock::new(), keys());
    let service = service(Behaviour::Panic, &sealer, &clock);
    let good = message(
        &clock,
        "door.open",
        &open_input(sealed_password(&sealer, "fake", LINK).await),
    );
    let with = |path: &str, value: Value| {
        let mut changed = good.clone();
        *changed.pointer_mut(path).unwrap() = value;
        changed
    };
    let mut without_door = good.clone();
    without_door["call"]["input"]
        .as_object_mut()
        .unwrap()
        .remove("door");
    for (bad, kind) in [
        (with("/contract", json!("2.0")), "invalid_request"),
        (with("/contract", json!("x-secret")), "invalid_request"),
        (with("/call/operation", json!("door.toggle")), "invalid_request"),
        (with("/call/input/link", json!("x-secret")), "invalid_request"),
        (with("/call/input/code", json!(["x-secret"])), "invalid_request"),
        (with("/call/input/expected", json!("x-secret")), "invalid_request"),
        (with("/deadline", json!("x-secret")), "invalid_request"),
        (without_door.clone(), "invalid_request"),
        (with("/deadline", json!(clock.now())), "timed_out"),
        (with("/deadline", json!("2020-01-01T00:00:00Z")), "timed_out"),
    ] {
        let refused = ask(&service, &bad).await;
        assert_eq!(refused["request_id"], "req-7");
        assert_eq!(refused["result"]["error"]["kind"], kind, "{bad}");
        assert_eq!(refused["result"]["error"]["outcome"], "not_executed");
        assert!(!refused.to_string().contains("secret"), "{refused}");
    }
    let told = ask(&service, &without_door).await;
    assert!(
        told["result"]["error"]["message"]
            .as_str()
            .unwrap()
            .ends_with("missing field `door`"),
        "{told}"
    );
}

#[tokio::test]
async fn a_later_minor_version_with_more_in_it_is_understood() {
    let (clock, sealer) = (HandClock::new(), keys());
    let service = service(Behaviour::Panic, &sealer, &clock);
    let mut later = message(&clock, "describe", &json!({ "language": "fr-CA" }));
    later["contract"] = json!("1.9");
    later["priority"] = json!("high");
    assert_eq!(
        ask(&service, &later).await["result"]["ok"]["output"]["vendor"],
        "fake"
    );
}

proptest! {
    #[test]
    fn any_bytes_get_a_reply_that_says_that_nothing_happened(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let service = service(Behaviour::Panic, &keys(), &HandClock::new());
        let reply = runtime.block_on(service.dispatch(&bytes));
        let reply: Value = serde_json::from_slice(&reply).unwrap();
        prop_assert_eq!(&reply["result"]["error"]["kind"], "invalid_request");
        prop_assert_eq!(&reply["result"]["error"]["outcome"], "not_executed");
    }

    #[test]
    fn any_json_in_any_place_gets_a_reply(
        operation in prop::sample::select(vec!["describe", "link.begin", "door.open", "door.close", "events.parse"]),
        text in ".{0,20}", number: i64, flag: bool,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let clock = HandClock::new();
        let service = service(Behaviour::Panic, &keys(), &clock);
        let input = json!({ "link": text, "door": number, "expected": [flag], "state": text, "body": text });
        let bytes = message(&clock, operation, &input).to_string();
        let reply: Value = serde_json::from_slice(&runtime.block_on(service.dispatch(bytes.as_bytes()))).unwrap();
        prop_assert_eq!(&reply["request_id"], "req-7");
        prop_assert_eq!(reply["result"]["ok"].is_object(), operation == "describe");
    }
}
