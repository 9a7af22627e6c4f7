//! What is said of a door: where it stands, and which of a vendor's words mean what.

use serde_json::Value;
use toml::de::DeValue;

use super::complaint::Notes;
use super::section::{Entry, Section, integer};
use super::way::Way;

/// One or more places where a vendor says the same thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field(Vec<Way>);

/// What a vendor says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Told<'v> {
    /// Nothing.
    Nothing,
    /// Different things in different places.
    Torn,
    /// This.
    Is(&'v Value),
}

/// A word of a vendor: a text, a whole number, or true or false. `1` and `"1"` are two words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    Text(String),
    Number(i64),
    Flag(bool),
}

/// A field, and the words in it that mean yes and no.
#[derive(Clone, Debug)]
pub(crate) struct Sign {
    pub(crate) field: Field,
    yes: Vec<Word>,
    no: Option<Vec<Word>>,
}

impl Field {
    pub(crate) fn read(entry: &Entry<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        let items = entry.one_or_more(notes);
        let mut ways = Vec::new();
        for item in &items {
            match Way::parse(item.text(notes)?) {
                Ok(way) => ways.push(way),
                Err(problem) => {
                    notes.wrong(&item.span, format!("`{}` {problem}", item.name));
                    return None;
                }
            }
        }
        (!ways.is_empty()).then_some(Self(ways))
    }

    /// What is said. A list or an object is no word, and counts as something else than any other.
    pub(crate) fn told<'v>(&self, door: &[&'v Value]) -> Told<'v> {
        let mut said = self.0.iter().filter_map(|way| way.follow(door));
        let Some(first) = said.next() else {
            return Told::Nothing;
        };
        if said.all(|other| other == first) {
            Told::Is(first)
        } else {
            Told::Torn
        }
    }

    /// The text that is said, if it is one.
    pub(crate) fn text<'v>(&self, door: &[&'v Value]) -> Option<&'v str> {
        match self.told(door) {
            Told::Is(value) => value.as_str(),
            Told::Nothing | Told::Torn => None,
        }
    }

    /// Whether one of its places can be reached from a door that lies `depth` steps below the top of its answer.
    pub(crate) fn is_within(&self, depth: usize) -> bool {
        self.0.iter().any(|way| way.up() <= depth)
    }

    /// The same for all of them.
    pub(crate) fn is_all_within(&self, depth: usize) -> bool {
        self.0.iter().all(|way| way.up() <= depth)
    }
}

impl Word {
    pub(crate) fn read(entry: &Entry<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        let word = match entry.value {
            DeValue::String(text) => Some(Self::Text(text.clone().into_owned())),
            DeValue::Boolean(flag) => Some(Self::Flag(*flag)),
            value => integer(value).map(Self::Number),
        };
        if word.is_none() {
            entry.no(notes, "a text, a whole number, true or false");
        }
        word
    }

    pub(crate) fn read_all(entry: &Entry<'_>, notes: &mut Notes<'_>) -> Vec<Self> {
        let items = entry.one_or_more(notes);
        items.iter().filter_map(|item| Self::read(item, notes)).collect()
    }

    pub(crate) fn is(&self, value: &Value) -> bool {
        match self {
            Self::Text(text) => value.as_str() == Some(text),
            Self::Number(number) => value.as_i64() == Some(*number),
            Self::Flag(flag) => value.as_bool() == Some(*flag),
        }
    }
}

impl std::fmt::Display for Word {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Number(number) => number.fmt(f),
            Self::Flag(flag) => flag.fmt(f),
        }
    }
}

impl Sign {
    /// Reads `at`, `yes` and, where it is given, `no`. Without `no` every other word means no.
    pub(crate) fn read(section: &mut Section<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        let at = section.need(notes, "at", "where the vendor says it");
        let yes = section.need(notes, "yes", "the words that mean yes");
        let no = section.take("no");
        let field = at.and_then(|at| Field::read(&at, notes));
        let yes = Word::read_all(&yes?, notes);
        let no_words = no.as_ref().map(|no| Word::read_all(no, notes));
        if let Some((no, words)) = no.as_ref().zip(no_words.as_ref())
            && let Some(both) = words.iter().find(|word| yes.contains(word))
        {
            notes.wrong(
                &no.span,
                format!("{both} can't mean both yes and no in {}", section.title()),
            );
        }
        let field = field?;
        Some(Self {
            field,
            yes,
            no: no_words,
        })
    }

    /// Yes, no, or nobody knows.
    pub(crate) fn says(&self, door: &[&Value]) -> Option<bool> {
        let Told::Is(value) = self.field.told(door) else {
            return None;
        };
        if self.yes.iter().any(|word| word.is(value)) {
            return Some(true);
        }
        match &self.no {
            None => Some(false),
            Some(no) => no.iter().any(|word| word.is(value)).then_some(false),
        }
    }
}
