//! Walking through a file's tables, so that every value keeps its place and no key goes unread.

use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::complaint::Notes;

/// A table whose keys are known beforehand.
#[derive(Debug)]
pub(crate) struct Section<'d> {
    name: String,
    span: Range<usize>,
    table: &'d DeTable<'d>,
    known: Vec<&'static str>,
}

/// A key with its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry<'d> {
    /// The keys that lead to it, with dots between.
    pub(crate) name: String,
    /// Where its value stands.
    pub(crate) span: Range<usize>,
    pub(crate) value: &'d DeValue<'d>,
}

impl<'d> Section<'d> {
    /// The whole file.
    pub(crate) fn whole(table: &'d DeTable<'d>) -> Self {
        Self {
            name: String::new(),
            span: 0..0,
            table,
            known: Vec::new(),
        }
    }

    /// Where it begins.
    pub(crate) fn span(&self) -> &Range<usize> {
        &self.span
    }

    /// What a message calls it.
    pub(crate) fn title(&self) -> String {
        if self.name.is_empty() {
            "the file".to_owned()
        } else {
            format!("[{}]", self.name)
        }
    }

    /// The value of a key that may be there.
    pub(crate) fn take(&mut self, key: &'static str) -> Option<Entry<'d>> {
        self.known.push(key);
        let (_, value) = self.table.iter().find(|(name, _)| name.get_ref() == key)?;
        Some(self.entry(key, value))
    }

    /// The value of a key that must be there; `what` says what it is.
    pub(crate) fn need(&mut self, notes: &mut Notes<'_>, key: &'static str, what: &str) -> Option<Entry<'d>> {
        let found = self.take(key);
        if found.is_none() {
            let title = self.title();
            notes.wrong(&self.span, format!("{title} needs `{key}`: {what}"));
        }
        found
    }

    /// The table under a key that must be there.
    pub(crate) fn need_section(
        &mut self,
        notes: &mut Notes<'_>,
        key: &'static str,
        what: &str,
    ) -> Option<Section<'d>> {
        self.need(notes, key, what)?.section(notes)
    }

    /// Whether a key is there, without reading it.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.iter().any(|(name, _)| name.get_ref() == key)
    }

    /// Complains of every key that nobody took.
    pub(crate) fn finish(self, notes: &mut Notes<'_>) {
        for (key, _) in self.table {
            if !self.known.contains(&key.get_ref().as_ref()) {
                let (title, keys) = (self.title(), self.known.join(", "));
                let key_text = key.get_ref();
                notes.wrong(
                    &key.span(),
                    format!("`{key_text}` is not a key of {title}; its keys are: {keys}"),
                );
            }
        }
    }

    fn entry(&self, key: &str, value: &'d Spanned<DeValue<'d>>) -> Entry<'d> {
        let name = if self.name.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.name)
        };
        Entry {
            name,
            span: value.span(),
            value: value.get_ref(),
        }
    }
}

impl<'d> Entry<'d> {
    /// Its value as a table whose keys are known.
    pub(crate) fn section(&self, notes: &mut Notes<'_>) -> Option<Section<'d>> {
        let table = self.value.as_table();
        if table.is_none() {
            self.no(notes, "a table");
        }
        Some(Section {
            name: self.name.clone(),
            span: self.span.clone(),
            table: table?,
            known: Vec::new(),
        })
    }

    /// Its value as a table with keys of the writer's choice: each with its own place.
    pub(crate) fn free_keys(&self, notes: &mut Notes<'_>) -> Vec<(&'d str, Range<usize>, Entry<'d>)> {
        let Some(section) = self.section(notes) else {
            return Vec::new();
        };
        let keys = section.table.iter();
        keys.map(|(key, value)| {
            let text: &'d str = key.get_ref();
            (text, key.span(), section.entry(text, value))
        })
        .collect()
    }

    /// Its values, one or an array of several.
    pub(crate) fn one_or_more(&self, notes: &mut Notes<'_>) -> Vec<Entry<'d>> {
        let Some(array) = self.value.as_array() else {
            return vec![self.clone()];
        };
        if array.iter().next().is_none() {
            notes.wrong(
                &self.span,
                format!("`{}` is empty: leave it out, or fill it", self.name),
            );
        }
        let items = array.iter().map(|item| Entry {
            name: self.name.clone(),
            span: item.span(),
            value: item.get_ref(),
        });
        items.collect()
    }

    /// Its value as a text that is not empty.
    pub(crate) fn text(&self, notes: &mut Notes<'_>) -> Option<&'d str> {
        let text = self.value.as_str().filter(|text| !text.is_empty());
        if text.is_none() {
            self.no(notes, "a text");
        }
        text
    }

    /// Its value as a text of one line that explains something to people.
    pub(crate) fn reason(&self, notes: &mut Notes<'_>) -> Option<String> {
        let text = self.text(notes)?.trim();
        if text.split_whitespace().count() < 3 || text.chars().any(char::is_control) {
            self.no(notes, "a sentence that says why");
            return None;
        }
        Some(text.to_owned())
    }

    /// Its value as a whole number.
    pub(crate) fn number(&self, notes: &mut Notes<'_>, within: RangeInclusive<i64>) -> Option<i64> {
        let number = integer(self.value).filter(|number| within.contains(number));
        if number.is_none() {
            let (least, most) = (within.start(), within.end());
            self.no(notes, &format!("a whole number from {least} to {most}"));
        }
        number
    }

    /// Its value as true or false.
    pub(crate) fn flag(&self, notes: &mut Notes<'_>) -> Option<bool> {
        let flag = self.value.as_bool();
        if flag.is_none() {
            self.no(notes, "true or false");
        }
        flag
    }

    /// Complains that the value is not `wanted`.
    pub(crate) fn no(&self, notes: &mut Notes<'_>, wanted: &str) {
        notes.wrong(&self.span, format!("`{}` must be {wanted}", self.name));
    }
}

/// A whole number that fits.
pub(crate) fn integer(value: &DeValue<'_>) -> Option<i64> {
    let integer = value.as_integer()?;
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}
