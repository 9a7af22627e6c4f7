//! From a body that is right to bodies that are wrong in one place. Each comes with the path of that place, as answers name it.

use serde_json::{Value, json};

use crate::wire::MARK;

/// Calls `visit` with each place in `value` and its path, the whole first.
fn places(value: &Value, path: &str, visit: &mut impl FnMut(&str, &str, &Value)) {
    walk(value, path, "", visit);
}

fn walk(value: &Value, path: &str, pointer: &str, visit: &mut impl FnMut(&str, &str, &Value)) {
    visit(path, pointer, value);
    if is_for_itself(path) {
        return;
    }
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                walk(member, &join(path, name), &format!("{pointer}/{name}"), visit);
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                walk(item, &format!("{path}[{at}]"), &format!("{pointer}/{at}"), visit);
            }
        }
        _ => {}
    }
}

/// Whether this is one of many things, and what is wrong inside is told in its own answer.
fn is_for_itself(path: &str) -> bool {
    path.starts_with("questions[")
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// Each object of the body with a field too many. What is one of several kinds (`carriers`) is left alone: its name is a value.
pub(crate) fn unknown_fields(valid: &Value) -> Vec<(String, Value)> {
    let mut bad = Vec::new();
    places(valid, "", &mut |path, pointer, value| {
        if value.is_object() && path != "carriers" && !is_for_itself(path) {
            let mut body = valid.clone();
            body.pointer_mut(pointer).unwrap()["surprise"] = json!(MARK);
            bad.push((join(path, "surprise"), body));
        }
    });
    bad
}

/// The body without one of its fields, which must all be needed.
pub(crate) fn removals(least: &Value) -> Vec<(String, Value)> {
    let mut bad = Vec::new();
    places(least, "", &mut |path, pointer, value| {
        let Value::Object(members) = value else { return };
        if is_for_itself(path) {
            return;
        }
        for name in members.keys() {
            let mut body = least.clone();
            let place = body.pointer_mut(pointer).unwrap();
            place.as_object_mut().unwrap().remove(name);
            bad.push((join(path, name), body));
        }
    });
    bad
}

/// The body with one of its values of another type.
pub(crate) fn wrong_types(full: &Value) -> Vec<(String, Value)> {
    let others = [
        json!(MARK),
        json!(7),
        json!(true),
        json!([MARK]),
        json!({"surprise": MARK}),
    ];
    let kind = |value: &Value| match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    };
    let mut bad = Vec::new();
    places(full, "", &mut |path, pointer, value| {
        if pointer.is_empty() {
            return;
        }
        for other in others.iter().filter(|other| kind(other) != kind(value)) {
            let mut body = full.clone();
            *body.pointer_mut(pointer).unwrap() = other.clone();
            bad.push((path.to_owned(), body));
        }
    });
    bad
}

/// The body with one of its texts empty, far too long, or with characters that no text may have.
pub(crate) fn strange_texts(full: &Value) -> Vec<(String, Value)> {
    let long = MARK.repeat(5_000);
    let strange = [
        "",
        " ",
        "\u{0}Zq7Marker",
        "Zq7Marker\r\nX-Injected: Zq7Marker",
        long.as_str(),
    ];
    let mut bad = Vec::new();
    places(full, "", &mut |path, pointer, value| {
        if value.is_string() {
            for text in strange {
                let mut body = full.clone();
                *body.pointer_mut(pointer).unwrap() = json!(text);
                bad.push((path.to_owned(), body));
            }
        }
    });
    bad
}

/// The body as text with a name twice in its outermost object.
pub(crate) fn duplicated(valid: &Value) -> Vec<u8> {
    let text = valid.to_string();
    let name = match valid.as_object().and_then(|members| members.keys().next()) {
        Some(name) => name.clone(),
        None => return format!("{{\"a\":\"{MARK}\",\"a\":\"{MARK}\"}}").into_bytes(),
    };
    let inner = text.trim_end_matches('}');
    let braces = "}".repeat(text.len() - inner.len() - 1);
    format!("{inner}{braces},\"{name}\":\"{MARK}\"}}").into_bytes()
}
