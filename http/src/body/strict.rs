//! Reading JSON strictly: each name once in an object, nothing after the end, and a canonical form to
//! compare by.
//!
//! `serde_json` keeps the last of two equal names, and another parser may keep the first: two readers of one
//! body would then disagree on what was asked (RFC 8259, 4). So a repeated name is refused.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::{Map, Number, Value};

use crate::Words;

/// Why a body is not JSON that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotJson {
    kind: Kind,
    line: usize,
    column: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Utf8,
    Ended,
    Syntax,
    Repeated,
    Trailing,
}

impl NotJson {
    /// The reason in words; of the body it tells a place and nothing else.
    pub(crate) fn words(self) -> Words {
        let (english, french) = match self.kind {
            Kind::Utf8 => return Words::new("it is not UTF-8", "il n’est pas en UTF-8"),
            Kind::Ended => ("it ends too early", "il se termine trop tôt"),
            Kind::Syntax => ("the syntax is wrong", "la syntaxe est fautive"),
            Kind::Repeated => (
                "a name is given twice in an object",
                "un nom est donné deux fois dans un objet",
            ),
            Kind::Trailing => ("something follows the end", "quelque chose suit la fin"),
        };
        let Self { line, column, .. } = self;
        Words::new(
            format!("{english}, at line {line}, column {column}"),
            format!("{french}, à la ligne {line}, colonne {column}"),
        )
    }
}

/// Parses one JSON document.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, NotJson> {
    let text = std::str::from_utf8(bytes).map_err(|_| NotJson {
        kind: Kind::Utf8,
        line: 0,
        column: 0,
    })?;
    let repeated = Cell::new(false);
    let mut json = serde_json::Deserializer::from_str(text);
    let place = |kind, error: &serde_json::Error| NotJson {
        kind,
        line: error.line(),
        column: error.column(),
    };
    let value = Once(&repeated).deserialize(&mut json).map_err(|error| {
        let kind = match error.classify() {
            Category::Eof => Kind::Ended,
            _ if repeated.get() => Kind::Repeated,
            _ => Kind::Syntax,
        };
        place(kind, &error)
    })?;
    json.end().map_err(|error| place(Kind::Trailing, &error))?;
    Ok(value)
}

/// One way to write a value: names sorted, no space. Numbers stay as they were read (`1` and `1.0` differ).
pub(crate) fn canonical(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(item, out);
            }
            out.push(b']');
        }
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort_unstable();
            out.push(b'{');
            for (index, name) in names.into_iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                out.extend_from_slice(Value::from(name.as_str()).to_string().as_bytes());
                out.push(b':');
                write(&members[name], out);
            }
            out.push(b'}');
        }
        scalar => out.extend_from_slice(scalar.to_string().as_bytes()),
    }
}

/// Reads a value in which no object has a name twice; tells through the cell when that is why it failed.
#[derive(Clone, Copy)]
struct Once<'a>(&'a Cell<bool>);

impl<'de> DeserializeSeed<'de> for Once<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Once<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if map.contains_key(&name) {
                self.0.set(true);
                return Err(A::Error::custom("a name is given twice"));
            }
            let value = members.next_value_seed(self)?;
            map.insert(name, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;
    use proptest::prelude::*;

    fn reason(body: &[u8]) -> String {
        parse(body)
            .unwrap_err()
            .words()
            .text(Language::English)
            .to_owned()
    }

    #[test]
    fn what_is_not_one_json_document_is_refused_with_its_place() {
        assert_eq!(reason(b""), "it ends too early, at line 1, column 0");
        assert_eq!(reason(br#"{"a":"#), "it ends too early, at line 1, column 5");
        assert_eq!(
            reason(br#"{"a": nope}"#),
            "the syntax is wrong, at line 1, column 8"
        );
        assert_eq!(reason(b"{} {}"), "something follows the end, at line 1, column 4");
        assert_eq!(reason(b"\xff"), "it is not UTF-8");
        assert!(reason(br#"{"a":1,"a":2}"#).starts_with("a name is given twice"));
        assert!(reason(br#"[{"b":{"a":1,"\u0061":2}}]"#).starts_with("a name is given twice"));
        assert!(reason("[".repeat(500).as_bytes()).starts_with("the syntax is wrong"));
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                prop::collection::btree_map(".{0,6}", inner, 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_bytes_upset_it(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(value) = parse(&bytes) {
                prop_assert_eq!(&serde_json::from_slice::<Value>(&bytes).unwrap(), &value);
            }
        }

        #[test]
        fn the_canonical_form_reads_back_and_does_not_depend_on_spacing(value in json()) {
            let compact = canonical(&value);
            prop_assert_eq!(&parse(&compact).unwrap(), &value);
            let pretty = serde_json::to_vec_pretty(&value).unwrap();
            prop_assert_eq!(canonical(&parse(&pretty).unwrap()), compact);
        }
    }
}
