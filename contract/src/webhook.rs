//! Webhook endpoints: where a carrier's system is told of events, and of which.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{
    Invalid,
    feed::{EventType, NAMESPACE},
    ids::WebhookId,
    text::{Remark, SecretText},
};

/// How many kinds of events one endpoint may name.
pub const TYPES_MAX: usize = 40;

/// An address that is posted to. Whether it may be is looked at when it is set and again whenever it is used.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String", extend("pattern" = r"^https?://[!-~]+$", "maxLength" = 1000))]
pub struct WebhookUrl(String);

impl WebhookUrl {
    /// The longest, in characters.
    pub const LENGTH_MAX: usize = 1000;

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl FromStr for WebhookUrl {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let rest = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"));
        let fits = rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_graphic()));
        if fits && text.len() <= Self::LENGTH_MAX {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new(
                "url",
                "an address that begins with https://, at most 1000 visible ASCII characters",
            ))
        }
    }
}

/// Which events are meant: one type, or all whose type begins so, as in `com.postern.delivery.*`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String", extend("pattern" = r"^com\.postern(\.[a-z_]+)*\.([a-z_]+|\*)$", "maxLength" = 100))]
pub struct EventFilter(String);

impl EventFilter {
    /// Every event.
    #[must_use]
    pub fn everything() -> Self {
        Self(format!("{NAMESPACE}*"))
    }

    /// Whether an event of this type is meant.
    #[must_use]
    pub fn fits(&self, kind: &EventType) -> bool {
        match self.0.strip_suffix('*') {
            Some(start) => kind.as_str().starts_with(start),
            None => kind.as_str() == self.0,
        }
    }

    /// The filter as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for EventFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for EventFilter {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        // With a word in its place, what ends in a star is a type.
        let as_type = match text.strip_suffix(".*") {
            Some(start) => format!("{start}.x"),
            None => text.to_owned(),
        };
        if as_type.parse::<EventType>().is_ok() && text.len() <= EventType::LENGTH_MAX {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new(
                "types",
                "types of events, such as com.postern.delivery.opened or com.postern.delivery.*",
            ))
        }
    }
}

macro_rules! as_text {
    ($($name:ident),*) => {$(
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

as_text!(WebhookUrl, EventFilter);

/// Have events told to an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateWebhook {
    /// Where they are posted to.
    pub url: WebhookUrl,
    /// Which events; all of them when absent.
    #[serde(default = "everything", deserialize_with = "types")]
    #[schemars(length(min = 1, max = 40))]
    pub types: Vec<EventFilter>,
    /// What it is for, in the carrier's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Remark>,
    /// Whether it is told from now on; it is when absent.
    #[serde(default = "yes")]
    pub enabled: bool,
}

/// Change an endpoint. What is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeWebhook {
    /// Where events are posted to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<WebhookUrl>,
    /// Which events.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "some_types"
    )]
    #[schemars(length(min = 1, max = 40))]
    pub types: Option<Vec<EventFilter>>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Remark>,
    /// Whether it is told. Switching it on forgets why it was off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

fn everything() -> Vec<EventFilter> {
    vec![EventFilter::everything()]
}

const fn yes() -> bool {
    true
}

fn types<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<EventFilter>, D::Error> {
    let types = Vec::<EventFilter>::deserialize(deserializer)?;
    if (1..=TYPES_MAX).contains(&types.len()) {
        Ok(types)
    } else {
        Err(de::Error::custom(Invalid::new(
            "types",
            "1 to 40 types of events",
        )))
    }
}

fn some_types<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<EventFilter>>, D::Error> {
    #[derive(Deserialize)]
    struct Types(#[serde(deserialize_with = "types")] Vec<EventFilter>);
    Ok(Option::<Types>::deserialize(deserializer)?.map(|Types(types)| types))
}

/// Why an endpoint is told nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DisabledReason {
    /// The carrier wanted it so.
    Asked,
    /// It answered 410: there is nothing there any more.
    Gone,
    /// Nothing it was told in five days arrived.
    Failing,
}

/// An endpoint, as its carrier sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WebhookView {
    /// Its id.
    pub id: WebhookId,
    /// Where events are posted to.
    pub url: WebhookUrl,
    /// Which events.
    pub types: Vec<EventFilter>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Remark>,
    /// Whether it is told.
    pub enabled: bool,
    /// Why not, if not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_reason: Option<DisabledReason>,
    /// Since when nothing that it was told has arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Timestamp>,
    /// What proves the `v1a` signatures of what it is told: `whpk_` and base64, after Standard Webhooks. It changes with the secret.
    pub public_key: String,
    /// Until when what it is told is also signed by the secret before the present one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_secret_until: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// An endpoint with its fresh secret: the one answer that holds it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct WebhookSecret {
    /// The endpoint.
    pub webhook: WebhookView,
    /// What signs from now on: `whsec_` and base64, after Standard Webhooks.
    pub secret: SecretText,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filter(text: &str) -> EventFilter {
        text.parse().unwrap()
    }

    #[test]
    fn a_filter_fits_one_type_or_all_that_begin_so() {
        let opened: EventType = "com.postern.delivery.opened".parse().unwrap();
        for (text, fits) in [
            ("com.postern.delivery.opened", true),
            ("com.postern.delivery.*", true),
            ("com.postern.*", true),
            ("com.postern.delivery.open", false),
            ("com.postern.webhook.*", false),
        ] {
            assert_eq!(filter(text).fits(&opened), fits, "{text}");
        }
        assert_eq!(EventFilter::everything(), filter("com.postern.*"));
        for bad in [
            "*",
            "com.*",
            "com.postern*",
            "com.postern.delivery.open*",
            "com.postern.*.opened",
            ".*",
            "",
        ] {
            assert!(bad.parse::<EventFilter>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_text_upsets_the_readers(text in "\\PC{0,40}") {
            if let Ok(filter) = text.parse::<EventFilter>() {
                prop_assert_eq!(filter.as_str(), text.as_str());
            }
            if let Ok(url) = text.parse::<WebhookUrl>() {
                prop_assert_eq!(url.as_str(), text.as_str());
            }
        }

        #[test]
        fn everything_fits_every_type(words in prop::collection::vec("[a-z_]{1,8}", 1..5)) {
            let kind: EventType = format!("com.postern.{}", words.join(".")).parse().unwrap();
            prop_assert!(EventFilter::everything().fits(&kind));
            prop_assert!(filter(kind.as_str()).fits(&kind));
        }
    }
}
