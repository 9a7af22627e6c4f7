//! Reading an adapter's settings: what is missing or unusable is named, and no value is repeated.

use postern_contract::Invalid;
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::{Map, Value};
use url::{Host, Url};

use crate::ClientError;

/// A setting that can't be used. It names the setting and repeats no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{setting} {problem}")]
pub struct ConfigError {
    /// The environment variable.
    pub setting: &'static str,
    /// What is wrong, as the end of a sentence.
    pub problem: &'static str,
}

/// An adapter could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// A setting is unusable.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The HTTP client could not be made.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The adapter's own description breaks the contract.
    #[error(transparent)]
    Description(#[from] Invalid),
}

/// The settings that a lookup finds; an empty one is not there.
#[derive(Clone, Copy, Debug)]
pub struct SettingReader<F>(F);

impl<F: Fn(&str) -> Option<String>> SettingReader<F> {
    /// Reads what `lookup` finds.
    pub fn new(lookup: F) -> Self {
        Self(lookup)
    }

    /// A setting that may be there.
    pub fn given(&self, name: &'static str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }

    /// A setting that must be there.
    ///
    /// # Errors
    /// [`ConfigError`] if it is not.
    pub fn needed(&self, name: &'static str) -> Result<String, ConfigError> {
        self.given(name).ok_or(ConfigError {
            setting: name,
            problem: "is missing",
        })
    }

    /// An address that must be there and that tokens may be sent to.
    ///
    /// # Errors
    /// [`ConfigError`]; see [`vendor_url`].
    pub fn url(&self, name: &'static str) -> Result<Url, ConfigError> {
        vendor_url(name, &self.needed(name)?)
    }

    /// Further headers for every call, as a JSON object of texts; none if it is not there.
    ///
    /// # Errors
    /// [`ConfigError`] if it is something else.
    pub fn headers(&self, name: &'static str) -> Result<Vec<(HeaderName, HeaderValue)>, ConfigError> {
        let wrong = ConfigError {
            setting: name,
            problem: "must be a JSON object of header names and texts",
        };
        let Some(json) = self.given(name) else {
            return Ok(Vec::new());
        };
        let object: Map<String, Value> = serde_json::from_str(&json).map_err(|_| wrong.clone())?;
        object
            .into_iter()
            .map(|(name, value)| {
                let value = value.as_str().and_then(|value| HeaderValue::try_from(value).ok());
                let name = HeaderName::try_from(name).ok();
                name.zip(value).ok_or_else(|| wrong.clone())
            })
            .collect()
    }
}

/// An address that tokens may be sent to: TLS, or this very machine.
///
/// # Errors
/// [`ConfigError`] for anything else.
pub fn vendor_url(setting: &'static str, value: &str) -> Result<Url, ConfigError> {
    let wrong = |problem| ConfigError { setting, problem };
    let url = Url::parse(value).map_err(|_| wrong("must be an address"))?;
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => return Err(wrong("must name a host")),
    };
    if url.scheme() != "https" && !(url.scheme() == "http" && local) {
        return Err(wrong("must begin with https://"));
    }
    Ok(url)
}

/// `base` with `segments` behind it, each percent-encoded, so that no id can lead elsewhere. `None` if `base` can't have a path.
pub fn join(base: &Url, segments: &[&str]) -> Option<Url> {
    let mut url = base.clone();
    url.path_segments_mut().ok()?.pop_if_empty().extend(segments);
    Some(url)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_setting_makes_the_reader_panic(value in ".{0,40}") {
            let reader = SettingReader::new(|_: &str| Some(value.clone()));
            let _ = (reader.url("URL"), reader.headers("HEADERS"), reader.given("ANY"));
        }

        #[test]
        fn an_id_stays_one_segment_of_the_path(id in "\\PC{1,30}") {
            let base = Url::parse("https://vendor.example/base/").unwrap();
            let url = join(&base, &["api", &id, "end"]).unwrap();
            prop_assert_eq!(url.host_str(), Some("vendor.example"));
            // "." and ".." are the two names that a path can't hold; they are dropped, and the request goes nowhere.
            if id != "." && id != ".." {
                prop_assert_eq!(url.path_segments().unwrap().count(), 4, "{}", url);
            }
        }
    }

    #[test]
    fn tokens_are_sent_over_tls_or_to_this_machine_and_nowhere_else() {
        for good in [
            "https://vendor.example/base/",
            "http://localhost:4000",
            "http://127.0.0.1:4000",
            "http://[::1]:4000",
        ] {
            assert!(vendor_url("URL", good).is_ok(), "{good}");
        }
        for bad in [
            "http://vendor.example",
            "http://localhost.vendor.example",
            "ftp://localhost",
            "vendor",
            "",
        ] {
            assert_eq!(vendor_url("URL", bad).unwrap_err().setting, "URL", "{bad}");
        }
    }

    #[test]
    fn a_complaint_names_the_setting_and_repeats_no_value() {
        let reader = SettingReader::new(|_: &str| Some(r#"{"x-key": 17, "y": "top-secret"}"#.to_owned()));
        assert_eq!(
            reader.headers("HEADERS").unwrap_err().to_string(),
            "HEADERS must be a JSON object of header names and texts"
        );
        let empty = SettingReader::new(|_: &str| Some(String::new()));
        assert_eq!(empty.needed("ID").unwrap_err().to_string(), "ID is missing");
    }
}
