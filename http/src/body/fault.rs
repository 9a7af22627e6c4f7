//! Turning serde's message into a refusal that names the field, says what it must be, and repeats no value.
//!
//! serde tells what went wrong as text only, and the text quotes the value: `invalid type: string "…",
//! expected u32`. So the text is taken apart: names of known fields and what was expected come from our
//! types; the value is dropped. A type's own message (`Error::custom`) may quote a value too, so it is
//! passed on only when it begins with `expected `, by which its writer says that it quotes none.

use serde_json::Value;

use crate::problem::wire::{INVALID_FIELD, INVALID_QUERY, UNKNOWN_FIELD};
use crate::{Problem, Words};

/// Paths longer than this are cut: a path can hold names that the caller chose.
const PATH_CHARS_MAX: usize = 120;

/// What a serde message says, without the value.
#[derive(Debug, PartialEq, Eq)]
enum Fault {
    Unknown { name: String, known: Vec<String> },
    Missing { name: String },
    Invalid { name: String, expected: Words },
}

/// The refusal of a body: `path` is where serde was, `message` what it said.
pub(crate) fn in_body(path: &str, message: &str) -> Problem {
    match read(message) {
        Fault::Unknown { name, known } => {
            let field = join(path, &name);
            Problem::new(&UNKNOWN_FIELD)
                .with("field", field.clone())
                .member("field", field)
                .member("known_fields", Value::from(known))
        }
        Fault::Missing { name } => invalid(Problem::new(&INVALID_FIELD), join(path, &name), present()),
        Fault::Invalid { name, expected } => {
            invalid(Problem::new(&INVALID_FIELD), join(path, &name), expected)
        }
    }
}

/// The refusal of a body that is JSON and no object. (A derived struct would read a list as its fields in
/// order.)
pub(crate) fn no_object() -> Problem {
    invalid(Problem::new(&INVALID_FIELD), join("", ""), expectation("a map"))
}

/// The refusal of a query.
pub(crate) fn in_query(path: &str, message: &str) -> Problem {
    let problem = Problem::new(&INVALID_QUERY);
    match read(message) {
        Fault::Unknown { name, known } => {
            let out = Words::new(
                "left out: this call does not know it",
                "retiré : cet appel ne le connaît pas",
            );
            invalid(problem, join(path, &name), out).member("known_fields", Value::from(known))
        }
        Fault::Missing { name } => invalid(problem, join(path, &name), present()),
        Fault::Invalid { name, expected } => invalid(problem, join(path, &name), expected),
    }
}

fn invalid(problem: Problem, field: String, expected: Words) -> Problem {
    problem
        .with("field", field.clone())
        .with("expected", expected)
        .member("field", field)
}

fn present() -> Words {
    Words::new("present", "présent")
}

fn join(path: &str, name: &str) -> String {
    let path = if path == "." { "" } else { path };
    let whole = match (path, name) {
        ("", "") => "(body)".to_owned(),
        ("", name) => name.to_owned(),
        (path, "") => path.to_owned(),
        // serde_path_to_error has the name in the path already when the fault came after the name was read.
        (path, name) if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        (path, name) => format!("{path}.{name}"),
    };
    whole
        .chars()
        .filter(|c| !c.is_control())
        .take(PATH_CHARS_MAX)
        .collect()
}

