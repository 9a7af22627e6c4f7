//! What the file says of a door's name.

use super::complaint::Notes;
use super::field::{Field, Word};
use super::section::{Entry, Section};
use super::template::{Piece, Template};

/// How a door is named.
#[derive(Clone, Debug)]
pub(crate) struct Naming {
    pub(crate) parts: Vec<Part>,
    pub(crate) part_names: Vec<String>,
    pub(crate) reference: Template,
    /// How those of the parts that name the opener itself make its name, where the others only lead to it.
    pub(crate) opener: Option<Template>,
}

/// One part of a door's name at its vendor.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) field: Field,
    pub(crate) one_of: Vec<Word>,
}

impl Part {
    /// Whether a text, taken from a reference, can be this part.
    pub(crate) fn takes(&self, text: &str) -> bool {
        let known = self.one_of.iter().any(|word| match word {
            Word::Text(word) => word == text,
            Word::Number(number) => number.to_string() == text,
            Word::Flag(_) => false,
        });
        known || self.one_of.is_empty()
    }
}

impl Naming {
    /// Reads `parts` and `reference` of `[door]`.
    pub(crate) fn read(section: &mut Section<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        let parts = section.need(notes, "parts", "what the vendor knows a door by");
        let reference = section.need(
            notes,
            "reference",
            "how the parts make one name, such as \"{home}/{door}\"",
        );
        let (parts, reference) = (parts?, reference?);
        let mut named = Vec::new();
        for (name, span, entry) in parts.free_keys(notes) {
            let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            if !plain || name.is_empty() {
                notes.wrong(
                    &span,
                    format!("a part's name is of small letters and _: rename `{name}`"),
                );
            }
            named.push((name.to_owned(), Part::read(&entry, notes)));
        }
        if named.is_empty() {
            notes.wrong(
                &parts.span,
                "a door needs at least one part: what the vendor knows it by",
            );
            return None;
        }
        let (part_names, fields): (Vec<_>, Vec<_>) = named.into_iter().unzip();
        let template = template(&reference, &part_names, notes)?;
        check_reference(&template, &part_names, &reference, notes)?;
        let opener = match section.take("opener") {
            None => None,
            Some(entry) => Some(opener(&entry, &part_names, notes)?),
        };
        Some(Self {
            parts: fields.into_iter().collect::<Option<_>>()?,
            part_names,
            reference: template,
            opener,
        })
    }
}

impl Part {
    fn read(entry: &Entry<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        if entry.value.as_table().is_none() {
            return Some(Self {
                field: Field::read(entry, notes)?,
                one_of: Vec::new(),
            });
        }
        let mut section = entry.section(notes)?;
        let at = section.need(notes, "at", "where the part stands");
        let one_of = section.take("one_of");
        let one_of = one_of.map_or_else(Vec::new, |entry| Word::read_all(&entry, notes));
        section.finish(notes);
        let field = Field::read(&at?, notes)?;
        Some(Self { field, one_of })
    }
}

fn template(entry: &Entry<'_>, names: &[String], notes: &mut Notes<'_>) -> Option<Template> {
    Template::parse(entry.text(notes)?, names)
        .map_err(|problem| notes.wrong(&entry.span, format!("`{}` {problem}", entry.name)))
        .ok()
}

/// Some of the parts, each once: all of them would be the reference, and none would make one opener of all doors.
fn opener(entry: &Entry<'_>, names: &[String], notes: &mut Notes<'_>) -> Option<Template> {
    let template = template(entry, names, notes)?;
    let mut named: Vec<_> = template.parts().collect();
    named.sort_unstable();
    named.dedup();
    if named.is_empty() || named.len() == names.len() || named.len() != template.parts().count() {
        entry.no(notes, "some of the parts, each once, and not all of them: leave it out if the reference names the opener");
        return None;
    }
    Some(template)
}

/// Each part once, and something between any two, so that a reference can be taken apart again.
fn check_reference(
    template: &Template,
    names: &[String],
    entry: &Entry<'_>,
    notes: &mut Notes<'_>,
) -> Option<()> {
    let mut good = true;
    for (part, name) in names.iter().enumerate() {
        if template.parts().filter(|named| *named == part).count() != 1 {
            notes.wrong(&entry.span, format!("`{}` must have {{{name}}} once", entry.name));
            good = false;
        }
    }
    let touching = template
        .pieces()
        .windows(2)
        .any(|pair| matches!(pair, [Piece::Part(_), Piece::Part(_)]));
    if touching {
        notes.wrong(
            &entry.span,
            format!(
                "`{}` must have something between two parts, such as a hyphen",
                entry.name
            ),
        );
        good = false;
    }
    good.then_some(())
}
