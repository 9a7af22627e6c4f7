//! What the file says of doors: how their vendor words their state, and when its word is worth anything.

use std::time::Duration;

use postern_contract::door::{DoorKind, DoorState};
use serde_json::Value;

use super::complaint::Notes;
use super::field::{Field, Sign, Told, Word};
use super::given::Given;
use super::section::Section;

/// What is said of a door beside its state.
#[derive(Clone, Debug)]
pub(crate) struct Looks {
    pub(crate) label: Option<Field>,
    pub(crate) site: Option<Field>,
    pub(crate) kinds: Option<Kinds>,
    pub(crate) only: Option<Sign>,
}

/// Which word means which way a door is built.
#[derive(Clone, Debug)]
pub(crate) struct Kinds {
    field: Field,
    words: Vec<(Word, DoorKind)>,
}

/// Which word means which state.
#[derive(Clone, Debug)]
pub(crate) struct States {
    pub(crate) field: Field,
    words: Vec<(Word, DoorState)>,
}

/// Something that is always so at this vendor, or that it says.
#[derive(Clone, Debug)]
pub(crate) enum Said {
    Always,
    By(Sign),
}

/// When the opener itself was last heard.
#[derive(Clone, Debug)]
pub(crate) enum Heard {
    /// Nobody says; the file argues why a reading may be believed all the same.
    WhenRead,
    /// The vendor says, in this form; a door that was silent for longer than this is in doubt.
    At(Field, TimeForm, Duration),
}

/// How a vendor writes a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeForm {
    Rfc3339,
    UnixSeconds,
    UnixMilliseconds,
}

/// What the vendor says of batteries.
#[derive(Clone, Debug)]
pub(crate) struct Batteries {
    pub(crate) percent: Option<Field>,
    pub(crate) low_at: u8,
    pub(crate) zero_is_none: bool,
    pub(crate) low: Option<Sign>,
}

/// When a door may be closed with nobody there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Closing {
    pub(crate) sign: Option<Sign>,
    pub(crate) warning: Option<Given>,
}

/// The contract's states by the names that the file uses.
pub(crate) const STATES: [(&str, DoorState); 7] = [
    ("open", DoorState::Open),
    ("opening", DoorState::Opening),
    ("closed", DoorState::Closed),
    ("closing", DoorState::Closing),
    ("stopped", DoorState::Stopped),
    ("warning", DoorState::Warning),
    ("unknown", DoorState::Unknown),
];

const KINDS: [(&str, DoorKind); 3] = [
    ("sectional", DoorKind::Sectional),
    ("one_piece", DoorKind::OnePiece),
    ("gate", DoorKind::Gate),
];

impl Looks {
    /// Reads the rest of `[door]`.
    pub(crate) fn read(section: &mut Section<'_>, notes: &mut Notes<'_>) -> Self {
        let mut field = |key| {
            let entry = section.take(key)?;
            Field::read(&entry, notes)
        };
        let (label, site) = (field("name"), field("site"));
        let kinds = section.take("kind").and_then(|entry| entry.section(notes));
        let only = section.take("only").and_then(|entry| entry.section(notes));
        Self {
            label,
            site,
            kinds: kinds.and_then(|section| Kinds::read(section, notes)),
            only: only.and_then(|mut section| {
                let sign = Sign::read(&mut section, notes);
                section.finish(notes);
                sign
            }),
        }
    }
}

impl Kinds {
    fn read(mut section: Section<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        let at = section.need(notes, "at", "where the vendor says how a door is built");
        let mut words: Vec<(Word, DoorKind)> = Vec::new();
        for (name, kind) in KINDS {
            let entry = section.take(name);
            for item in entry.map(|entry| entry.one_or_more(notes)).unwrap_or_default() {
                let Some(word) = Word::read(&item, notes) else {
                    continue;
                };
                if words.iter().any(|(known, _)| *known == word) {
                    notes.wrong(&item.span, format!("{word} is mapped twice: keep one"));
                }
                words.push((word, kind));
            }
        }
        section.finish(notes);
        let field = Field::read(&at?, notes)?;
        Some(Self { field, words })
    }

    pub(crate) fn of(&self, door: &[&Value]) -> DoorKind {
        let Told::Is(value) = self.field.told(door) else {
            return DoorKind::Unknown;
        };
        let meant = self.words.iter().find(|(word, _)| word.is(value));
        meant.map_or(DoorKind::Unknown, |(_, kind)| *kind)
    }
}

impl States {
    pub(crate) fn read(mut section: Section<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        let at = section.need(notes, "at", "where the vendor says how a door stands");
        let mut words: Vec<(Word, DoorState)> = Vec::new();
        for (name, state) in STATES {
            let entry = if matches!(state, DoorState::Open | DoorState::Closed) {
                section.need(notes, name, "the vendor's words for it")
            } else {
                section.take(name)
            };
            for item in entry.map(|entry| entry.one_or_more(notes)).unwrap_or_default() {
                let Some(word) = Word::read(&item, notes) else {
                    continue;
                };
                let said = words.iter().find(|(known, _)| *known == word);
                if let Some((_, other)) = said {
                    let other = name_of(*other);
                    notes.wrong(
                        &item.span,
                        format!("{word} is mapped twice, to `{other}` and to `{name}`: keep one"),
                    );
                }
                // A slip of this kind would have a door shown as closed that is not.
                if state == DoorState::Closed
                    && let Word::Text(text) = &word
                    && STATES
                        .iter()
                        .any(|(other, _)| *other != name && text.eq_ignore_ascii_case(other))
                {
                    notes.wrong(
                        &item.span,
                        format!("{word} can't mean `closed`: on any doubt a door is open"),
                    );
                }
                words.push((word, state));
            }
        }
        section.finish(notes);
        let field = Field::read(&at?, notes)?;
        Some(Self { field, words })
    }

