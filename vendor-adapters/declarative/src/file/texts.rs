//! Texts of a file that are more than texts: names, addresses, headers.

use postern_adapter_sdk::vendor_url;
use postern_contract::text::Label;
use reqwest::header::{HeaderName, HeaderValue};
use url::Url;

use super::complaint::{Complaint, Notes};
use super::given::{Given, Secrecy};
use super::section::{Entry, Section};
use crate::Settings;

/// A text that must be there, judged as far as it is known.
pub(crate) fn given<T>(
    section: &mut Section<'_>,
    key: &'static str,
    what: &str,
    secrecy: Secrecy,
    judge: impl Fn(&str) -> Result<T, String>,
    notes: &mut Notes<'_>,
) -> Option<Given> {
    let entry = section.need(notes, key, what)?;
    let given = Given::read(&entry, notes, secrecy)?;
    given.check(&entry, notes, judge);
    Some(given)
}

/// Headers by their names.
pub(crate) fn headers(entry: &Entry<'_>, notes: &mut Notes<'_>) -> Vec<(HeaderName, Given)> {
    let mut headers = Vec::new();
    for (name, span, value) in entry.free_keys(notes) {
        let Ok(header) = HeaderName::try_from(name) else {
            notes.wrong(&span, format!("`{name}` can't be a header's name"));
            continue;
        };
        // The household's token goes there, and the framing is the client's own.
        if [
            "authorization",
            "host",
            "content-length",
            "transfer-encoding",
            "connection",
        ]
        .contains(&header.as_str())
        {
            notes.wrong(
                &span,
                format!("the header `{header}` is set by the adapter itself: leave it out"),
            );
            continue;
        }
        let Some(given) = Given::read(&value, notes, Secrecy::Either) else {
            continue;
        };
        let sounds_secret = ["key", "token", "secret", "auth", "password"]
            .iter()
            .any(|word| header.as_str().contains(word));
        if sounds_secret && given.secret().is_none() {
            let message =
                format!("`{header}` sounds like a secret: write {{ secret = \"NAME\" }} and seal it");
            notes.wrong(&value.span, message);
            continue;
        }
        given.check(&value, notes, header_value);
        headers.push((header, given));
    }
    headers
}

pub(crate) fn resolved_headers(
    headers: &[(HeaderName, Given)],
    settings: &Settings,
) -> Result<Vec<(HeaderName, HeaderValue)>, Complaint> {
    let resolved = headers
        .iter()
        .map(|(name, given)| Ok((name.clone(), given.needed(settings, header_value)?)));
    resolved.collect()
}

fn header_value(text: &str) -> Result<HeaderValue, String> {
    let value = HeaderValue::try_from(text).ok().filter(|value| !value.is_empty());
    let mut value = value.ok_or_else(|| "is empty, or can't be sent in a header".to_owned())?;
    // It may be a secret: it is not to be printed.
    value.set_sensitive(true);
    Ok(value)
}

pub(crate) fn label(text: &str) -> Result<Label, String> {
    text.parse()
        .map_err(|error: postern_contract::Invalid| format!("is no name: {error}"))
}

/// An address that tokens may be sent to.
pub(crate) fn address(text: &str) -> Result<Url, String> {
    vendor_url("", text).map_err(|error| format!("{}, or be of this machine", error.problem))
}

pub(crate) fn base(text: &str) -> Result<Url, String> {
    let url = address(text)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must have no query and no #: paths are put behind it".to_owned());
    }
    Ok(url)
}
