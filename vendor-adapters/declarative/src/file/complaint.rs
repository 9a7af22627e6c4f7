//! What is wrong with a file, and where.

use std::fmt;
use std::ops::Range;

/// A place in a file, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The character in it.
    pub column: usize,
}

impl Place {
    /// The place of the byte `offset` of `text`.
    pub(crate) fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_begins = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before[line_begins..].chars().count() + 1,
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Complaint {
    /// Where.
    pub place: Place,
    /// What, and what to do. It repeats no setting's value.
    pub message: String,
}

/// Everything that is wrong with a file, in its order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Complaints {
    /// The file's name.
    pub file: String,
    /// At least one.
    pub complaints: Vec<Complaint>,
}

impl fmt::Display for Complaints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, Complaint { place, message }) in self.complaints.iter().enumerate() {
            let newline = if at == 0 { "" } else { "\n" };
            write!(
                f,
                "{newline}{}:{}:{}: {message}",
                self.file, place.line, place.column
            )?;
        }
        Ok(())
    }
}

/// Collects what is wrong while a file is read.
#[derive(Debug)]
pub(crate) struct Notes<'t> {
    text: &'t str,
    complaints: Vec<Complaint>,
}

impl<'t> Notes<'t> {
    pub(crate) fn on(text: &'t str) -> Self {
        let complaints = Vec::new();
        Self { text, complaints }
    }

    pub(crate) fn wrong(&mut self, at: &Range<usize>, message: impl Into<String>) {
        let place = self.place(at);
        let message = message.into();
        self.complaints.push(Complaint { place, message });
    }

    pub(crate) fn place(&self, at: &Range<usize>) -> Place {
        Place::of(self.text, at.start)
    }

    /// What was wrong, each thing once.
    pub(crate) fn into_complaints(mut self) -> Vec<Complaint> {
        self.complaints.sort();
        self.complaints.dedup();
        self.complaints
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_lines_and_characters_from_one() {
        let text = "a = 1\nörtlich = \"é\" # x\n";
        let at = |offset| {
            let Place { line, column } = Place::of(text, offset);
            (line, column)
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(6), (2, 1));
        assert_eq!(at(text.find('#').unwrap()), (2, 15));
        assert_eq!(at(text.len()), (3, 1));
        assert_eq!(at(9_999), (3, 1));
    }
}
