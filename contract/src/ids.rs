//! Typed identifiers, all in one registry, so that a door can never be passed where a delivery is meant.
//!
//! An id reads `<prefix>_<ULID>`: the prefix tells a person what it names, the ULID sorts by creation time. Minting takes the
//! time and the randomness as values; nothing here reads a clock.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::Invalid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(into = "String", try_from = "String")]
        #[schemars(with = "String", extend("pattern" = concat!("^", $prefix, "_[0-7][0-9A-HJKMNP-TV-Z]{25}$")))]
        pub struct $name(Ulid);

        impl $name {
            /// What every id of this kind starts with.
            pub const PREFIX: &'static str = $prefix;

            /// An id for something that came to be at `unix_ms` (milliseconds since 1970), told apart by 80 of `random`'s bits.
            #[must_use]
            pub const fn from_parts(unix_ms: u64, random: u128) -> Self {
                Self(Ulid::from_parts(unix_ms, random))
            }

            /// When the thing was named, in milliseconds since 1970.
            #[must_use]
            pub const fn unix_ms(&self) -> u64 {
                self.0.timestamp_ms()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", $prefix, self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = Invalid;
            fn from_str(text: &str) -> Result<Self, Invalid> {
                const RULE: Invalid = Invalid::new(
                    stringify!($name),
                    concat!("an id of the form ", $prefix, "_ followed by 26 letters and digits"),
                );
                let ulid = text.strip_prefix(concat!($prefix, "_")).ok_or(RULE)?;
                // One spelling for one id: the decoder alone would take lower case and look-alike letters too.
                let id = Ulid::from_string(ulid).map_err(|_| RULE)?;
                if id.to_string() == ulid { Ok(Self(id)) } else { Err(RULE) }
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
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

ids! {
    /// One delivery, and the grant that goes with it: they are one to one.
    DeliveryId = "dlv";
    /// The people of one address, and what they agreed to.
    HouseholdId = "hh";
    /// One garage door of one household.
    DoorId = "door";
    /// One household's tie to one vendor account.
    LinkId = "link";
    /// One order to a door. The same order carries the same id through every record and message.
    CommandId = "cmd";
    /// One entry of a household's activity log.
    ActivityId = "act";
    /// One event of a carrier's feed. The same event carries the same id however often it is told.
    EventId = "evt";
    /// One address at which a carrier is told of events.
    WebhookId = "wh";
    /// One event on its way to one webhook endpoint.
    PushId = "psh";
}

/// A short name chosen by the operator: lower-case letters, digits and single hyphens, 2 to 40 long.
macro_rules! slugs {
    ($($(#[$doc:meta])* $name:ident, $what:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(into = "String", try_from = "String")]
        #[schemars(with = "String", extend("pattern" = "^[a-z0-9]+(-[a-z0-9]+)*$", "minLength" = 2, "maxLength" = 40))]
        pub struct $name(String);

        impl $name {
            /// The name as text.
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
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = Invalid;
            fn from_str(text: &str) -> Result<Self, Invalid> {
                if is_slug(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(Invalid::new($what, "2 to 40 lower-case letters and digits, parted by single hyphens"))
                }
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
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

slugs! {
    /// A carrier, by the name the operator registered it under. It is also the client id of the carrier's tokens.
    CarrierId, "carrier";
    /// A vendor, by the name its adapter was registered under.
    VendorId, "vendor";
}

fn is_slug(text: &str) -> bool {
    (2..=40).contains(&text.len())
        && text.split('-').all(|part| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_minted_id_reads_back_as_itself(ms in 0_u64..(1 << 48), random: u128) {
            let id = DeliveryId::from_parts(ms, random);
            prop_assert_eq!(id.to_string().parse::<DeliveryId>(), Ok(id));
            prop_assert_eq!(id.unix_ms(), ms);
        }

        #[test]
        fn no_text_makes_the_reader_panic_and_what_it_takes_has_one_spelling(text in ".{0,48}") {
            if let Ok(id) = text.parse::<DoorId>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }

        #[test]
        fn slugs_take_exactly_what_their_pattern_says(text in "[a-z0-9-]{0,44}") {
            let fits = text.len() >= 2 && text.len() <= 40
                && !text.starts_with('-') && !text.ends_with('-') && !text.contains("--");
            prop_assert_eq!(text.parse::<CarrierId>().is_ok(), fits);
        }
    }

    #[test]
    fn an_id_of_one_kind_is_not_read_as_another() {
        let door = DoorId::from_parts(1 << 45, u128::MAX).to_string();
        assert!(door.parse::<DeliveryId>().is_err());
        assert!(door.to_lowercase().parse::<DoorId>().is_err());
    }
}
