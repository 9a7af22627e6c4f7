//! What a vendor's refusals mean. Of a reading, any kind. Of an order, the outcome stays unknown unless the file says, with a reason, that
//! such a refusal comes before any movement.

use postern_contract::adapter::{AdapterErrorKind, Outcome};
use serde_json::Value;

use super::complaint::Notes;
use super::field::{Field, Told, Word};
use super::section::{Entry, Section};

/// What was asked when the vendor refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Occasion {
    List,
    Read,
    Open,
    Close,
}

/// One meaning.
#[derive(Clone, Debug)]
pub(crate) struct Meaning {
    on: Vec<Occasion>,
    statuses: Vec<u16>,
    json: Option<bool>,
    body: Option<(Field, Says)>,
    pub(crate) verdict: Verdict,
    pub(crate) because: Option<String>,
}

/// What a body has to say.
#[derive(Clone, Debug)]
enum Says {
    /// One of these.
    OneOf(Vec<Word>),
    /// A sentence with all of these words.
    Sentence(Vec<String>),
}

/// What is made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Error(AdapterErrorKind, Outcome),
    AlreadyThere,
}

const OCCASIONS: [(&str, Occasion); 4] = [
    ("list", Occasion::List),
    ("read", Occasion::Read),
    ("open", Occasion::Open),
    ("close", Occasion::Close),
];

/// The kinds that can be a vendor's answer: not the two that are the adapter's own.
const KINDS: [(&str, AdapterErrorKind); 11] = [
    ("credentials_expired", AdapterErrorKind::CredentialsExpired),
    ("link_revoked", AdapterErrorKind::LinkRevoked),
    ("door_not_found", AdapterErrorKind::DoorNotFound),
    ("door_offline", AdapterErrorKind::DoorOffline),
    ("door_obstructed", AdapterErrorKind::DoorObstructed),
    ("door_locked_out", AdapterErrorKind::DoorLockedOut),
    ("rate_limited", AdapterErrorKind::RateLimited),
    ("vendor_unavailable", AdapterErrorKind::VendorUnavailable),
    ("timed_out", AdapterErrorKind::TimedOut),
    ("unsupported", AdapterErrorKind::Unsupported),
    ("rejected", AdapterErrorKind::Rejected),
];

/// An answer, as far as a meaning asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refusal<'r> {
    pub(crate) on: Occasion,
    pub(crate) status: u16,
    pub(crate) is_json: bool,
    pub(crate) body: &'r [u8],
}

impl Meaning {
    pub(crate) fn read(entry: &Entry<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        let mut section = entry.section(notes)?;
        let on = section.need(notes, "on", "list, read, open, close or several of them");
        let statuses = section.need(notes, "status", "an HTTP status, or several");
        let json = section.take("json");
        let body = said_by_body(&mut section, notes);
        let kind = section.take("kind");
        let outcome = section.take("outcome");
        let disposition = section.take("disposition");
        let because = section.take("because");
        section.finish(notes);

        let on = occasions(&on?, notes)?;
        let orders = on.iter().any(|on| matches!(on, Occasion::Open | Occasion::Close));
        if orders && on.iter().any(|on| matches!(on, Occasion::List | Occasion::Read)) {
            notes.wrong(
                &entry.span,
                "an order and a reading are refused differently: write two [[errors]]",
            );
            return None;
        }
        let statuses = statuses_of(&statuses?, orders, body.is_some(), notes)?;
        let kind = kind.and_then(|kind| one_of(&kind, &KINDS, notes).map(|found| (kind, found)));
        let because_given = because.is_some();
        let because = because.and_then(|because| because.reason(notes));
        let needs_reason = |what: &str, notes: &mut Notes<'_>| {
            if !because_given {
                let message = format!("{what} needs `because`: how it is known that nothing has moved");
                notes.wrong(&entry.span, message);
            }
        };
        let verdict = match (kind, disposition) {
            (Some(_), Some(disposition)) => {
                disposition.no(notes, "left out beside `kind`: an answer is one or the other");
                return None;
            }
            (None, None) => {
                notes.wrong(
                    &entry.span,
                    "[[errors]] needs `kind`, or `disposition = \"already_there\"`",
                );
                return None;
            }
            (None, Some(disposition)) => {
                if !orders || disposition.value.as_str() != Some("already_there") {
                    disposition.no(notes, "\"already_there\", and only on open or close");
                    return None;
                }
                needs_reason("`already_there`", notes);
                Verdict::AlreadyThere
            }
            (Some((_, kind)), None) if !orders => {
                if let Some(outcome) = outcome {
                    outcome.no(notes, "left out: a reading changes nothing, whatever is answered");
                }
                Verdict::Error(kind, Outcome::NotExecuted)
            }
            (Some((_, kind)), None) => match outcome.as_ref().map(|outcome| outcome.value.as_str()) {
                None | Some(Some("unknown")) => Verdict::Error(kind, Outcome::Unknown),
                Some(Some("not_executed")) => {
                    needs_reason("`not_executed`", notes);
                    Verdict::Error(kind, Outcome::NotExecuted)
                }
                Some(_) => {
                    outcome?.no(notes, "unknown or not_executed");
                    return None;
                }
            },
        };
        // After an answer from 500 on something broke, and nobody knows how far it came.
        let certain =
            verdict == Verdict::AlreadyThere || matches!(verdict, Verdict::Error(_, Outcome::NotExecuted));
        if orders && certain && statuses.iter().any(|status| *status >= 500) {
            notes.wrong(
                &entry.span,
                "an order that was answered from 500 on may have moved the door: its outcome stays unknown",
            );
            return None;
        }
        Some(Self {
            on,
            statuses,
            json: json.and_then(|json| json.flag(notes)),
            body,
            verdict,
            because,
        })
    }

    /// Whether this is what the vendor has answered.
    pub(crate) fn fits(&self, refusal: Refusal<'_>) -> bool {
        let stated = self.on.contains(&refusal.on)
            && self.statuses.contains(&refusal.status)
            && self.json.is_none_or(|json| json == refusal.is_json);
        stated
            && self
                .body
                .as_ref()
                .is_none_or(|(field, says)| refusal.is_json && says.in_body(field, refusal.body))
    }
}

