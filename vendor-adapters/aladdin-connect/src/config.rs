//! Which addresses of the vendor to speak with, and who we are there.

use postern_adapter_sdk::{ClientAuth, ConfigError, OAuthConfig, SettingReader, join, vendor_url};
use postern_contract::unattended::WarningSeconds;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// The name by which the platform knows the vendor: one for both brands, as they share one system and one set of doors.
pub const VENDOR: &str = "aladdin-connect";

/// The setting of our client secret.
pub const CLIENT_SECRET: &str = "ALADDIN_CONNECT_CLIENT_SECRET";

/// The setting of our API key.
pub const API_KEY: &str = "ALADDIN_CONNECT_API_KEY";

/// Where the token endpoint is below the base address, unless configured: what the client registration of Home Assistant was seen to use.
const TOKEN_PATH_DEFAULT: &str = "oauth2/token";

/// Under which of its names the vendor is shown, and whose login page is used. After linking nothing else differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brand {
    /// Genie.
    AladdinConnect,
    /// Overhead Door.
    OhdAnywhere,
}

impl Brand {
    /// The name that households know.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AladdinConnect => "Aladdin Connect",
            Self::OhdAnywhere => "OHD Anywhere",
        }
    }

    /// The login page that the partner page documents.
    const fn login_page(self) -> &'static str {
        match self {
            Self::AladdinConnect => "https://app.aladdinconnect.net/login",
            Self::OhdAnywhere => "https://app.ohdanywhere.net/login",
        }
    }
}

/// The partner's settings. Its `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct AladdinConnectConfig {
    /// The page on which a household logs in.
    pub authorize_url: Url,
    /// What every path of the API stands below, such as `https://partner.smartgarage.systems/`.
    pub base_url: Url,
    /// The path of the token endpoint below it.
    pub token_path: String,
    /// The id issued to this partner.
    pub client_id: String,
    /// The secret issued with it.
    pub client_secret: SecretString,
    /// How both are sent to the token endpoint.
    pub client_auth: ClientAuth,
    /// The key issued with them, which every call carries.
    pub api_key: SecretString,
    /// Under which name the vendor is shown.
    pub brand: Brand,
    /// How long this vendor's openers warn before an unattended close, where the operator has that from the vendor. Without it no door
    /// may be closed unattended: the API does not tell.
    pub close_warning: Option<WarningSeconds>,
}

impl AladdinConnectConfig {
    /// Everything below one address, as a simulator has it.
    #[must_use]
    pub fn at_one_host(host: &Url, client_id: impl Into<String>) -> Self {
        let at = |path: &str| {
            let mut url = host.clone();
            url.set_path(path);
            url
        };
        Self {
            authorize_url: at("login"),
            base_url: at("v1"),
            token_path: TOKEN_PATH_DEFAULT.to_owned(),
            client_id: client_id.into(),
            client_secret: SecretString::from("simulated-client-secret"),
            client_auth: ClientAuth::Body,
            api_key: SecretString::from("simulated-api-key"),
            brand: Brand::AladdinConnect,
            close_warning: Some(WarningSeconds::LEAST),
        }
    }

