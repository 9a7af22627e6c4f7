//! What is not certainly closed is never shown as closed, whatever a file says and a vendor answers.

use std::sync::Arc;

use jiff::Timestamp;
use postern_adapter_declarative::{DeclarativeAdapter, Settings, VendorFile};
use postern_adapter_sdk::{ClientOptions, Clock, DeadlineClient, OAuthAdapter, TakesOrders};
use postern_contract::door::{DoorReading, DoorState};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::stand::{Noon, Played, call, tokens};

/// Words that a vendor may have, as TOML has them too.
const WORDS: [&str; 12] = [
    "\"up\"",
    "\"down\"",
    "\"moving\"",
    "\"Down\"",
    "\"closed\"",
    "\"CLOSED\"",
    "\"closing\"",
    "\"1\"",
    "0",
    "1",
    "true",
    "false",
];

/// What a vendor may say beside words.
const OTHERS: [&str; 7] = ["null", "\"\"", "2", "1.0", "[]", "{}", "[\"down\"]"];

/// A file's choices that bear on how a door is shown.
#[derive(Clone, Debug)]
struct Choices {
    open: Vec<&'static str>,
    closed: Vec<&'static str>,
    stopped: Vec<&'static str>,
    online: Vec<&'static str>,
    offline: Option<Vec<&'static str>>,
    silence: Option<u32>,
}

fn words(most: usize) -> impl Strategy<Value = Vec<&'static str>> {
    prop::sample::subsequence(WORDS.to_vec(), 1..=most)
}

fn choices() -> impl Strategy<Value = Choices> {
    (
        words(2),
        words(3),
        words(2),
        words(4),
        prop::option::of(words(2)),
        prop::option::of(1_u32..4_000),
    )
        .prop_map(|(open, closed, stopped, online, offline, silence)| Choices {
            open,
            closed,
            stopped,
            online,
            offline,
            silence,
        })
}

fn said() -> impl Strategy<Value = Value> {
    let all: Vec<&str> = WORDS.iter().chain(&OTHERS).copied().collect();
    prop::sample::select(all).prop_map(|json| serde_json::from_str(json).unwrap())
}

/// What a vendor says of a door: two spellings of its state, its connection, and how many seconds ago it was heard.
fn door() -> impl Strategy<Value = Value> {
    let second = prop::option::of(said());
    (
        said(),
        second,
        prop::option::of(said()),
        prop::option::of(-400_i64..8_000),
    )
        .prop_map(|(state, other, link, ago)| {
            let mut door = json!({ "id": "d1", "state": state });
            if let Some(other) = other {
                door["doorState"] = other;
            }
            if let Some(link) = link {
                door["link"] = link;
            }
            if let Some(ago) = ago {
                door["heard"] = json!(Noon.now().as_second() - ago);
            }
            door
        })
}

fn file(choices: &Choices) -> String {
    let list = |words: &[&str]| format!("[{}]", words.join(", "));
    let heard = choices.silence.map_or_else(
        || "when_read = \"nobody tells it, and this is a test\"".to_owned(),
        |silence| format!("at = \"heard\"\nas = \"unix_seconds\"\nstale_after_seconds = {silence}"),
    );
    let no = choices
        .offline
        .as_ref()
        .map_or_else(String::new, |no| format!("no = {}", list(no)));
    format!(
        r#"
vendor = "acme"
name = "Acme"
base_url = "https://acme.example"
reading_lag_seconds = 1
poll_interval_ms = 1000
[oauth]
authorize_url = "https://acme.example/login"
token_path = "token"
client_id = "postern"
client_auth = "body"
[door]
reference = "{{door}}"
parts = {{ door = "id" }}
[list]
path = "doors"
doors = "*"
[read]
path = "doors/{{door}}"
[open]
method = "POST"
path = "doors/{{door}}/open"
[close]
method = "POST"
path = "doors/{{door}}/close"
[state]
at = ["state", "doorState"]
open = {}
closed = {}
stopped = {}
[online]
at = "link"
yes = {}
{no}
[heard]
{heard}
"#,
        list(&choices.open),
        list(&choices.closed),
        list(&choices.stopped),
        list(&choices.online),
    )
}

/// Whether somebody who reads the file would call the door closed.
fn is_certainly_closed(choices: &Choices, door: &Value) -> bool {
    let means = |value: &Value, words: &[&str]| {
        words
            .iter()
            .any(|word| serde_json::from_str::<Value>(word).unwrap() == *value)
    };
    let spellings: Vec<_> = ["state", "doorState"]
        .iter()
        .filter_map(|key| door.get(*key).filter(|value| !value.is_null()))
        .collect();
    let closed = !spellings.is_empty() && spellings.iter().all(|value| means(value, &choices.closed));
    let agreed = spellings.windows(2).all(|pair| pair[0] == pair[1]);
    let online = door.get("link").is_some_and(|link| means(link, &choices.online));
    let heard = choices.silence.is_none_or(|silence| {
        let heard = door["heard"].as_i64();
        heard.is_some_and(|heard| (-30..=i64::from(silence)).contains(&(Noon.now().as_second() - heard)))
    });
    closed && agreed && online && heard
}

async fn readings(file: &VendorFile, door: &Value) -> Vec<DoorReading> {
    let vendor = Arc::new(Played::default());
    vendor.answers(200, door.clone());
    vendor.answers(200, json!([door]));
    let http = DeadlineClient::in_process(vendor, ClientOptions::default());
    let adapter = DeclarativeAdapter::over(file, &Settings::default(), http).unwrap();
    let looked = adapter.look(&call(), &tokens(), &"d1".parse().unwrap()).await;
    let mut seen: Vec<_> = looked.into_iter().map(|(_, reading)| reading).collect();
    let listed = adapter.list(&call(), &tokens()).await.unwrap();
    seen.extend(listed.doors.into_iter().map(|door| door.reading));
    seen
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_loads_shows_a_door_closed_only_where_nothing_speaks_against_it(choices in choices(), doors in prop::collection::vec(door(), 8)) {
        let text = file(&choices);
        let Ok(file) = VendorFile::read("acme.toml", &text) else {
            // One word for two states, or one that can't mean closed: it never runs.
            let twice = choices.closed.iter().any(|word| choices.open.contains(word) || choices.stopped.contains(word))
                || choices.open.iter().any(|word| choices.stopped.contains(word))
                || choices.offline.iter().flatten().any(|word| choices.online.contains(word));
            prop_assert!(twice || choices.closed.contains(&"\"closing\""), "{text}");
            return Ok(());
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        for door in doors {
            let certain = is_certainly_closed(&choices, &door);
            for seen in runtime.block_on(readings(&file, &door)) {
                prop_assert_eq!(seen.shown_state() == DoorState::Closed, certain, "{} by {}", door, text);
                prop_assert_eq!(seen.proves_closed_after(Timestamp::UNIX_EPOCH), certain, "{} by {}", door, text);
            }
        }
    }
}
