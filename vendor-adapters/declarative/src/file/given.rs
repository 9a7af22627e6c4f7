//! A text that stands in the file, or that the file leaves to the operator: a setting, or a secret that is sealed.

use super::complaint::{Complaint, Notes, Place};
use super::section::Entry;
use crate::Settings;

/// Beginnings of names that belong to the function itself. A file must not be able to have one of them sent to a vendor.
const RESERVED: [&str; 3] = ["AWS_", "LAMBDA_", "POSTERN_"];

/// A text, or where it comes from.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    place: Place,
    source: Source,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    Here(String),
    Setting { name: String, default: Option<String> },
    Secret(String),
}

/// Whether a text may, must or must not be secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secrecy {
    Open,
    Either,
    Secret,
}

impl Given {
    /// Reads a text, `{ setting = "NAME", default = "…" }` or `{ secret = "NAME" }`.
    pub(crate) fn read(entry: &Entry<'_>, notes: &mut Notes<'_>, secrecy: Secrecy) -> Option<Self> {
        let place = notes.place(&entry.span);
        let name = &entry.name;
        if entry.value.as_table().is_none() {
            if secrecy == Secrecy::Secret {
                let message = format!(
                    "`{name}` is a secret and does not belong in a file: write {{ secret = \"NAME\" }} and seal it"
                );
                notes.wrong(&entry.span, message);
                return None;
            }
            let source = Source::Here(entry.text(notes)?.to_owned());
            return Some(Self { place, source });
        }
        let mut section = entry.section(notes)?;
        let source = match (secrecy, section.has("secret")) {
            (Secrecy::Secret, _) | (Secrecy::Either, true) => {
                let asked = section.need(notes, "secret", "the name under which it is sealed")?;
                Source::Secret(setting_name(&asked, notes)?)
            }
            (Secrecy::Open, true) => {
                entry.no(
                    notes,
                    "a text or { setting = \"NAME\" }: it is sent openly, and is no secret",
                );
                return None;
            }
            (Secrecy::Open | Secrecy::Either, _) => {
                let asked = section.need(notes, "setting", "the name of an environment variable")?;
                let default = section.take("default");
                Source::Setting {
                    name: setting_name(&asked, notes)?,
                    default: default.and_then(|text| text.text(notes)).map(str::to_owned),
                }
            }
        };
        section.finish(notes);
        Some(Self { place, source })
    }

    /// The same for a number, which may stand in the file as one.
    pub(crate) fn read_number(entry: &Entry<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        match super::section::integer(entry.value) {
            Some(number) => Some(Self {
                place: notes.place(&entry.span),
                source: Source::Here(number.to_string()),
            }),
            None => Self::read(entry, notes, Secrecy::Open),
        }
    }

    /// Judges what is known without any setting.
    pub(crate) fn check<T>(
        &self,
        entry: &Entry<'_>,
        notes: &mut Notes<'_>,
        judge: impl Fn(&str) -> Result<T, String>,
    ) {
        let (Source::Here(text)
        | Source::Setting {
            default: Some(text), ..
        }) = &self.source
        else {
            return;
        };
        if let Err(problem) = judge(text) {
            notes.wrong(&entry.span, format!("`{}` {problem}", entry.name));
        }
    }

    /// The text; `None` if it is left to a setting without a default, and the setting is not there.
    pub(crate) fn find<'a, T>(
        &'a self,
        settings: &'a Settings,
        judge: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, Complaint> {
        let (text, name) = match &self.source {
            Source::Here(text) => (Some(text.as_str()), None),
            Source::Setting { name, default } => (settings.plain(name).or(default.as_deref()), Some(name)),
            Source::Secret(name) => (settings.secret(name), Some(name)),
        };
        let judged = text.map(judge).transpose();
        judged.map_err(|problem| {
            self.complaint(format!("{} {problem}", name.map_or("the text", String::as_str)))
        })
    }

    /// The text, which must be there.
    pub(crate) fn needed<T>(
        &self,
        settings: &Settings,
        judge: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Complaint> {
        self.find(settings, judge)?.ok_or_else(|| {
            self.complaint(match &self.source {
                Source::Secret(name) => {
                    format!("{name}_SEALED is missing: seal the secret with `postern vendor seal`")
                }
                Source::Setting { name, .. } => format!("{name} is missing: set it"),
                Source::Here(_) => "the text is missing".to_owned(),
            })
        })
    }

    /// The setting that it comes from, if it comes from one.
    pub(crate) fn setting(&self) -> Option<&str> {
        match &self.source {
            Source::Setting { name, .. } => Some(name),
            Source::Here(_) | Source::Secret(_) => None,
        }
    }

    /// The secret that it comes from, if it comes from one.
    pub(crate) fn secret(&self) -> Option<&str> {
        match &self.source {
            Source::Secret(name) => Some(name),
            Source::Here(_) | Source::Setting { .. } => None,
        }
    }

    fn complaint(&self, message: String) -> Complaint {
        let place = self.place;
        Complaint { place, message }
    }
}

fn setting_name(entry: &Entry<'_>, notes: &mut Notes<'_>) -> Option<String> {
    let name = entry.text(notes)?;
    let plain = name
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    if !plain || !name.starts_with(|c: char| c.is_ascii_uppercase()) {
        entry.no(
            notes,
            "a name of capital letters, digits and _, such as VENDOR_CLIENT_ID",
        );
        return None;
    }
    if RESERVED.iter().any(|reserved| name.starts_with(reserved)) {
        entry.no(notes, "a name of the vendor's own: this one is the function's");
        return None;
    }
    Some(name.to_owned())
}