    /// The settings that `setting` finds: `ALADDIN_CONNECT_BASE_URL` and `ALADDIN_CONNECT_CLIENT_ID` must be there.
    /// `ALADDIN_CONNECT_BRAND` (`aladdin_connect` or `ohd_anywhere`), `ALADDIN_CONNECT_AUTHORIZE_URL`, `ALADDIN_CONNECT_TOKEN_PATH`,
    /// `ALADDIN_CONNECT_CLIENT_AUTH` (`body` or `basic`) and `ALADDIN_CONNECT_CLOSE_WARNING_SECONDS` (5 to 60) may be. The two secrets
    /// are empty: see [`Self::with_secrets`].
    ///
    /// # Errors
    /// [`ConfigError`] for the first that is missing or unusable.
    pub fn from_settings(setting: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let settings = SettingReader::new(setting);
        let wrong = |setting, problem| ConfigError { setting, problem };
        let brand = match settings.given("ALADDIN_CONNECT_BRAND").as_deref() {
            None | Some("aladdin_connect") => Brand::AladdinConnect,
            Some("ohd_anywhere") => Brand::OhdAnywhere,
            Some(_) => {
                let problem = "must be aladdin_connect or ohd_anywhere";
                return Err(wrong("ALADDIN_CONNECT_BRAND", problem));
            }
        };
        let authorize_url = settings
            .given("ALADDIN_CONNECT_AUTHORIZE_URL")
            .unwrap_or_else(|| brand.login_page().to_owned());
        let close_warning = settings.given("ALADDIN_CONNECT_CLOSE_WARNING_SECONDS");
        let close_warning = close_warning.map(|seconds| {
            let seconds = seconds.parse().ok();
            seconds
                .and_then(|seconds| WarningSeconds::new(seconds).ok())
                .ok_or(wrong(
                    "ALADDIN_CONNECT_CLOSE_WARNING_SECONDS",
                    "must be between 5 and 60 seconds",
                ))
        });
        let config = Self {
            authorize_url: vendor_url("ALADDIN_CONNECT_AUTHORIZE_URL", &authorize_url)?,
            base_url: settings.url("ALADDIN_CONNECT_BASE_URL")?,
            token_path: settings
                .given("ALADDIN_CONNECT_TOKEN_PATH")
                .unwrap_or_else(|| TOKEN_PATH_DEFAULT.to_owned()),
            client_id: settings.needed("ALADDIN_CONNECT_CLIENT_ID")?,
            client_secret: SecretString::default(),
            client_auth: match settings.given("ALADDIN_CONNECT_CLIENT_AUTH").as_deref() {
                None | Some("body") => ClientAuth::Body,
                Some("basic") => ClientAuth::Basic,
                Some(_) => {
                    let problem = "must be body or basic";
                    return Err(wrong("ALADDIN_CONNECT_CLIENT_AUTH", problem));
                }
            },
            api_key: SecretString::default(),
            brand,
            close_warning: close_warning.transpose()?,
        };
        config.token_url()?;
        Ok(config)
    }

    /// The same, with the two secrets that were issued to this partner.
    #[must_use]
    pub fn with_secrets(self, client_secret: SecretString, api_key: SecretString) -> Self {
        Self {
            client_secret,
            api_key,
            ..self
        }
    }

    /// The token endpoint.
    fn token_url(&self) -> Result<Url, ConfigError> {
        let segments: Vec<&str> = self.token_path.trim_matches('/').split('/').collect();
        let plain = segments
            .iter()
            .all(|segment| !matches!(*segment, "" | "." | ".."));
        join(&self.base_url, &segments)
            .filter(|_| plain)
            .ok_or(ConfigError {
                setting: "ALADDIN_CONNECT_TOKEN_PATH",
                problem: "must be a path below the base address",
            })
    }

    /// The key as the header that every call carries.
    pub(crate) fn api_key_header(&self) -> Result<HeaderValue, ConfigError> {
        let key = self.api_key.expose_secret();
        HeaderValue::try_from(key)
            .ok()
            .filter(|_| !key.is_empty())
            .ok_or(ConfigError {
                setting: API_KEY,
                problem: "is empty, or can't be sent in a header",
            })
    }

