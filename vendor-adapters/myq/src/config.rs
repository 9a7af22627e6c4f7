//! Which myQ hosts to speak with, and who we are there.

use std::time::Duration;

use postern_adapter_sdk::{ClientAuth, ConfigError, OAuthConfig, SettingReader, join};
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::SecretString;
use url::Url;

/// How long an opener may be silent before its last reading is called stale, unless configured. The cloud shows `online`
/// for minutes after an opener lost its network (homebridge-myq, issue 916).
const SILENCE_MAX_DEFAULT: Duration = Duration::from_secs(15 * 60);

/// The partner's settings. Its `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct MyqConfig {
    /// Login and tokens, such as `https://partner-identity.myq-cloud.com/`.
    pub identity_url: Url,
    /// The homes of a login.
    pub accounts_url: Url,
    /// What is in a home.
    pub devices_url: Url,
    /// Where garage doors are ordered.
    pub commands_url: Url,
    /// The id issued to this partner.
    pub client_id: String,
    /// The secret, where one is issued.
    pub client_secret: Option<SecretString>,
    /// What to ask the household for.
    pub scope: String,
    /// The version segments of the three APIs.
    pub versions: Versions,
    /// Whether the devices API has single devices: version 6.2 does, 5.2 and 6.0 may not.
    pub single_device_reads: bool,
    /// How long an opener may be silent before its last reading is called stale.
    pub silence_max: Duration,
    /// Further headers for every call, as the partner agreement asks.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

/// The version segments in the paths, without the `v`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versions {
    /// Of the accounts API.
    pub accounts: String,
    /// Of the devices API.
    pub devices: String,
    /// Of the commands API.
    pub commands: String,
}

impl Default for Versions {
    fn default() -> Self {
        Self {
            accounts: "6.0".into(),
            devices: "6.2".into(),
            commands: "6.0".into(),
        }
    }
}

impl MyqConfig {
    /// All four hosts at one address, as a simulator has them, and a public client.
    pub fn at_one_host(base_url: Url, client_id: impl Into<String>) -> Self {
        Self {
            identity_url: base_url.clone(),
            accounts_url: base_url.clone(),
            devices_url: base_url.clone(),
            commands_url: base_url,
            client_id: client_id.into(),
            client_secret: None,
            scope: "MyQ_Residential offline_access".into(),
            versions: Versions::default(),
            single_device_reads: true,
            silence_max: SILENCE_MAX_DEFAULT,
            headers: Vec::new(),
        }
    }

    /// The settings in this process's environment; see [`Self::from_settings`] for their names.
    ///
    /// # Errors
    /// [`ConfigError`] for the first that is missing or unusable.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_settings(|name| std::env::var(name).ok())
    }

    /// The settings that `setting` finds: `MYQ_IDENTITY_URL`, `MYQ_ACCOUNTS_URL`, `MYQ_DEVICES_URL`,
    /// `MYQ_COMMANDS_URL` and `MYQ_CLIENT_ID` must be there. `MYQ_CLIENT_SECRET`, `MYQ_SCOPE`, `MYQ_ACCOUNTS_VERSION`,
    /// `MYQ_DEVICES_VERSION`, `MYQ_COMMANDS_VERSION`, `MYQ_SINGLE_DEVICE_READS` (`true` or `false`),
    /// `MYQ_SILENCE_SECONDS_MAX` and `MYQ_HEADERS` (a JSON object of texts) may be.
    ///
    /// # Errors
    /// [`ConfigError`] for the first that is missing or unusable.
    pub fn from_settings(setting: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let settings = SettingReader::new(setting);
        let version = |name, default: String| match settings.given(name) {
            Some(version) if is_version(&version) => Ok(version),
            Some(_) => Err(ConfigError {
                setting: name,
                problem: "must be a version like 6.0",
            }),
            None => Ok(default),
        };
        let (identity_url, accounts_url) = (
            settings.url("MYQ_IDENTITY_URL")?,
            settings.url("MYQ_ACCOUNTS_URL")?,
        );
        let (devices_url, commands_url) = (
            settings.url("MYQ_DEVICES_URL")?,
            settings.url("MYQ_COMMANDS_URL")?,
        );
        let default = Self::at_one_host(identity_url.clone(), settings.needed("MYQ_CLIENT_ID")?);
        Ok(Self {
            accounts_url,
            devices_url,
            commands_url,
            identity_url,
            client_secret: settings.given("MYQ_CLIENT_SECRET").map(SecretString::from),
            scope: settings.given("MYQ_SCOPE").unwrap_or(default.scope),
            versions: Versions {
                accounts: version("MYQ_ACCOUNTS_VERSION", default.versions.accounts)?,
                devices: version("MYQ_DEVICES_VERSION", default.versions.devices)?,
                commands: version("MYQ_COMMANDS_VERSION", default.versions.commands)?,
            },
            single_device_reads: match settings.given("MYQ_SINGLE_DEVICE_READS").as_deref() {
                None | Some("true") => true,
                Some("false") => false,
                Some(_) => {
                    return Err(ConfigError {
                        setting: "MYQ_SINGLE_DEVICE_READS",
                        problem: "must be true or false",
                    });
                }
            },
            silence_max: silence_max(settings.given("MYQ_SILENCE_SECONDS_MAX").as_deref())?,
            headers: settings.headers("MYQ_HEADERS")?,
            client_id: default.client_id,
        })
    }

    pub(crate) fn oauth(&self) -> Result<OAuthConfig, ConfigError> {
        let at = |path: &[&str]| {
            join(&self.identity_url, path).ok_or(ConfigError {
                setting: "MYQ_IDENTITY_URL",
                problem: "can't have a path",
            })
        };
        Ok(OAuthConfig {
            authorize_url: at(&["connect", "authorize"])?,
            token_url: at(&["connect", "token"])?,
            client_id: self.client_id.clone(),
            client_secret: self.client_secret.clone(),
            client_auth: ClientAuth::Body,
            scopes: self.scope.split_whitespace().map(str::to_owned).collect(),
            authorize_parameters: Vec::new(),
            headers: self.headers.clone(),
        })
    }
}

