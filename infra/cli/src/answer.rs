//! What a command has to say: for a person, or as one JSON object for a program.

use std::io::{IsTerminal as _, Write as _};

use indicatif::{ProgressBar, ProgressDrawTarget};
use serde_json::{Value, json};

use crate::{Error, Exit};

/// What a command answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// For a person.
    pub text: String,
    /// For a program.
    pub json: Value,
    /// How the command ends.
    pub exit: Exit,
}

impl Answer {
    /// An answer of a command that did what it was asked.
    pub fn well(text: impl Into<String>, json: Value) -> Self {
        Self {
            text: text.into(),
            json,
            exit: Exit::Well,
        }
    }
}

/// Writes the answer to standard output, or why there is none to standard error, and says how the command ends.
pub(crate) fn tell(answer: Result<Answer, Error>, as_json: bool) -> Exit {
    let (text, exit) = match answer {
        Ok(answer) if as_json => (answer.json.to_string(), answer.exit),
        Ok(answer) => (answer.text, answer.exit),
        Err(error) if as_json => {
            let exit = error.exit();
            (
                json!({ "error": error.to_string(), "exit": exit as u8 }).to_string(),
                exit,
            )
        }
        Err(error) => {
            eprintln!("error: {error}");
            return error.exit();
        }
    };
    // Whoever closes the pipe early has read enough.
    let _closed = writeln!(std::io::stdout(), "{}", text.trim_end());
    exit
}

/// Shows that something takes its time, where a person is watching.
#[must_use]
pub(crate) fn waiting(what: &str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    bar.set_message(what.to_owned());
    bar.enable_steady_tick(std::time::Duration::from_millis(120));
    bar
}

/// Rows in columns as wide as they need to be.
#[must_use]
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths);
        let line: String = cells
            .map(|(cell, width)| format!("{cell:<width$}  ", width = *width))
            .collect();
        format!("{}\n", line.trim_end())
    };
    rows.iter().map(line).collect()
}
