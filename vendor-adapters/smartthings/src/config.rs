//! Which addresses of the vendor to speak with, who we are there, and what the operator knows of makers.

use std::collections::BTreeMap;
use std::time::Duration;

use postern_adapter_sdk::{ClientAuth, ConfigError, OAuthConfig, SettingReader, join, vendor_url};
use postern_contract::unattended::WarningSeconds;
use secrecy::SecretString;
use url::Url;

/// The name by which the platform knows the vendor.
pub const VENDOR: &str = "smartthings";

/// The setting of our client secret.
pub const CLIENT_SECRET: &str = "SMARTTHINGS_CLIENT_SECRET";

/// The vendor's API.
const API: &str = "https://api.smartthings.com/";

/// Where the certificates are that pushes are judged by.
const KEYS: &str = "https://key.smartthings.com/";

/// What is asked for, all of which is needed: homes, devices, and orders to them.
pub const SCOPES: [&str; 3] = ["r:locations:*", "r:devices:*", "x:devices:*"];

/// The shortest time between two readings of a door, in seconds. A reading takes two calls, and there are twelve in a minute: eight for
/// readings leave four for an order.
pub const READ_SPACING_SECONDS: u64 = 15;

/// The longest that can be set.
const READ_SPACING_SECONDS_MAX: u64 = 60;

/// The operator's settings. Its `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct SmartThingsConfig {
    /// What every path of the API stands below.
    pub api_url: Url,
    /// The page on which a household logs in.
    pub authorize_url: Url,
    /// The token endpoint.
    pub token_url: Url,
    /// What the key id of a signature stands below.
    pub key_url: Url,
    /// The id issued to this operator.
    pub client_id: String,
    /// The secret issued with it.
    pub client_secret: SecretString,
    /// The id of the operator's app, whose address is confirmed. Without it no address is.
    pub app_id: Option<String>,
    /// How long the openers of a maker warn before an unattended close, where the operator has that from the maker: by the device's
    /// `manufacturerName` or `presentationId`. No other door may be closed unattended: the API does not tell.
    pub close_warnings: BTreeMap<String, WarningSeconds>,
    /// The shortest time between two readings of a door. Who asks sooner gets the last one again.
    pub read_spacing: Duration,
}

impl SmartThingsConfig {
    /// Everything at one address, as a simulator has it, whose doors may be asked about as often as one likes.
    #[must_use]
    pub fn at_one_host(host: &Url, client_id: impl Into<String>) -> Self {
        let at = |path: &str| {
            let mut url = host.clone();
            url.set_path(path);
            url
        };
        let makers = ["Ecolink", "FortrezZ", "Third Reality"];
        Self {
            api_url: at(""),
            authorize_url: at("oauth/authorize"),
            token_url: at("oauth/token"),
            key_url: at(""),
            client_id: client_id.into(),
            client_secret: SecretString::from("simulated-client-secret"),
            app_id: None,
            close_warnings: makers
                .map(|maker| (maker.to_owned(), WarningSeconds::LEAST))
                .into(),
            read_spacing: Duration::ZERO,
        }
    }

    /// The settings that `setting` finds: `SMARTTHINGS_CLIENT_ID` must be there. `SMARTTHINGS_APP_ID`,
    /// `SMARTTHINGS_CLOSE_WARNING_SECONDS` (a JSON object of makers and 5 to 60), `SMARTTHINGS_READ_SPACING_SECONDS` (0 to 60),
    /// `SMARTTHINGS_API_URL`, `SMARTTHINGS_AUTHORIZE_URL`, `SMARTTHINGS_TOKEN_URL` and `SMARTTHINGS_KEY_URL` may be. The secret is empty:
    /// see [`Self::with_secret`].
    ///
    /// # Errors
    /// [`ConfigError`] for the first that is missing or unusable.
    pub fn from_settings(setting: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let settings = SettingReader::new(setting);
        let url = |name: &'static str, usual: &str| {
            let given = settings.given(name);
            vendor_url(name, given.as_deref().unwrap_or(usual))
        };
        let api_url = url("SMARTTHINGS_API_URL", API)?;
        let below = |path: &[&str]| {
            let url = join(&api_url, path).ok_or(ConfigError {
                setting: "SMARTTHINGS_API_URL",
                problem: "can't have a path",
            })?;
            Ok::<_, ConfigError>(url.to_string())
        };
        Ok(Self {
            authorize_url: url("SMARTTHINGS_AUTHORIZE_URL", &below(&["oauth", "authorize"])?)?,
            token_url: url("SMARTTHINGS_TOKEN_URL", &below(&["oauth", "token"])?)?,
            key_url: url("SMARTTHINGS_KEY_URL", KEYS)?,
            api_url,
            client_id: settings.needed("SMARTTHINGS_CLIENT_ID")?,
            client_secret: SecretString::default(),
            app_id: settings.given("SMARTTHINGS_APP_ID"),
            close_warnings: warnings(settings.given("SMARTTHINGS_CLOSE_WARNING_SECONDS"))?,
            read_spacing: spacing(settings.given("SMARTTHINGS_READ_SPACING_SECONDS"))?,
        })
    }

    /// The same, with the secret that was issued to this operator.
    #[must_use]
    pub fn with_secret(self, client_secret: SecretString) -> Self {
        Self {
            client_secret,
            ..self
        }
    }

    pub(crate) fn oauth(&self) -> OAuthConfig {
        OAuthConfig {
            authorize_url: self.authorize_url.clone(),
            token_url: self.token_url.clone(),
            client_id: self.client_id.clone(),
            client_secret: Some(self.client_secret.clone()),
            client_auth: ClientAuth::Basic,
            scopes: SCOPES.map(str::to_owned).to_vec(),
            authorize_parameters: Vec::new(),
            headers: Vec::new(),
        }
    }
}