fn read(message: &str) -> Fault {
    // serde_json ends its messages with the place; from_value and urlencoded don't.
    let message = match message.rfind(" at line ") {
        Some(end) if message[end..].contains(" column ") => &message[..end],
        _ => message,
    };
    if let Some(rest) = message.strip_prefix("unknown field `") {
        let (name, known) = rest
            .rsplit_once("`, expected ")
            .or_else(|| rest.rsplit_once("`, there are no fields"))
            .unwrap_or((rest, ""));
        return Fault::Unknown {
            name: name.to_owned(),
            known: quoted(known),
        };
    }
    if let Some(rest) = message.strip_prefix("missing field `") {
        return Fault::Missing {
            name: rest.trim_end_matches('`').to_owned(),
        };
    }
    if let Some(rest) = message.strip_prefix("duplicate field `") {
        let name = rest.trim_end_matches('`').to_owned();
        return Fault::Invalid {
            name,
            expected: Words::new("given once", "donné une seule fois"),
        };
    }
    if let Some(own) = message.strip_prefix("expected ") {
        return Fault::Invalid {
            name: String::new(),
            expected: expectation(own),
        };
    }
    let structured = [
        "invalid type: ",
        "invalid value: ",
        "invalid length ",
        "unknown variant `",
    ];
    let expected = structured
        .iter()
        .find(|start| message.starts_with(**start))
        .and_then(|_| message.rsplit_once(", expected "))
        .map_or_else(
            || {
                if message.contains("digit") || message.contains("number too") {
                    // What the integers' own FromStr says, in a query.
                    expectation("u64")
                } else {
                    Words::new("a valid value", "une valeur valable")
                }
            },
            |(_, expected)| expectation(expected),
        );
    Fault::Invalid {
        name: String::new(),
        expected,
    }
}

/// The names in backquotes.
fn quoted(list: &str) -> Vec<String> {
    list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// What serde calls the expected thing, in words for people. Text of our own types passes as it is.
fn expectation(serde: &str) -> Words {
    let integers = [
        "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize",
    ];
    if integers.contains(&serde) {
        return Words::new(
            "a whole number in range",
            "un nombre entier dans les limites permises",
        );
    }
    let same_start = |starts: &[&str]| starts.iter().any(|start| serde.starts_with(start));
    match serde {
        "a string" | "string" | "str" | "a borrowed string" => Words::new("a text", "un texte"),
        "a boolean" | "bool" => Words::new("true or false", "true ou false"),
        "f32" | "f64" => Words::new("a number", "un nombre"),
        "a character" => Words::new("one character", "un seul caractère"),
        "a sequence" | "array" => Words::new("a list", "une liste"),
        "a map" | "map" => Words::new("an object", "un objet"),
        "unit" | "null" => Words::new("null", "null"),
        _ if same_start(&["struct ", "internally tagged enum ", "adjacently tagged enum "]) => {
            Words::new("an object", "un objet")
        }
        _ if same_start(&["one of `"]) || serde.starts_with('`') => {
            let names = quoted(serde).join(", ");
            Words::new(format!("one of: {names}"), format!("l’une des valeurs : {names}"))
        }
        _ if same_start(&["enum ", "variant ", "tuple ", "newtype "]) => {
            Words::new("a valid value", "une valeur valable")
        }
        other => Words::from(other.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;
    use proptest::prelude::*;

    #[test]
    fn messages_are_taken_apart_and_values_dropped() {
        let cases = [
            (
                "invalid type: string \"secret, expected u8\", expected u32",
                "a whole number in range",
            ),
            (
                "invalid value: integer `-5`, expected u8 at line 1 column 3",
                "a whole number in range",
            ),
            (
                "unknown variant `secret`, expected `open` or `closed`",
                "one of: open, closed",
            ),
            (
                "unknown variant `secret`, expected one of `a`, `b`, `c`",
                "one of: a, b, c",
            ),
            ("invalid type: map, expected a string", "a text"),
            ("secret is not a postal code", "a valid value"),
            ("expected a postal code", "a postal code"),
            ("invalid digit found in string", "a whole number in range"),
        ];
        for (message, expected) in cases {
            let detail = in_body("a.b", message).detail(Language::English);
            assert_eq!(detail, format!("The field a.b must be {expected}."), "{message}");
        }
    }

    proptest! {
        #[test]
        fn no_message_upsets_it_and_no_value_comes_back(value in "\\PC{0,40}", path in "\\PC{0,200}") {
            in_query(&path, &value);
            let marked = format!("invalid type: string \"{value}SECRET{value}\", expected u8");
            let detail = in_body("x", &marked).detail(Language::English);
            prop_assert!(!detail.contains("SECRET"), "{}", detail);
        }
    }
}
