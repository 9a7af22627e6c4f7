//! What a test may change of the partner's settings, in whatever form the adapter under test takes them.
//!
//! These tests judge the vendor's adapter in both its lives: in code, and as a file of the declarative adapter, whose own tests run
//! the very same ones.

use postern_adapter_sdk::ClientAuth;
use postern_contract::unattended::WarningSeconds;
use secrecy::SecretString;

/// Under which of its names the vendor is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Brand {
    AladdinConnect,
    OhdAnywhere,
}

/// The settings of a partner at the simulated cloud.
pub(crate) struct Partner {
    pub(crate) brand: Brand,
    pub(crate) token_path: String,
    pub(crate) client_auth: ClientAuth,
    pub(crate) client_secret: SecretString,
    pub(crate) close_warning: Option<WarningSeconds>,
}

impl Partner {
    /// What the simulated cloud takes.
    pub(crate) fn of_the_demo() -> Self {
        Self {
            brand: Brand::AladdinConnect,
            token_path: "oauth2/token".to_owned(),
            client_auth: ClientAuth::Body,
            client_secret: SecretString::from("simulated-client-secret"),
            close_warning: Some(WarningSeconds::LEAST),
        }
    }
}
