//! Nothing that arrives makes a reader panic, and reader and schema judge a spoiled message alike.

use std::sync::LazyLock;

use proptest::{prelude::*, sample::Index};
use serde_json::{Value, json};

use crate::common;

/// Every committed message with the place of its kind in [`ALL`].
static MESSAGES: LazyLock<Vec<(usize, Vec<u8>)>> = LazyLock::new(|| {
    let of = |(kind, message): (usize, &common::Checked)| {
        let folder = common::folder("messages").join(message.published.name);
        common::files(&folder)
            .into_iter()
            .map(move |(_, bytes)| (kind, bytes))
    };
    ALL.iter().enumerate().flat_map(of).collect()
});

static ALL: LazyLock<Vec<common::Checked>> = LazyLock::new(common::all);

/// Values that stand where others are meant. No lists: serde takes the fields of a struct as a list too.
fn intruder() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        // Never whole: to JSON Schema 5.0 is an integer, to the reader it is not.
        any::<i32>().prop_map(|n| Value::from(f64::from(n) + 0.5)),
        ".{0,80}".prop_map(Value::from),
        "[a-z_]{1,12}".prop_map(Value::from),
        Just(json!({})),
    ]
}

/// A way to spoil a message at one of its places.
#[derive(Debug, Clone)]
enum Spoiling {
    Replace(Value),
    Remove,
    Add(String, Value),
}

fn spoiling() -> impl Strategy<Value = Spoiling> {
    prop_oneof![
        intruder().prop_map(Spoiling::Replace),
        Just(Spoiling::Remove),
        ("[a-z_]{1,8}", intruder()).prop_map(|(name, value)| Spoiling::Add(name, value)),
    ]
}

/// The JSON pointers of everything in a value, itself included.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(fields) => fields
            .iter()
            .for_each(|(name, field)| places(field, &format!("{at}/{name}"), found)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(i, item)| places(item, &format!("{at}/{i}"), found)),
        _ => {}
    }
}

fn spoil(value: &mut Value, place: &str, spoiling: Spoiling) {
    match spoiling {
        Spoiling::Replace(with) => *value.pointer_mut(place).unwrap() = with,
        Spoiling::Remove => {
            let Some((parent, last)) = place.rsplit_once('/') else {
                return;
            };
            match value.pointer_mut(parent).unwrap() {
                Value::Object(fields) => drop(fields.remove(last)),
                Value::Array(items) => drop(items.remove(last.parse().unwrap())),
                _ => {}
            }
        }
        Spoiling::Add(name, with) => {
            if let Some(Value::Object(fields)) = value.pointer_mut(place) {
                fields.insert(name, with);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        for message in ALL.iter() {
            let _ = message.published.reread(&bytes);
        }
    }

    #[test]
    fn no_damage_to_the_bytes_of_a_message_makes_its_reader_panic(
        which: Index, at: Index, with in prop::collection::vec(any::<u8>(), 0..6), cut in 0_usize..6,
    ) {
        let (kind, mut bytes) = MESSAGES[which.index(MESSAGES.len())].clone();
        let start = at.index(bytes.len());
        let end = (start + cut).min(bytes.len());
        bytes.splice(start..end, with);
        if let Ok(value) = ALL[kind].published.reread(&bytes) {
            prop_assert!(ALL[kind].published.reread(value.to_string().as_bytes()).is_ok(), "{}", value);
        }
    }

    #[test]
    fn reader_and_schema_judge_a_spoiled_message_alike(which: Index, place: Index, spoiling in spoiling()) {
        let (kind, bytes) = &MESSAGES[which.index(MESSAGES.len())];
        let mut value: Value = serde_json::from_slice(bytes).unwrap();
        let mut all = Vec::new();
        places(&value, "", &mut all);
        let place = place.get(&all);
        spoil(&mut value, place, spoiling);
        let message = &ALL[*kind];
        let read = message.published.reread(value.to_string().as_bytes());
        let valid = message.schema.is_valid(&value);
        prop_assert_eq!(
            read.is_ok(), valid,
            "{} at {:?}: {} reader: {:?}", message.published.name, place, value, read.err()
        );
    }
}
