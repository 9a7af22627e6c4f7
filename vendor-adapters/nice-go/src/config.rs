//! Where the vendor's document of addresses is, and what the operator knows of its openers.

use postern_adapter_sdk::{ConfigError, SettingReader, join, vendor_url};
use postern_contract::unattended::WarningSeconds;
use url::Url;

/// The name by which the platform knows the vendor.
pub const VENDOR: &str = "nice-go";

/// The name that people know.
pub const NAME: &str = "Nice G.O.";

/// The settings of the adapter.
#[derive(Clone, Debug)]
pub struct NiceGoConfig {
    /// The document that says where everything else is.
    pub endpoints_url: Url,
    /// The user pool's address, where it is not Amazon's own for the region that the document names: for a simulated cloud.
    pub pool_url: Option<Url>,
    /// How long the vendor's openers warn before they close with nobody there, by the vendor's word. `None` without one: then no door
    /// may be closed so.
    pub close_warning: Option<WarningSeconds>,
}

impl NiceGoConfig {
    /// A cloud whose hosts are all one, such as the simulated one. Its openers warn for the shortest time that is allowed.
    #[must_use]
    pub fn at_one_host(base: &Url) -> Self {
        Self {
            endpoints_url: join(base, &["endpoints"]).unwrap_or_else(|| base.clone()),
            pool_url: Some(base.clone()),
            close_warning: Some(WarningSeconds::LEAST),
        }
    }

    /// The settings that `setting` finds: `NICE_GO_ENDPOINTS_URL` must be there; `NICE_GO_POOL_URL` and
    /// `NICE_GO_CLOSE_WARNING_SECONDS` (5 to 60) may be.
    ///
    /// # Errors
    /// [`ConfigError`] for the first that is missing or unusable.
    pub fn from_settings(setting: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let settings = SettingReader::new(setting);
        let pool_url = settings.given("NICE_GO_POOL_URL");
        let close_warning = settings.given("NICE_GO_CLOSE_WARNING_SECONDS").map(|seconds| {
            let seconds = seconds.parse().ok();
            seconds
                .and_then(|seconds| WarningSeconds::new(seconds).ok())
                .ok_or(ConfigError {
                    setting: "NICE_GO_CLOSE_WARNING_SECONDS",
                    problem: "must be between 5 and 60 seconds",
                })
        });
        Ok(Self {
            endpoints_url: settings.url("NICE_GO_ENDPOINTS_URL")?,
            pool_url: pool_url
                .map(|url| vendor_url("NICE_GO_POOL_URL", &url))
                .transpose()?,
            close_warning: close_warning.transpose()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SETTINGS: [&str; 3] = [
        "NICE_GO_ENDPOINTS_URL",
        "NICE_GO_POOL_URL",
        "NICE_GO_CLOSE_WARNING_SECONDS",
    ];

    fn settings(changed: &str, to: &str) -> Result<NiceGoConfig, ConfigError> {
        NiceGoConfig::from_settings(|name| match name {
            _ if name == changed => Some(to.to_owned()),
            "NICE_GO_ENDPOINTS_URL" => Some("https://vendor.example/endpoints".into()),
            _ => None,
        })
    }

    proptest! {
        #[test]
        fn no_setting_makes_the_reader_panic(value in ".{0,40}", which in 0_usize..3) {
            let _ = settings(SETTINGS[which], &value);
        }
    }

    #[test]
    fn what_is_missing_or_unusable_is_named() {
        for (name, bad) in [
            ("NICE_GO_ENDPOINTS_URL", ""),
            ("NICE_GO_ENDPOINTS_URL", "http://vendor.example/endpoints"),
            ("NICE_GO_POOL_URL", "http://vendor.example"),
            ("NICE_GO_CLOSE_WARNING_SECONDS", "4"),
            ("NICE_GO_CLOSE_WARNING_SECONDS", "often"),
        ] {
            assert_eq!(settings(name, bad).unwrap_err().setting, name, "{bad}");
        }
    }

    #[test]
    fn without_a_word_from_the_vendor_no_warning_is_assumed() {
        assert_eq!(settings("", "").unwrap().close_warning, None);
        let told = settings("NICE_GO_CLOSE_WARNING_SECONDS", "7").unwrap();
        assert_eq!(told.close_warning, WarningSeconds::new(7).ok());
    }

    #[test]
    fn one_host_has_everything() {
        let config = NiceGoConfig::at_one_host(&"http://127.0.0.1:4000/".parse().unwrap());
        assert_eq!(config.endpoints_url.as_str(), "http://127.0.0.1:4000/endpoints");
    }
}
