//! Whether a push is the vendor's: the parts that need no key. Pure.
//!
//! The vendor signs the path, a digest of the body and the date (HTTP Signatures, `rsa-sha256`). The vendor's own SDK believes the digest;
//! here it is computed, as a body could otherwise be another's.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use postern_contract::adapter::EventsParseInput;
use sha2::{Digest, Sha256};

/// How far the date may lie from now, in seconds: what the vendor's SDK takes.
const SKEW_SECONDS_MAX: i64 = 300;

/// The longest name of a key.
const KEY_ID_CHARS_MAX: usize = 200;

/// What must be signed.
const NEEDED: [&str; 3] = ["(request-target)", "digest", "date"];

/// Why a push is not believed. It repeats nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Untrusted {
    /// There is no signature, or it cannot be read.
    #[error("the message has no signature of the vendor's kind")]
    Unsigned,
    /// It is a signature of something else.
    #[error("the signature leaves out what must be signed")]
    Partial,
    /// The key's name leads elsewhere.
    #[error("the signature's key is not one of the vendor's")]
    StrangeKey,
    /// The body is another one.
    #[error("the body is not the one that was signed")]
    WrongDigest,
    /// It was signed long ago, or in the future.
    #[error("the message was signed at another time")]
    WrongDate,
    /// The signature does not fit.
    #[error("the signature is not the vendor's")]
    WrongSignature,
}

/// What is left to be judged by the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The path of the key at the key host, in its parts.
    pub key: Vec<String>,
    /// What was signed.
    pub text: String,
    /// The signature.
    pub signature: Vec<u8>,
}

/// Judges everything but the signature itself.
///
/// # Errors
/// [`Untrusted`].
pub fn signed(input: &EventsParseInput, body: &[u8], now: Timestamp) -> Result<Signed, Untrusted> {
    let authorization = header(input, "authorization").ok_or(Untrusted::Unsigned)?;
    let parameters = authorization
        .strip_prefix("Signature ")
        .ok_or(Untrusted::Unsigned)?;
    let parameter = |name: &str| parameter(parameters, name).ok_or(Untrusted::Unsigned);
    if parameter("algorithm")? != "rsa-sha256" {
        return Err(Untrusted::Unsigned);
    }
    let names: Vec<_> = parameter("headers")?.split(' ').collect();
    if !NEEDED.iter().all(|needed| names.contains(needed)) {
        return Err(Untrusted::Partial);
    }
    let key = key(parameter("keyId")?).ok_or(Untrusted::StrangeKey)?;
    let signature = STANDARD
        .decode(parameter("signature")?)
        .map_err(|_| Untrusted::Unsigned)?;
    let digest = header(input, "digest").ok_or(Untrusted::Partial)?;
    if digest != format!("SHA256={}", STANDARD.encode(Sha256::digest(body))) {
        return Err(Untrusted::WrongDigest);
    }
    let date = header(input, "date").and_then(date).ok_or(Untrusted::WrongDate)?;
    if date.duration_since(now).as_secs().abs() > SKEW_SECONDS_MAX {
        return Err(Untrusted::WrongDate);
    }
    let lines: Option<Vec<_>> = names.iter().map(|name| line(input, name)).collect();
    Ok(Signed {
        key,
        text: lines.ok_or(Untrusted::Partial)?.join("\n"),
        signature,
    })
}

/// The line of what was signed that is about this header. The query of the path is not signed.
fn line(input: &EventsParseInput, name: &str) -> Option<String> {
    if name == "(request-target)" {
        let path = input.target.split('?').next().unwrap_or_default();
        return Some(format!("{name}: {} {path}", input.method.to_ascii_lowercase()));
    }
    Some(format!("{name}: {}", header(input, name)?))
}

/// A header that is there once. One that is there twice could be judged by one value and meant by the other.
fn header<'a>(input: &'a EventsParseInput, name: &str) -> Option<&'a str> {
    let mut found = input.headers.iter().filter(|(known, _)| known == name);
    let (_, value) = found.next()?;
    found.next().is_none().then_some(value.trim())
}

/// A parameter `name="value"` that is there once.
fn parameter<'a>(parameters: &'a str, name: &str) -> Option<&'a str> {
    let mut found = parameters.split(',').filter_map(|one| {
        let (known, value) = one.trim().split_once('=')?;
        (known == name).then_some(value)
    });
    let value = found.next()?.strip_prefix('"')?.strip_suffix('"')?;
    found.next().is_none().then_some(value)
}

/// A key's name is a path at the key host, and plain, so that it leads nowhere else.
fn key(id: &str) -> Option<Vec<String>> {
    let plain = |part: &&str| {
        let usual = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        !matches!(*part, "" | "." | "..") && part.bytes().all(usual)
    };
    let parts: Vec<_> = id.strip_prefix('/')?.split('/').collect();
    let fits = id.len() <= KEY_ID_CHARS_MAX && parts.iter().all(plain);
    fits.then(|| parts.into_iter().map(str::to_owned).collect())
}

