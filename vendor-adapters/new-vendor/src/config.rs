//! What an operator sets.

use postern_adapter_sdk::{ClientAuth, ConfigError, OAuthConfig, SettingReader};
use secrecy::SecretString;
use url::Url;

/// The vendor's name on the platform.
pub const VENDOR: &str = "new-vendor";

/// The secret that the vendor issued to us. It stands in the environment only sealed, as `NEW_VENDOR_CLIENT_SECRET_SEALED`.
pub const CLIENT_SECRET: &str = "NEW_VENDOR_CLIENT_SECRET";

/// The addresses and the identity of this deployment.
#[derive(Clone, Debug)]
pub struct NewVendorConfig {
    /// The page on which households log in.
    pub authorize_url: Url,
    /// Where codes and refresh tokens are exchanged.
    pub token_url: Url,
    /// Below this is the API of doors.
    pub base_url: Url,
    /// Our name at the vendor.
    pub client_id: String,
    /// Our secret there, where we have one.
    pub client_secret: Option<SecretString>,
}

impl NewVendorConfig {
    /// The settings that `setting` finds: `NEW_VENDOR_AUTHORIZE_URL`, `NEW_VENDOR_TOKEN_URL`, `NEW_VENDOR_BASE_URL` and
    /// `NEW_VENDOR_CLIENT_ID` must be there. The secret comes by [`Self::with_secret`].
    ///
    /// # Errors
    /// [`ConfigError`] for the first that is missing or unusable.
    pub fn from_settings(setting: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let settings = SettingReader::new(setting);
        Ok(Self {
            authorize_url: settings.url("NEW_VENDOR_AUTHORIZE_URL")?,
            token_url: settings.url("NEW_VENDOR_TOKEN_URL")?,
            base_url: settings.url("NEW_VENDOR_BASE_URL")?,
            client_id: settings.needed("NEW_VENDOR_CLIENT_ID")?,
            client_secret: None,
        })
    }

    /// The same, with our secret.
    #[must_use]
    pub fn with_secret(self, client_secret: Option<SecretString>) -> Self {
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
            client_secret: self.client_secret.clone(),
            client_auth: ClientAuth::Body,
            scopes: Vec::new(),
            authorize_parameters: Vec::new(),
            headers: Vec::new(),
        }
    }
}
