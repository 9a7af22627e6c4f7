//! Text that people and machines send us, each with its rule, checked once when it is read.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Invalid;

/// One line of text with no space at its ends, as a pattern. Unicode's spaces are written out: `\s` is another set in each
/// dialect of regular expressions.
const LINE: &str = concat!(
    r"^[^\u0000-\u001f\u007f-\u009f \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]",
    r"([^\u0000-\u001f\u007f-\u009f]*",
    r"[^\u0000-\u001f\u007f-\u009f \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000])?$",
);

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident, $what:literal, $max:literal, $pattern:expr, $rule:literal, |$c:ident| $ok:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(into = "String", try_from = "String")]
        #[schemars(with = "String", extend("pattern" = $pattern, "minLength" = 1, "maxLength" = $max))]
        pub struct $name(String);

        impl $name {
            /// The text itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = Invalid;
            fn from_str(text: &str) -> Result<Self, Invalid> {
                let count = text.chars().count();
                if (1..=$max).contains(&count) && text.chars().all(|$c: char| $ok) && text.trim() == text {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(Invalid::new($what, $rule))
                }
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = Invalid;
            fn try_from(text: String) -> Result<Self, Invalid> {
                text.parse()
            }
        }
    )*};
}

texts! {
    /// A carrier's own, opaque name for a driver. Never a person's name: it must have no spaces.
    DriverRef, "driver", 64, "^[A-Za-z0-9_.:-]+$",
        "1 to 64 of the letters A to Z, digits, and the signs . _ : -",
        |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':' | '-');
    /// A parcel's tracking number, as printed on its label.
    TrackingNumber, "tracking number", 40, "^[A-Z0-9-]+$",
        "1 to 40 capital letters, digits and hyphens",
        |c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
    /// A vendor's own, opaque name for a door, as its adapter understands it.
    DoorRef, "door reference", 200, "^[!-~]+$",
        "1 to 200 visible ASCII characters",
        |c| c.is_ascii_graphic();
    /// A carrier's own, opaque name for a photo that it keeps. Nobody here fetches it.
    PhotoRef, "photo reference", 200, "^[!-~]+$",
        "1 to 200 visible ASCII characters",
        |c| c.is_ascii_graphic();
    /// A name that a person gives to a thing: a door, a home.
    Label, "name", 60, LINE,
        "1 to 60 characters without line breaks or spaces at the ends",
        |c| !c.is_control();
    /// A sentence of explanation from a person or a carrier's system.
    Remark, "reason", 200, LINE,
        "1 to 200 characters without line breaks or spaces at the ends",
        |c| !c.is_control();
}

/// Text that must travel in a message and may be printed nowhere: `Debug` shows `***`, and there is no `Display`.
#[derive(Clone)]
pub struct SecretText(SecretString);

impl SecretText {
    /// Wraps a secret.
    #[must_use]
    pub fn new(secret: impl Into<String>) -> Self {
        Self(SecretString::from(secret.into()))
    }

    /// The secret itself. Every call of this is a place to look at in a review.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Writes the secret in clear: only messages that go from the platform to an adapter hold this type, and the one answer that gives
/// a webhook endpoint's secret to its carrier.
impl Serialize for SecretText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

impl JsonSchema for SecretText {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SecretText".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "description": "A secret: keep it out of every log."})
    }
}

/// A blob that only its maker can open. It may be stored and passed on; `Debug` shows its length alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct SealedBlob(String);

impl SealedBlob {
    /// Wraps sealed bytes in the text form in which they travel and rest.
    #[must_use]
    pub fn new(sealed: impl Into<String>) -> Self {
        Self(sealed.into())
    }

    /// The sealed text, to store or to open.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SealedBlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sealed({} characters)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_as_stars() {
        let secret = SecretText::new("open sesame");
        assert_eq!(format!("{secret:?}"), "***");
        assert_eq!(secret.expose(), "open sesame");
    }

    #[test]
    fn a_driver_reference_has_no_room_for_a_persons_name() {
        assert!("drv:88-12".parse::<DriverRef>().is_ok());
        for bad in ["", "Jane Doe", "a\u{0}", &"x".repeat(65)] {
            assert!(bad.parse::<DriverRef>().is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn a_refusal_never_repeats_the_value() {
        let refusal = "secret place".parse::<TrackingNumber>().unwrap_err().to_string();
        assert!(!refusal.contains("secret"));
    }
}
