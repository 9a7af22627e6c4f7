//! What a file leaves to the operator.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};

/// Settings and secrets by their names. Its `Debug` shows no secret.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    plain: BTreeMap<String, String>,
    secrets: BTreeMap<String, SecretString>,
}

impl Settings {
    /// The same with a setting. An empty one is not there.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let value = value.into();
        if !value.is_empty() {
            self.plain.insert(name.into(), value);
        }
        self
    }

    /// The same with a secret.
    #[must_use]
    pub fn with_secret(mut self, name: impl Into<String>, secret: SecretString) -> Self {
        self.secrets.insert(name.into(), secret);
        self
    }

    pub(crate) fn plain(&self, name: &str) -> Option<&str> {
        self.plain.get(name).map(String::as_str)
    }

    pub(crate) fn secret(&self, name: &str) -> Option<&str> {
        self.secrets.get(name).map(ExposeSecret::expose_secret)
    }
}
