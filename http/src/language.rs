//! Which language a caller reads: `Accept-Language` (RFC 9110, 12.5.4) down to English or French.
//!
//! A header that does not parse is no reason to refuse a call: such a caller gets English.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::{HeaderMap, header::ACCEPT_LANGUAGE, request::Parts};

/// A header longer than this is not read.
const ACCEPT_LANGUAGE_BYTES_MAX: usize = 1024;

/// The languages in which Postern speaks to a caller. As an extractor: the one negotiated for this request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English, and whatever was asked for that is not French.
    #[default]
    English,
    /// French, of Canada first.
    French,
}

impl Language {
    /// The language tag, as `Content-Language` and the `lang` of a page take it.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }

    /// The caller's choice from the headers; several `Accept-Language` lines count as one list.
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let mut list = String::new();
        for line in headers.get_all(ACCEPT_LANGUAGE) {
            let Ok(line) = line.to_str() else {
                return Self::English;
            };
            if list.len() + line.len() > ACCEPT_LANGUAGE_BYTES_MAX {
                return Self::English;
            }
            if !list.is_empty() {
                list.push(',');
            }
            list.push_str(line);
        }
        Self::negotiate(&list)
    }

    /// The caller's choice from one header value. The higher weight wins, then the earlier place; `*` stands
    /// for whichever of the two is not named, English first. Malformed or empty: English.
    #[must_use]
    pub fn negotiate(accept_language: &str) -> Self {
        let Some(ranges) = parse(accept_language) else {
            return Self::English;
        };
        let weight = |language: Self| {
            let named = ranges
                .iter()
                .enumerate()
                .filter(|(_, r)| r.language == Named::One(language));
            let any = ranges
                .iter()
                .enumerate()
                .filter(|(_, r)| r.language == Named::Any);
            // The best of the ranges that name it; `fr;q=0, fr-CA` still wants the French of Canada.
            let pick = |(place, range): (usize, &Range)| (range.thousandths, std::cmp::Reverse(place));
            named
                .map(pick)
                .max()
                .or_else(|| any.map(pick).max())
                .filter(|(thousandths, _)| *thousandths > 0)
        };
        match (weight(Self::French), weight(Self::English)) {
            (Some(french), Some(english)) if french > english => Self::French,
            (Some(_), None) => Self::French,
            _ => Self::English,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    One(Language),
    Any,
    Other,
}

struct Range {
    language: Named,
    thousandths: u16,
}

fn parse(list: &str) -> Option<Vec<Range>> {
    let mut ranges = Vec::new();
    for element in list
        .split(',')
        .map(|e| e.trim_matches([' ', '\t']))
        .filter(|e| !e.is_empty())
    {
        let (tag, weight) = match element.split_once(';') {
            None => (element, 1000),
            Some((tag, parameter)) => {
                let value = parameter.trim_matches([' ', '\t']);
                let value = value.strip_prefix("q=").or_else(|| value.strip_prefix("Q="))?;
                (tag.trim_end_matches([' ', '\t']), thousandths(value)?)
            }
        };
        ranges.push(Range {
            language: named(tag)?,
            thousandths: weight,
        });
    }
    Some(ranges)
}

fn named(tag: &str) -> Option<Named> {
    if tag == "*" {
        return Some(Named::Any);
    }
    let mut subtags = tag.split('-');
    let primary = subtags.next()?;
    let letters = |s: &str| (1..=8).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_alphabetic());
    let word = |s: &str| (1..=8).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_alphanumeric());
    if !letters(primary) || !subtags.all(word) {
        return None;
    }
    Some(if primary.eq_ignore_ascii_case("fr") {
        Named::One(Language::French)
    } else if primary.eq_ignore_ascii_case("en") {
        Named::One(Language::English)
    } else {
        Named::Other
    })
}

/// A weight is `0` or `1` with up to three decimals (RFC 9110, 12.4.2).
fn thousandths(weight: &str) -> Option<u16> {
    let (whole, decimals) = weight.split_once('.').unwrap_or((weight, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let part = format!("{decimals:0<3}").parse::<u16>().ok()?;
    match whole {
        "0" => Some(part),
        "1" if part == 0 => Some(1000),
        _ => None,
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Language {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(parts
            .extensions
            .get::<Self>()
            .copied()
            .unwrap_or_else(|| Self::from_headers(&parts.headers)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_caller_is_answered_in_the_language_asked_for() {
        for french in [
            "fr",
            "FR-ca",
            "fr-CA, en;q=0.8",
            "es, fr;q=0.2",
            "en;q=0.4, fr;q=0.5",
            "fr, en",
            "en;q=0, *",
            "fr ; q=0.9, *;q=0.1",
            "fr;q=0, fr-CA",
        ] {
            assert_eq!(Language::negotiate(french), Language::French, "{french}");
        }
        for english in [
            "",
            "en",
            "*",
            "es-US",
            "en, fr",
            "fr;q=0",
            "fr;q=0.5, en;q=0.7",
            "fri",
            "fr;q=2",
            "fr;q=0.1234",
            "fr;q=x",
            "fr;level=1",
            "fr, ;;",
            "fr_CA",
            "*, fr;q=0.5",
        ] {
            assert_eq!(Language::negotiate(english), Language::English, "{english}");
        }
    }

    proptest! {
        #[test]
        fn no_header_value_upsets_it(value in "\\PC{0,200}") {
            prop_assert!(["en", "fr"].contains(&Language::negotiate(&value).tag()));
        }

        #[test]
        fn the_heavier_of_two_weights_wins(f in 0u16..=1000, e in 0u16..=1000, french_first: bool) {
            let weight = |w: u16| if w == 1000 { "1".to_owned() } else { format!("0.{w:03}") };
            let (fr, en) = (format!("fr-CA;q={}", weight(f)), format!("en;q={}", weight(e)));
            let list = if french_first { format!("{fr}, {en}") } else { format!("{en},{fr}") };
            let french = f > 0 && (f > e || (f == e && french_first));
            prop_assert_eq!(Language::negotiate(&list) == Language::French, french, "{}", list);
        }
    }
}