fn is_version(text: &str) -> bool {
    text.len() <= 8
        && text
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

fn silence_max(value: Option<&str>) -> Result<Duration, ConfigError> {
    let Some(value) = value else {
        return Ok(SILENCE_MAX_DEFAULT);
    };
    let seconds = value
        .parse::<u32>()
        .ok()
        .filter(|seconds| (30..=86_400).contains(seconds));
    seconds
        .map(|seconds| Duration::from_secs(seconds.into()))
        .ok_or(ConfigError {
            setting: "MYQ_SILENCE_SECONDS_MAX",
            problem: "must be between 30 and 86400 seconds",
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn settings(changed: &str, to: &str) -> Result<MyqConfig, ConfigError> {
        MyqConfig::from_settings(|name| {
            if name == changed {
                return Some(to.to_owned());
            }
            match name {
                "MYQ_CLIENT_ID" => Some("partner".into()),
                "MYQ_IDENTITY_URL" | "MYQ_ACCOUNTS_URL" | "MYQ_DEVICES_URL" | "MYQ_COMMANDS_URL" => {
                    Some("https://vendor.example/base/".into())
                }
                _ => None,
            }
        })
    }

    proptest! {
        #[test]
        fn no_setting_makes_the_reader_panic(value in ".{0,40}", which in 0_usize..6) {
            let name = ["MYQ_IDENTITY_URL", "MYQ_DEVICES_VERSION", "MYQ_SINGLE_DEVICE_READS",
                "MYQ_SILENCE_SECONDS_MAX", "MYQ_HEADERS", "MYQ_SCOPE"][which];
            let _ = settings(name, &value);
        }
    }

    #[test]
    fn tokens_are_sent_over_tls_or_to_this_machine_and_nowhere_else() {
        assert!(settings("MYQ_COMMANDS_URL", "http://localhost:4000").is_ok());
        assert!(settings("MYQ_COMMANDS_URL", "http://127.0.0.1:4000").is_ok());
        for bad in [
            "http://vendor.example",
            "http://localhost.vendor.example",
            "ftp://localhost",
            "vendor",
            "",
        ] {
            assert_eq!(
                settings("MYQ_COMMANDS_URL", bad).unwrap_err().setting,
                "MYQ_COMMANDS_URL",
                "{bad}"
            );
        }
    }

    #[test]
    fn a_complaint_names_the_setting_and_repeats_no_value() {
        let complaint = settings("MYQ_HEADERS", r#"{"x-key": 17, "y": "top-secret"}"#).unwrap_err();
        assert_eq!(
            complaint.to_string(),
            "MYQ_HEADERS must be a JSON object of header names and texts"
        );
        let config = settings("MYQ_CLIENT_SECRET", "top-secret").unwrap();
        assert!(config.client_secret.is_some() && !format!("{config:?}").contains("top-secret"));
    }

    #[test]
    fn the_login_page_and_the_token_endpoint_are_below_the_identity_address() {
        let oauth = settings("", "").unwrap().oauth().unwrap();
        assert_eq!(
            oauth.token_url.as_str(),
            "https://vendor.example/base/connect/token"
        );
        assert_eq!(oauth.scopes, ["MyQ_Residential", "offline_access"]);
    }
}