impl Says {
    fn in_body(&self, field: &Field, body: &[u8]) -> bool {
        let Ok(body) = serde_json::from_slice::<Value>(body) else {
            return false;
        };
        let Told::Is(value) = field.told(&[&body]) else {
            return false;
        };
        match self {
            Self::OneOf(words) => words.iter().any(|word| word.is(value)),
            Self::Sentence(words) => value.as_str().is_some_and(|sentence| {
                let sentence = sentence.to_ascii_lowercase();
                let said: Vec<_> = sentence.split(|c: char| !c.is_alphanumeric()).collect();
                words.iter().all(|word| said.contains(&word.as_str()))
            }),
        }
    }
}

fn said_by_body(section: &mut Section<'_>, notes: &mut Notes<'_>) -> Option<(Field, Says)> {
    let at = section.take("at");
    let (is, words) = (section.take("is"), section.take("words"));
    let at = match (at, &is, &words) {
        (Some(at), Some(_), None) | (Some(at), None, Some(_)) => at,
        (None, None, None) => return None,
        _ => {
            let span = section.span().clone();
            notes.wrong(
                &span,
                "an answer's body is judged by `at` with either `is` or `words`",
            );
            return None;
        }
    };
    let field = Field::read(&at, notes)?;
    if !field.is_all_within(0) {
        at.no(notes, "a way from the top of the answer, which can't lead up");
        return None;
    }
    let says = match (is, words) {
        (Some(is), _) => Says::OneOf(Word::read_all(&is, notes)),
        (None, Some(words)) => Says::Sentence(sentence(&words, notes)),
        (None, None) => return None,
    };
    Some((field, says))
}

fn sentence(entry: &Entry<'_>, notes: &mut Notes<'_>) -> Vec<String> {
    let mut words = Vec::new();
    for item in entry.one_or_more(notes) {
        match item.text(notes) {
            Some(word) if word.chars().all(char::is_alphanumeric) => words.push(word.to_ascii_lowercase()),
            Some(_) => item.no(notes, "single words, which all have to occur"),
            None => {}
        }
    }
    words
}

fn occasions(entry: &Entry<'_>, notes: &mut Notes<'_>) -> Option<Vec<Occasion>> {
    let items = entry.one_or_more(notes);
    items.iter().map(|item| one_of(item, &OCCASIONS, notes)).collect()
}

fn statuses_of(entry: &Entry<'_>, orders: bool, by_body: bool, notes: &mut Notes<'_>) -> Option<Vec<u16>> {
    // Of an order's answer only a refusal's body is read, and a success is a success.
    let within = match (orders, by_body) {
        (true, true) => 400..=499,
        (true, false) => 300..=599,
        (false, _) => 200..=599,
    };
    let items = entry.one_or_more(notes);
    let statuses = items.iter().map(|item| {
        let status = item.number(notes, within.clone())?;
        u16::try_from(status).ok()
    });
    statuses.collect()
}

/// The value that a text of the file names.
fn one_of<T: Copy>(entry: &Entry<'_>, known: &[(&str, T)], notes: &mut Notes<'_>) -> Option<T> {
    let text = entry.value.as_str();
    let found = known.iter().find(|(name, _)| Some(*name) == text);
    if found.is_none() {
        let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
        entry.no(notes, &format!("one of: {}", names.join(", ")));
    }
    found.map(|(_, value)| *value)
}
