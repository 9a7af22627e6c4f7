//! Every refusal's words, in English and French, as data.
//!
//! An [`Entry`] is one stable code with its status and its texts. Tables of entries are written with
//! [`entries!`](crate::entries), here for the wire and in each API for its own refusals; a [`Catalogue`]
//! joins tables, for look-up by code, for the pages in docs/errors/ and for the checks in tests.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;

use crate::Language;

/// One refusal in one language. `{name}` in the detail is filled from the problem's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// A few words, the same for every occurrence.
    pub title: &'static str,
    /// One or two sentences that a person can act on.
    pub detail: &'static str,
}

/// One refusal: its code, its status and its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The stable name, in snake case; callers branch on it, so it never changes.
    pub code: &'static str,
    /// The HTTP status, from 400 to 599.
    pub status: u16,
    /// The words in English.
    pub english: Text,
    /// The words in French.
    pub french: Text,
}

impl Entry {
    /// The words in a language.
    #[must_use]
    pub fn text(&self, language: Language) -> Text {
        match language {
            Language::English => self.english,
            Language::French => self.french,
        }
    }

    /// The page of this code, as Markdown for docs/errors/, where a problem's `type` points.
    #[must_use]
    pub fn page(&self) -> String {
        let Self {
            code,
            status,
            english,
            french,
        } = self;
        format!(
            "# {code}\n\nHTTP status {status}.\n\n\
             ## {}\n\n{}\n\n\
             ## {}\n\n{}\n",
            english.title, english.detail, french.title, french.detail
        )
    }