/// The makers whose openers are known to warn.
fn warnings(given: Option<String>) -> Result<BTreeMap<String, WarningSeconds>, ConfigError> {
    let Some(text) = given else {
        return Ok(BTreeMap::new());
    };
    serde_json::from_str(&text).map_err(|_| ConfigError {
        setting: "SMARTTHINGS_CLOSE_WARNING_SECONDS",
        problem: "must be a JSON object of makers and 5 to 60 seconds",
    })
}

fn spacing(given: Option<String>) -> Result<Duration, ConfigError> {
    let Some(text) = given else {
        return Ok(Duration::from_secs(READ_SPACING_SECONDS));
    };
    let seconds = text.parse().ok();
    let seconds = seconds.filter(|seconds| *seconds <= READ_SPACING_SECONDS_MAX);
    seconds.map(Duration::from_secs).ok_or(ConfigError {
        setting: "SMARTTHINGS_READ_SPACING_SECONDS",
        problem: "must be between 0 and 60 seconds",
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SETTINGS: [&str; 8] = [
        "SMARTTHINGS_CLIENT_ID",
        "SMARTTHINGS_APP_ID",
        "SMARTTHINGS_CLOSE_WARNING_SECONDS",
        "SMARTTHINGS_READ_SPACING_SECONDS",
        "SMARTTHINGS_API_URL",
        "SMARTTHINGS_AUTHORIZE_URL",
        "SMARTTHINGS_TOKEN_URL",
        "SMARTTHINGS_KEY_URL",
    ];

    fn settings(changed: &str, to: &str) -> Result<SmartThingsConfig, ConfigError> {
        SmartThingsConfig::from_settings(|name| match name {
            _ if name == changed => Some(to.to_owned()),
            "SMARTTHINGS_CLIENT_ID" => Some("our-client".to_owned()),
            _ => None,
        })
    }

    proptest! {
        #[test]
        fn no_setting_makes_the_reader_panic(value in ".{0,40}", which in 0_usize..8) {
            let _ = settings(SETTINGS[which], &value);
        }
    }

    #[test]
    fn the_vendors_own_addresses_are_taken_unless_others_are_given() {
        let usual = settings("", "").unwrap();
        let oauth = usual.oauth();
        assert_eq!(
            oauth.authorize_url.as_str(),
            "https://api.smartthings.com/oauth/authorize"
        );
        assert_eq!(
            oauth.token_url.as_str(),
            "https://api.smartthings.com/oauth/token"
        );
        assert_eq!(usual.key_url.as_str(), KEYS);
        assert_eq!(oauth.client_auth, ClientAuth::Basic);
        let other = "https://auth-global.api.smartthings.com/oauth/token";
        let other = settings("SMARTTHINGS_TOKEN_URL", other).unwrap();
        assert_eq!(
            other.token_url.host_str(),
            Some("auth-global.api.smartthings.com")
        );
    }

    #[test]
    fn what_is_missing_or_unusable_is_named() {
        for (name, bad) in [
            ("SMARTTHINGS_CLIENT_ID", ""),
            ("SMARTTHINGS_API_URL", "http://vendor.example"),
            ("SMARTTHINGS_TOKEN_URL", "nowhere"),
            ("SMARTTHINGS_KEY_URL", "http://vendor.example"),
            ("SMARTTHINGS_CLOSE_WARNING_SECONDS", "5"),
            ("SMARTTHINGS_CLOSE_WARNING_SECONDS", r#"{"Ecolink":4}"#),
            ("SMARTTHINGS_READ_SPACING_SECONDS", "61"),
            ("SMARTTHINGS_READ_SPACING_SECONDS", "often"),
        ] {
            assert_eq!(settings(name, bad).unwrap_err().setting, name, "{bad}");
        }
    }

    #[test]
    fn without_a_word_from_a_maker_no_warning_is_assumed_and_the_secret_is_not_printed() {
        let config = settings("", "").unwrap();
        assert!(config.close_warnings.is_empty());
        assert_eq!(config.read_spacing, Duration::from_secs(READ_SPACING_SECONDS));
        let told = settings("SMARTTHINGS_CLOSE_WARNING_SECONDS", r#"{"Ecolink":7}"#).unwrap();
        assert_eq!(
            told.close_warnings.get("Ecolink").copied(),
            WarningSeconds::new(7).ok()
        );
        let config = config.with_secret("cs-secret".into());
        assert!(!format!("{config:?} {:?}", config.oauth()).contains("-secret"));
    }
}
