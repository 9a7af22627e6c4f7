//! The settings of a deployed function, read from the environment by name.

/// A setting that cannot be used. It names the setting and repeats no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{setting} {problem}")]
pub struct SettingError {
    /// The environment variable.
    pub setting: &'static str,
    /// What is wrong, as the end of a sentence.
    pub problem: &'static str,
}

impl SettingError {
    pub(super) const fn missing(setting: &'static str) -> Self {
        let problem = "is missing";
        Self { setting, problem }
    }
}

/// What every function of the platform is told. The variables are listed at the head of [`crate::aws`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `POSTERN_DEPLOYMENT`.
    pub deployment: String,
    /// `POSTERN_TABLE`.
    pub table: String,
    /// `POSTERN_CODES_KEY`.
    pub codes_key: String,
    /// `POSTERN_EVIDENCE_KEY`.
    pub evidence_key: String,
    /// `POSTERN_FOLLOW_UPS_QUEUE`.
    pub follow_ups_queue: String,
    /// `POSTERN_LINK_REDIRECT_URI`.
    pub link_redirect_uri: String,
}

impl Settings {
    /// The settings in this process's environment.
    ///
    /// # Errors
    /// [`SettingError`] for the first that is missing or unusable.
    pub fn from_env() -> Result<Self, SettingError> {
        Self::from_lookup(|name| std::env::var(name).ok())
    }

    /// The settings that `lookup` finds by their variables' names.
    ///
    /// # Errors
    /// [`SettingError`] for the first that is missing or unusable. An empty one is missing.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, SettingError> {
        let needed = |name| needed(&lookup, name);
        Ok(Self {
            deployment: needed("POSTERN_DEPLOYMENT")?,
            table: needed("POSTERN_TABLE")?,
            codes_key: needed("POSTERN_CODES_KEY")?,
            evidence_key: needed("POSTERN_EVIDENCE_KEY")?,
            follow_ups_queue: address("POSTERN_FOLLOW_UPS_QUEUE", needed("POSTERN_FOLLOW_UPS_QUEUE")?)?,
            link_redirect_uri: address("POSTERN_LINK_REDIRECT_URI", needed("POSTERN_LINK_REDIRECT_URI")?)?,
        })
    }
}

/// A setting that must be there.
pub(super) fn needed(
    lookup: impl Fn(&str) -> Option<String>,
    name: &'static str,
) -> Result<String, SettingError> {
    lookup(name)
        .filter(|value| !value.is_empty())
        .ok_or(SettingError::missing(name))
}

/// The name or ARN of a queue in the place of its URL is the common mistake; it would show only at the first message.
pub(super) fn address(setting: &'static str, value: String) -> Result<String, SettingError> {
    if value.starts_with("https://") || value.starts_with("http://") {
        return Ok(value);
    }
    let problem = "must be an address that begins with https://";
    Err(SettingError { setting, problem })
}