    /// The status to answer with. [`Catalogue::faults`] reports a number that is none; it answers as 500.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// Writes a table of [`Entry`]s: a `static` for each, and the table of them all.
///
/// ```
/// postern_http::entries! {
///     /// What the delivery calls may refuse.
///     pub DELIVERIES;
///     /// The window has ended.
///     pub WINDOW_ENDED = "window_ended", 409,
///         "The window has ended", "The delivery's window ended at {ended_at}. Book a new one.",
///         "La fenêtre est terminée", "La fenêtre de livraison a pris fin à {ended_at}. Réservez-en une autre.";
/// }
/// assert_eq!(DELIVERIES[0].code, "window_ended");
/// ```
#[macro_export]
macro_rules! entries {
    ($(#[$table_doc:meta])* $table_vis:vis $table:ident;
     $($(#[$doc:meta])* $vis:vis $name:ident = $code:literal, $status:literal,
        $title_en:literal, $detail_en:literal, $title_fr:literal, $detail_fr:literal;)*) => {
        $($(#[$doc])* $vis static $name: $crate::problem::Entry = $crate::problem::Entry {
            code: $code,
            status: $status,
            english: $crate::problem::Text { title: $title_en, detail: $detail_en },
            french: $crate::problem::Text { title: $title_fr, detail: $detail_fr },
        };)*
        $(#[$table_doc])* $table_vis static $table: &[&$crate::problem::Entry] = &[$(&$name),*];
    };
}

/// Tables of entries, joined.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    by_code: BTreeMap<&'static str, &'static Entry>,
    repeated: Vec<&'static str>,
}

impl Catalogue {
    /// Joins tables: `Catalogue::new(&[WIRE, DELIVERIES])`. Of two entries with one code the first stays, and
    /// [`Catalogue::faults`] tells.
    #[must_use]
    pub fn new(tables: &[&[&'static Entry]]) -> Self {
        let mut catalogue = Self::default();
        for entry in tables.iter().copied().flatten() {
            if catalogue.by_code.contains_key(entry.code) {
                catalogue.repeated.push(entry.code);
            } else {
                catalogue.by_code.insert(entry.code, entry);
            }
        }
        catalogue
    }

    /// The entry with this code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&'static Entry> {
        self.by_code.get(code).copied()
    }

    /// Every entry, by code.
    pub fn iter(&self) -> impl Iterator<Item = &'static Entry> + '_ {
        self.by_code.values().copied()
    }

    /// What is wrong with the entries, in words; a test of each API asserts that nothing is. Checked: codes
    /// in snake case and used once, statuses of refusals, both languages present and different, details that
    /// are sentences, and the same placeholders in both.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut faults: Vec<String> = self
            .repeated
            .iter()
            .map(|code| format!("{code}: the code is used twice"))
            .collect();
        for entry in self.iter() {
            faults.extend(
                entry_faults(entry)
                    .into_iter()
                    .map(|fault| format!("{}: {fault}", entry.code)),
            );
        }
        faults
    }
}

fn entry_faults(entry: &Entry) -> Vec<String> {
    let mut faults = Vec::new();
    let snake = entry
        .code
        .split('_')
        .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
    if !snake {
        faults.push("the code is not snake case".to_owned());
    }
    if !(400..600).contains(&entry.status) {
        faults.push(format!("{} is no status of a refusal", entry.status));
    }
    for (language, text) in [("English", entry.english), ("French", entry.french)] {
        if text.title.trim().is_empty() || text.title.ends_with('.') || text.title.contains('{') {
            faults.push(format!(
                "the {language} title is empty, or a sentence, or has a placeholder"
            ));
        }
        if !text.detail.ends_with('.') {
            faults.push(format!("the {language} detail does not end as a sentence"));
        }
    }
    if entry.english.title == entry.french.title || entry.english.detail == entry.french.detail {
        faults.push("it was not translated".to_owned());
    }
    match (
        placeholders(entry.english.detail),
        placeholders(entry.french.detail),
    ) {
        (Some(english), Some(french)) if english == french => {}
        (Some(english), Some(french)) => {
            faults.push(format!(
                "the placeholders differ: {english:?} in English, {french:?} in French"
            ));
        }
        _ => faults.push("a brace is not closed, or its name is empty".to_owned()),
    }
    faults
}

/// The names in braces; `None` when a brace does not pair up.
pub(crate) fn placeholders(detail: &str) -> Option<BTreeSet<&str>> {
    let mut names = BTreeSet::new();
    let mut rest = detail;
    while let Some(open) = rest.find('{') {
        let after = &rest[open + 1..];
        let close = after.find('}')?;
        if close == 0 || rest[..open].contains('}') || after[..close].contains('{') {
            return None;
        }
        names.insert(&after[..close]);
        rest = &after[close + 1..];
    }
    (!rest.contains('}')).then_some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::entries! {
        BROKEN;
        A = "fine", 400, "Title", "A detail {x}.", "Titre", "Un détail {x}.";
        B = "fine", 400, "Title", "A detail.", "Titre", "Un détail.";
        C = "Not_Snake", 200, "Title.", "A detail {x}", "Titre", "Un détail {y}.";
        D = "unclosed", 400, "Same", "A detail {x.", "Same", "Un détail x}.";
    }

    #[test]
    fn faults_in_entries_are_told() {
        let faults = Catalogue::new(&[BROKEN]).faults().join("\n");
        for expected in [
            "fine: the code is used twice",
            "Not_Snake: the code is not snake case",
            "Not_Snake: 200 is no status",
            "Not_Snake: the English title",
            "Not_Snake: the English detail does not end",
            "Not_Snake: the placeholders differ",
            "unclosed: it was not translated",
            "unclosed: a brace",
        ] {
            assert!(faults.contains(expected), "{expected} is not in\n{faults}");
        }
        assert_eq!(Catalogue::new(&[&[&A]]).faults(), Vec::<String>::new());
    }

    #[test]
    fn a_page_tells_the_code_the_status_and_both_texts() {
        let page = "# fine\n\nHTTP status 400.\n\n## Title\n\nA detail {x}.\n\n## Titre\n\nUn détail {x}.\n";
        assert_eq!(A.page(), page);
    }

    #[test]
    fn an_entry_is_found_by_its_code() {
        let catalogue = Catalogue::new(&[BROKEN]);
        assert_eq!(catalogue.get("fine"), Some(&A));
        assert_eq!(catalogue.get("other"), None);
    }
}
