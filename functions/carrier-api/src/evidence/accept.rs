//! Whether a caller would rather have a page than a signed message: `Accept` (RFC 9110, 12.5.1) down to one question.

use axum::http::{HeaderMap, header::ACCEPT};

/// How much a caller wants a type: its weight in thousandths, and how exactly the range that gives it names the type.
type Wish = (u16, u8);

/// Whether `text/html` is wanted more than `application/jose`. Where both are wanted alike, the one that is named more exactly is; a
/// header that cannot be read wishes for nothing.
pub(super) fn a_page_is_wanted(headers: &HeaderMap) -> bool {
    let lines = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|line| line.to_str().ok());
    let list: Vec<&str> = lines.flat_map(|line| line.split(',')).collect();
    let page = wish(&list, "text", "html");
    page.0 > 0 && page > wish(&list, "application", "jose")
}

/// The wish for a type: the most exact range that holds it decides (RFC 9110, 12.5.1).
fn wish(list: &[&str], kind: &str, subtype: &str) -> Wish {
    let ranges = list.iter().filter_map(|element| {
        let mut parts = element.split(';').map(str::trim);
        let (range_kind, range_subtype) = parts.next()?.split_once('/')?;
        let exactness = match (range_kind, range_subtype) {
            ("*", "*") => 1,
            (a, "*") if a.eq_ignore_ascii_case(kind) => 2,
            (a, b) if a.eq_ignore_ascii_case(kind) && b.eq_ignore_ascii_case(subtype) => 3,
            _ => return None,
        };
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        Some((exactness, weight.map_or(Some(1000), thousandths)?))
    });
    let best = ranges.max_by_key(|(exactness, _)| *exactness);
    best.map_or((0, 0), |(exactness, weight)| (weight, exactness))
}

/// A weight between 0 and 1.
fn thousandths(weight: &str) -> Option<u16> {
    let weight: f32 = weight.parse().ok()?;
    // Within 0 to 1000 by the filter, so nothing is cut off.
    (0.0..=1.0)
        .contains(&weight)
        .then(|| (weight * 1000.0).round() as u16)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn wanted(accept: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_str(accept).unwrap());
        a_page_is_wanted(&headers)
    }

    #[test]
    fn a_browser_gets_a_page_and_a_program_the_signed_message() {
        for page in [
            "text/html",
            "TEXT/HTML",
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "text/*",
            "text/html, */*",
            "application/jose;q=0.5, text/html;q=0.6",
        ] {
            assert!(wanted(page), "{page}");
        }
        for message in [
            "",
            "*/*",
            "application/jose",
            "application/json",
            "text/html;q=0",
            "text/html;q=0.5, application/jose",
            "text/html;q=x",
            "text/html;q=7",
            "text/html;q=NaN",
            "text",
        ] {
            assert!(!wanted(message), "{message}");
        }
        assert!(!a_page_is_wanted(&HeaderMap::new()));
    }

    proptest! {
        #[test]
        fn no_header_upsets_it(accept in "[ -~]{0,80}") {
            let _ = wanted(&accept);
        }
    }
}
