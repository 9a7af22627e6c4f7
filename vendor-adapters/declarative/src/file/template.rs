//! Requests with the parts of a door's name to be filled in.

use serde_json::{Map, Value};
use toml::de::DeValue;

use super::complaint::Notes;
use super::section::{Entry, integer};
use crate::door_id::DoorKey;

/// A text with `{part}`s in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(String),
    /// A part, by its number.
    Part(usize),
}

/// JSON with templates for its texts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Body {
    Plain(Value),
    Text(Template),
    List(Vec<Body>),
    Object(Vec<(String, Body)>),
}

impl Template {
    /// Reads a text in which the names of `parts` may stand in braces.
    pub(crate) fn parse(text: &str, parts: &[String]) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, behind)) = after.split_once('}') else {
                return Err("has a { without its }".to_owned());
            };
            let Some(part) = parts.iter().position(|part| part == name) else {
                let known = parts.join(", ");
                return Err(if known.is_empty() {
                    format!("has {{{name}}}, and no part of a door is known here")
                } else {
                    format!("has {{{name}}}, which is no part of a door; the parts are: {known}")
                });
            };
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            pieces.push(Piece::Part(part));
            rest = behind;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        if pieces
            .iter()
            .any(|piece| matches!(piece, Piece::Text(text) if text.contains('}')))
        {
            return Err("has a } without its {".to_owned());
        }
        Ok(Self(pieces))
    }

    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.0
    }

    pub(crate) fn filled(&self, parts: &[String]) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            // A template is only ever filled with the parts of the file that it was read from.
            Piece::Part(part) => parts.get(*part).cloned().unwrap_or_default(),
        };
        self.0.iter().map(piece).collect()
    }

    /// The parts that it names.
    pub(crate) fn parts(&self) -> impl Iterator<Item = usize> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Part(part) => Some(*part),
            Piece::Text(_) => None,
        })
    }
}

impl Body {
    pub(crate) fn read(entry: &Entry<'_>, parts: &[String], notes: &mut Notes<'_>) -> Option<Self> {
        Some(match entry.value {
            DeValue::String(text) => match Template::parse(text, parts) {
                Ok(template) => Self::Text(template),
                Err(problem) => {
                    notes.wrong(&entry.span, format!("`{}` {problem}", entry.name));
                    return None;
                }
            },
            DeValue::Boolean(flag) => Self::Plain(Value::from(*flag)),
            DeValue::Array(array) if array.iter().next().is_none() => Self::List(Vec::new()),
            DeValue::Array(_) => {
                let items = entry.one_or_more(notes);
                let items = items.iter().map(|item| Self::read(item, parts, notes));
                Self::List(items.collect::<Option<_>>()?)
            }
            DeValue::Table(_) => {
                let members = entry.free_keys(notes);
                let members = members
                    .iter()
                    .map(|(key, _, value)| Some(((*key).to_owned(), Self::read(value, parts, notes)?)));
                Self::Object(members.collect::<Option<_>>()?)
            }
            DeValue::Integer(_) => match integer(entry.value) {
                Some(number) => Self::Plain(Value::from(number)),
                None => {
                    entry.no(notes, "a smaller number");
                    return None;
                }
            },
            DeValue::Float(_) | DeValue::Datetime(_) => {
                entry.no(notes, "a text, a whole number, true, false, a list or a table");
                return None;
            }
        })
    }

    pub(crate) fn filled(&self, door: &DoorKey) -> Value {
        match self {
            Self::Plain(value) => value.clone(),
            Self::Text(template) => Value::from(template.filled(door.parts())),
            Self::List(items) => items.iter().map(|item| item.filled(door)).collect(),
            Self::Object(members) => {
                let filled = members
                    .iter()
                    .map(|(key, value)| (key.clone(), value.filled(door)));
                Value::Object(filled.collect::<Map<_, _>>())
            }
        }
    }

    /// The parts that it names.
    pub(crate) fn parts(&self) -> Vec<usize> {
        match self {
            Self::Plain(_) => Vec::new(),
            Self::Text(template) => template.parts().collect(),
            Self::List(items) => items.iter().flat_map(Self::parts).collect(),
            Self::Object(members) => members.iter().flat_map(|(_, value)| value.parts()).collect(),
        }
    }
}