/// `Thu, 01 Jan 2026 00:00:00 UTC`. Others end such a date in `GMT`, which is the same.
fn date(text: &str) -> Option<Timestamp> {
    let time = text.strip_suffix(" UTC").or_else(|| text.strip_suffix(" GMT"))?;
    let time = DateTime::strptime("%a, %d %b %Y %H:%M:%S", time).ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn now() -> Timestamp {
        "2026-01-01T00:00:00Z".parse().unwrap()
    }

    fn authorization(key: &str, headers: &str) -> String {
        format!("Signature keyId=\"{key}\",signature=\"AAAA\",headers=\"{headers}\",algorithm=\"rsa-sha256\"")
    }

    fn push() -> EventsParseInput {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        EventsParseInput {
            method: "POST".to_owned(),
            target: "/hook?who=us".to_owned(),
            headers: vec![
                header(
                    "authorization",
                    &authorization("/pl/useast2/70-6f", "(request-target) digest date"),
                ),
                header("digest", "SHA256=RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="),
                header("date", "Thu, 01 Jan 2026 00:00:00 UTC"),
            ],
            body: STANDARD.encode("{}"),
        }
    }

    fn with(name: &str, value: &str) -> Result<Signed, Untrusted> {
        let mut changed = push();
        changed.headers.retain(|(known, _)| known != name);
        changed.headers.push((name.to_owned(), value.to_owned()));
        signed(&changed, b"{}", now())
    }

    proptest! {
        #[test]
        fn no_header_makes_the_reader_panic(value in "\\PC{0,120}", which in 0_usize..3) {
            let _ = with(["authorization", "digest", "date"][which], &value);
        }

        #[test]
        fn a_key_leads_nowhere_but_below_the_key_host(id in "[/.@:%a-z0-9?#\\\\-]{0,30}") {
            if let Some(parts) = key(&id) {
                prop_assert!(!parts.is_empty());
                prop_assert!(parts.iter().all(|part| !part.contains(['@', ':', '%', '?', '#', '\\', '/'])));
                prop_assert!(parts.iter().all(|part| part != ".." && part != "."));
            }
        }
    }

    #[test]
    fn what_was_signed_is_put_together_as_the_vendor_does_without_the_query() {
        let signed = signed(&push(), b"{}", now()).unwrap();
        assert_eq!(
            signed.text,
            "(request-target): post /hook\n\
             digest: SHA256=RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=\n\
             date: Thu, 01 Jan 2026 00:00:00 UTC"
        );
        assert_eq!(signed.key, ["pl", "useast2", "70-6f"]);
        assert_eq!(signed.signature, [0, 0, 0]);
    }

    #[test]
    fn another_body_another_time_and_another_key_are_refused() {
        assert_eq!(signed(&push(), b"{ }", now()), Err(Untrusted::WrongDigest));
        for (seconds, fits) in [(300, true), (301, false), (-300, true), (-301, false)] {
            let then = now() + jiff::SignedDuration::from_secs(seconds);
            assert_eq!(signed(&push(), b"{}", then).is_ok(), fits, "{seconds}");
        }
        for date in ["", "now", "Thu, 01 Jan 2026 00:00:00 PST", "2026-01-01T00:00:00Z"] {
            assert_eq!(with("date", date), Err(Untrusted::WrongDate), "{date}");
        }
        let all = "(request-target) digest date";
        for key in [
            "",
            "/",
            "//evil.example/x",
            "@evil.example/x",
            "/../x",
            "/a/%2e%2e/x",
            "/a?b",
            "https://evil.example/x",
            "/a\\b",
        ] {
            assert_eq!(
                with("authorization", &authorization(key, all)),
                Err(Untrusted::StrangeKey),
                "{key}"
            );
        }
        for less in [
            "",
            "date",
            "(request-target) date",
            "digest date",
            "(request-target) digest",
        ] {
            let partial = with("authorization", &authorization("/pl/x", less));
            assert_eq!(partial, Err(Untrusted::Partial), "{less}");
        }
        let missing = with(
            "authorization",
            &authorization("/pl/x", "(request-target) digest date host"),
        );
        assert_eq!(missing, Err(Untrusted::Partial), "a header that is not there");
        for unsigned in ["", "Bearer x", "Signature", "Signature keyId=\"/pl/x\""] {
            assert_eq!(
                with("authorization", unsigned),
                Err(Untrusted::Unsigned),
                "{unsigned}"
            );
        }
        let weaker = authorization("/pl/x", all).replace("rsa-sha256", "hmac-sha256");
        assert_eq!(with("authorization", &weaker), Err(Untrusted::Unsigned));
    }

    #[test]
    fn what_is_there_twice_is_not_there() {
        let mut twice = push();
        twice
            .headers
            .push(("date".to_owned(), "Thu, 01 Jan 2026 00:00:00 UTC".to_owned()));
        assert_eq!(signed(&twice, b"{}", now()), Err(Untrusted::WrongDate));
        let two_keys = authorization("/pl/x\",keyId=\"/pl/y", "(request-target) digest date");
        assert_eq!(with("authorization", &two_keys), Err(Untrusted::Unsigned));
    }
}
