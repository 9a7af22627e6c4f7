//! What was heard of the adapter: every reply and every line of its log, held against what may never be in them.

use std::collections::BTreeSet;

/// The longest that a piece of what was heard is quoted.
const QUOTED_MAX: usize = 120;

/// What was heard in all trials together.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// Replies that do not follow the contract, as sentences.
    pub(crate) misshapen: BTreeSet<String>,
    /// Secrets that stood in replies, by what they are.
    pub(crate) told: BTreeSet<String>,
    /// Secrets that stood in the log, by what they are.
    pub(crate) logged: BTreeSet<String>,
    /// Why the log could not be seen.
    pub(crate) log_unseen: Option<String>,
    /// How much of the log was seen, in characters.
    pub(crate) log_characters: usize,
}

impl Heard {
    /// Adds what was heard elsewhere.
    pub(crate) fn join(&mut self, other: Self) {
        self.misshapen.extend(other.misshapen);
        self.told.extend(other.told);
        self.logged.extend(other.logged);
        self.log_unseen = self.log_unseen.take().or(other.log_unseen);
        self.log_characters += other.log_characters;
    }
}

/// What is heard in one trial.
#[derive(Debug, Default)]
pub(crate) struct Ears {
    /// All replies.
    pub(crate) replies: String,
    /// Replies that do not follow the contract.
    pub(crate) misshapen: BTreeSet<String>,
    /// What may not be repeated: what it is, and its text.
    pub(crate) secrets: Vec<(&'static str, String)>,
}

impl Ears {
    /// Which secrets stand in a text, by what they are.
    pub(crate) fn secrets_in(&self, text: &str) -> BTreeSet<String> {
        let stands = |(_, secret): &&(&str, String)| secret.len() >= 6 && text.contains(secret.as_str());
        let found = self.secrets.iter().filter(stands);
        found.map(|(what, _)| (*what).to_owned()).collect()
    }
}

/// The beginning of a text that an adapter sent, fit for a report.
pub(crate) fn quoted(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut start: String = text.chars().take(QUOTED_MAX).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    format!("{start:?}")
}
