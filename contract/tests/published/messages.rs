//! The committed messages: what is said to be taken is taken, by the schema and by the reader, and what is said to be refused
//! is refused.

use std::collections::BTreeSet;

use postern_contract::event::LogEntry;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::common;

/// Faults that no JSON Schema can see, because they lie between two fields or in the text itself. The reader alone refuses.
const BEYOND_A_SCHEMA: [(&str, &str); 6] = [
    ("adapter-reply", "a-form-that-asks-twice"),
    ("book-delivery", "the-window-ends-before-it-starts"),
    ("book-delivery", "the-window-is-longer-than-14-hours"),
    ("change-delivery", "the-window-ends-before-it-starts"),
    ("close-door", "driver-named-twice"),
    ("preferences", "hours-against-the-clock"),
];

#[test]
fn every_message_is_taken_by_its_schema_and_comes_back_from_its_reader_unchanged() {
    for message in common::all() {
        let name = message.published.name;
        let files = common::files(&common::folder("messages").join(name));
        assert!(!files.is_empty(), "{name} has no message");
        for (file, bytes) in files {
            let value: Value = serde_json::from_slice(&bytes).unwrap();
            if let Err(fault) = message.schema.validate(&value) {
                panic!(
                    "{name}/{file} against its schema: {fault} at {}",
                    fault.instance_path()
                );
            }
            let back = message
                .published
                .reread(&bytes)
                .unwrap_or_else(|e| panic!("{name}/{file} against its reader: {e}"));
            assert_eq!(back, value, "{name}/{file} does not come back as it was");
        }
    }
}

#[test]
fn every_refused_message_is_refused_by_the_reader_and_by_the_schema_where_it_can_tell() {
    let mut beyond: BTreeSet<(&str, String)> = BTreeSet::new();
    for message in common::all() {
        let name = message.published.name;
        let files = common::files(&common::folder("messages-refused").join(name));
        assert!(!files.is_empty(), "{name} has no refused message");
        for (file, bytes) in files {
            let value: Value = serde_json::from_slice(&bytes).unwrap();
            assert!(
                message.published.reread(&bytes).is_err(),
                "the reader took {name}/{file}"
            );
            if message.schema.is_valid(&value) {
                beyond.insert((name, file));
            }
        }
    }
    let expected = BEYOND_A_SCHEMA.map(|(name, file)| (name, file.to_owned()));
    assert_eq!(beyond, BTreeSet::from(expected), "what the schemas took");
}

#[test]
fn no_folder_of_messages_is_without_a_schema() {
    let published: BTreeSet<_> = common::all()
        .iter()
        .map(|m| m.published.name.to_owned())
        .collect();
    for kind in ["messages", "messages-refused"] {
        let folders: BTreeSet<_> = common::names(&common::folder(kind)).into_iter().collect();
        assert_eq!(folders, published, "the folders of {kind}");
    }
}

#[test]
fn every_adapter_operation_has_a_request_and_an_answer_and_every_kind_of_error_an_example() {
    assert_eq!(
        said("adapter-request", "/call/operation"),
        consts("adapter-request", "/$defs/Call", "/properties/operation")
    );
    assert_eq!(
        said("adapter-reply", "/result/ok/operation"),
        consts("adapter-reply", "/$defs/Answer", "/properties/operation")
    );
    assert_eq!(
        said("adapter-reply", "/result/error/kind"),
        consts("adapter-reply", "/$defs/AdapterErrorKind", "")
    );
}

#[test]
fn every_delivery_event_has_a_log_entry_under_its_own_name() {
    let events = consts("log-entry", "/$defs/DeliveryEvent", "/properties/type");
    assert_eq!(said("log-entry", "/event/type"), events);
    for (file, bytes) in common::files(&common::folder("messages/log-entry")) {
        let entry: LogEntry = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(entry.event.name(), file);
    }
}

#[test]
fn every_log_entry_has_the_hash_that_the_contract_describes() {
    for (file, bytes) in common::files(&common::folder("messages/log-entry")) {
        let entry: LogEntry = serde_json::from_slice(&bytes).unwrap();
        if let Some(commitment) = entry.commitment.as_ref().filter(|it| it.salt.is_some()) {
            let whole = serde_json::json!({ "event": entry.event, "salt": commitment.salt });
            let canonical = serde_json_canonicalizer::to_vec(&whole).unwrap();
            assert_eq!(
                commitment.digest,
                hex::encode(Sha256::digest(canonical)),
                "{file}"
            );
        }
        let mut entry = serde_json::to_value(entry.shared()).unwrap();
        let hash = entry.as_object_mut().unwrap().remove("hash").unwrap();
        let canonical = serde_json_canonicalizer::to_vec(&entry).unwrap();
        assert_eq!(hash, hex::encode(Sha256::digest(canonical)), "{file}");
    }
}

#[test]
fn no_event_that_is_shared_tells_when_a_door_last_moved_how_a_battery_does_or_why_a_household_changed_its_mind()
 {
    let mut left_out = BTreeSet::new();
    for (file, bytes) in common::files(&common::folder("messages/log-entry")) {
        let mut value: Value = serde_json::from_slice(&bytes).unwrap();
        // Every reading, with all that a vendor may tell.
        if let Some(reading) = value.pointer_mut("/event/reading") {
            reading["changed_at"] = "2026-11-24T07:42:00Z".into();
            reading["battery"] = serde_json::json!({ "percent": 9, "low": true });
        }
        let entry: LogEntry = serde_json::from_value(value).unwrap();
        let shared = serde_json::to_string(&entry.event.shared()).unwrap();
        for private in [
            "changed_at",
            "battery",
            "disabled",
            "refused",
            "unlinked",
            "door_changed",
            "door_transferred",
        ] {
            assert!(!shared.contains(private), "{file} tells {private}: {shared}");
        }
        assert_eq!(entry.event.shared(), entry.event.shared().shared(), "{file}");
        if entry.event.shared() != entry.event {
            left_out.insert(file);
        }
    }
    let expected = [
        "close_stopped",
        "closed",
        "moved_unordered",
        "not_opened",
        "opened",
        "revoked",
        "still_closed",
    ];
    assert_eq!(
        left_out,
        expected.map(str::to_owned).into(),
        "the messages with something private in them"
    );
}

/// What the messages of one kind hold at `pointer`.
fn said(name: &str, pointer: &str) -> BTreeSet<String> {
    common::files(&common::folder("messages").join(name))
        .iter()
        .filter_map(|(_, bytes)| {
            let value: Value = serde_json::from_slice(bytes).unwrap();
            Some(value.pointer(pointer)?.as_str()?.to_owned())
        })
        .collect()
}

/// The words that tell the alternatives of one definition apart, as its schema lists them.
fn consts(name: &str, definition: &str, tag: &str) -> BTreeSet<String> {
    let all = common::all();
    let message = all.iter().find(|m| m.published.name == name).unwrap();
    let alternatives = message
        .published
        .schema
        .as_value()
        .pointer(&format!("{definition}/oneOf"));
    let words: BTreeSet<_> = alternatives
        .and_then(Value::as_array)
        .unwrap()
        .iter()
        .map(|one| {
            one.pointer(&format!("{tag}/const"))
                .and_then(Value::as_str)
                .unwrap()
                .to_owned()
        })
        .collect();
    assert!(words.len() > 1, "{definition} of {name} lists no alternatives");
    words
}