    pub(crate) fn oauth(&self) -> Result<OAuthConfig, ConfigError> {
        Ok(OAuthConfig {
            authorize_url: self.authorize_url.clone(),
            token_url: self.token_url()?,
            client_id: self.client_id.clone(),
            client_secret: Some(self.client_secret.clone()),
            client_auth: self.client_auth,
            scopes: Vec::new(),
            authorize_parameters: Vec::new(),
            // Whether the token endpoint wants the API key too is not known. Home Assistant's generic OAuth client sends none.
            headers: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SETTINGS: [&str; 7] = [
        "ALADDIN_CONNECT_BASE_URL",
        "ALADDIN_CONNECT_CLIENT_ID",
        "ALADDIN_CONNECT_BRAND",
        "ALADDIN_CONNECT_AUTHORIZE_URL",
        "ALADDIN_CONNECT_TOKEN_PATH",
        "ALADDIN_CONNECT_CLIENT_AUTH",
        "ALADDIN_CONNECT_CLOSE_WARNING_SECONDS",
    ];

    fn settings(changed: &str, to: &str) -> Result<AladdinConnectConfig, ConfigError> {
        AladdinConnectConfig::from_settings(|name| match name {
            _ if name == changed => Some(to.to_owned()),
            "ALADDIN_CONNECT_CLIENT_ID" => Some("partner".into()),
            "ALADDIN_CONNECT_BASE_URL" => Some("https://partner.vendor.example/v1/".into()),
            _ => None,
        })
    }

    proptest! {
        #[test]
        fn no_setting_makes_the_reader_panic(value in ".{0,40}", which in 0_usize..7) {
            let _ = settings(SETTINGS[which], &value);
        }

        #[test]
        fn the_token_endpoint_is_below_the_base_address_whatever_its_path(path in "[a-z0-9/.?#:@\\\\-]{0,20}") {
            if let Ok(config) = settings("ALADDIN_CONNECT_TOKEN_PATH", &path) {
                let url = config.oauth().unwrap().token_url;
                prop_assert!(url.as_str().starts_with("https://partner.vendor.example/v1/"), "{}", url);
                prop_assert_eq!((url.query(), url.fragment()), (None, None));
            }
        }
    }

    #[test]
    fn a_brand_decides_the_name_and_the_login_page_and_an_address_of_its_own_goes_before() {
        let genie = settings("", "").unwrap();
        assert_eq!(
            genie.authorize_url.as_str(),
            "https://app.aladdinconnect.net/login"
        );
        let overhead = settings("ALADDIN_CONNECT_BRAND", "ohd_anywhere").unwrap();
        assert_eq!(
            overhead.authorize_url.as_str(),
            "https://app.ohdanywhere.net/login"
        );
        assert_eq!(overhead.brand.name(), "OHD Anywhere");
        let own = "https://app.aladdinconnect.com/login.html";
        let own_page = settings("ALADDIN_CONNECT_AUTHORIZE_URL", own).unwrap();
        assert_eq!(own_page.authorize_url.as_str(), own);
        let oauth = genie.oauth().unwrap();
        assert_eq!(
            oauth.token_url.as_str(),
            "https://partner.vendor.example/v1/oauth2/token"
        );
        assert!(oauth.scopes.is_empty());
    }

    #[test]
    fn what_is_missing_or_unusable_is_named() {
        for (name, bad) in [
            ("ALADDIN_CONNECT_BASE_URL", ""),
            ("ALADDIN_CONNECT_BASE_URL", "http://vendor.example"),
            ("ALADDIN_CONNECT_AUTHORIZE_URL", "http://vendor.example/login"),
            ("ALADDIN_CONNECT_CLIENT_ID", ""),
            ("ALADDIN_CONNECT_BRAND", "genie"),
            ("ALADDIN_CONNECT_TOKEN_PATH", "../elsewhere"),
            ("ALADDIN_CONNECT_CLIENT_AUTH", "digest"),
            ("ALADDIN_CONNECT_CLOSE_WARNING_SECONDS", "4"),
            ("ALADDIN_CONNECT_CLOSE_WARNING_SECONDS", "often"),
        ] {
            assert_eq!(settings(name, bad).unwrap_err().setting, name, "{bad}");
        }
    }

    #[test]
    fn secrets_are_not_printed_and_an_empty_key_is_refused() {
        let config = settings("", "").unwrap();
        assert_eq!(config.api_key_header().unwrap_err().setting, API_KEY);
        let config = config.with_secrets("cs-secret".into(), "ak-secret".into());
        assert!(config.api_key_header().is_ok());
        assert!(!format!("{config:?} {:?}", config.oauth().unwrap()).contains("-secret"));
    }

    #[test]
    fn without_a_word_from_the_vendor_no_warning_is_assumed() {
        assert_eq!(settings("", "").unwrap().close_warning, None);
        let told = settings("ALADDIN_CONNECT_CLOSE_WARNING_SECONDS", "7").unwrap();
        assert_eq!(told.close_warning, WarningSeconds::new(7).ok());
    }
}