    /// What is said of a door. A word that is not known, or two that contradict each other, make an unknown door; `None` is silence.
    pub(crate) fn of(&self, door: &[&Value]) -> Option<DoorState> {
        match self.field.told(door) {
            Told::Nothing => None,
            Told::Torn => Some(DoorState::Unknown),
            Told::Is(value) => {
                let meant = self.words.iter().find(|(word, _)| word.is(value));
                Some(meant.map_or(DoorState::Unknown, |(_, state)| *state))
            }
        }
    }
}

fn name_of(state: DoorState) -> &'static str {
    let known = STATES.iter().find(|(_, known)| *known == state);
    known.map_or("unknown", |(name, _)| name)
}

impl Said {
    /// Reads `always`, a reason, or `at` and `yes`.
    pub(crate) fn read(mut section: Section<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        let said = match section.take("always") {
            Some(reason) => reason.reason(notes).map(|_| Self::Always),
            None => Sign::read(&mut section, notes).map(Self::By),
        };
        section.finish(notes);
        said
    }

    pub(crate) fn says(&self, door: &[&Value]) -> Option<bool> {
        match self {
            Self::Always => Some(true),
            Self::By(sign) => sign.says(door),
        }
    }

    pub(crate) fn field(&self) -> Option<&Field> {
        match self {
            Self::Always => None,
            Self::By(sign) => Some(&sign.field),
        }
    }
}

impl Heard {
    pub(crate) fn read(mut section: Section<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        let heard = match section.take("when_read") {
            Some(reason) => reason.reason(notes).map(|_| Self::WhenRead),
            None => Self::read_time(&mut section, notes),
        };
        section.finish(notes);
        heard
    }

    fn read_time(section: &mut Section<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        let why =
            "where the vendor says it; or write `when_read`, with the reason why a reading may be believed";
        let at = section.need(notes, "at", why);
        let form = section.need(notes, "as", "rfc3339, unix_seconds or unix_milliseconds");
        let silence = section.need(notes, "stale_after_seconds", "how long an opener may be silent");
        let form = form.and_then(|form| match form.value.as_str() {
            Some("rfc3339") => Some(TimeForm::Rfc3339),
            Some("unix_seconds") => Some(TimeForm::UnixSeconds),
            Some("unix_milliseconds") => Some(TimeForm::UnixMilliseconds),
            _ => {
                form.no(notes, "rfc3339, unix_seconds or unix_milliseconds");
                None
            }
        });
        let silence = silence.and_then(|silence| silence.number(notes, 1..=86_400));
        let silence = Duration::from_secs(silence?.unsigned_abs());
        Some(Self::At(Field::read(&at?, notes)?, form?, silence))
    }
}

impl Batteries {
    pub(crate) fn read(mut section: Section<'_>, notes: &mut Notes<'_>) -> Self {
        let percent = section
            .take("percent")
            .and_then(|entry| Field::read(&entry, notes));
        let low_at = section
            .take("low_at_percent")
            .and_then(|entry| entry.number(notes, 1..=99));
        let zero = section
            .take("zero_is_no_battery")
            .and_then(|entry| entry.flag(notes));
        let low = section.take("low").and_then(|entry| entry.section(notes));
        let low = low.and_then(|mut section| {
            let sign = Sign::read(&mut section, notes);
            section.finish(notes);
            sign
        });
        let span = section.span().clone();
        let says_something = section.has("percent") || section.has("low");
        section.finish(notes);
        if !says_something {
            notes.wrong(
                &span,
                "[battery] needs `percent` or `low`: where the vendor says it",
            );
        }
        Self {
            percent,
            // Of a charge without a word on it: our own choice.
            low_at: low_at
                .and_then(|percent| u8::try_from(percent).ok())
                .unwrap_or(15),
            zero_is_none: zero.unwrap_or(false),
            low,
        }
    }
}

impl Closing {
    pub(crate) fn read(mut section: Section<'_>, notes: &mut Notes<'_>) -> Self {
        let sign = section
            .has("at")
            .then(|| Sign::read(&mut section, notes))
            .flatten();
        let warning = section.take("warning_seconds").and_then(|entry| {
            let given = Given::read_number(&entry, notes)?;
            given.check(&entry, notes, warning_seconds);
            Some(given)
        });
        section.finish(notes);
        Self { sign, warning }
    }
}

/// A warning in whole seconds, as the rule for closing unattended has it.
pub(crate) fn warning_seconds(text: &str) -> Result<postern_contract::unattended::WarningSeconds, String> {
    let seconds = text.parse().ok();
    seconds
        .and_then(|seconds| postern_contract::unattended::WarningSeconds::new(seconds).ok())
        .ok_or_else(|| "must be between 5 and 60 seconds".to_owned())
}
