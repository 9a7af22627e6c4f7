//! Settings that are secrets: in the function's environment only sealed, opened once at the start.
//!
//! A vendor may give us a client secret. An operator seals it with `postern vendor seal` under the key of that vendor's adapter, and may
//! then put it into a template's parameter: whoever reads the template, the function's environment or a backup of either has nothing.

use postern_keys::{SealContext, Sealed, Sealer};
use secrecy::{ExposeSecret, SecretString};

/// Why a sealed setting cannot be used. It names the setting and repeats no value.
#[derive(Debug, thiserror::Error)]
#[error("{setting} {problem}")]
pub struct SettingError {
    setting: String,
    problem: &'static str,
    #[source]
    source: Option<postern_keys::KeyError>,
}

/// The secret setting `name` of `vendor`'s adapter, which stands in the environment as `{name}_SEALED`; `None` where it is empty or not
/// there. `lookup` finds variables.
///
/// # Errors
/// [`SettingError`] when it stands there in clear as `{name}`, is no sealed text, or does not open under this key as this setting.
pub async fn sealed_setting(
    sealer: &dyn Sealer,
    vendor: &str,
    name: &str,
    lookup: impl Fn(&str) -> Option<String>,
) -> Result<Option<SecretString>, SettingError> {
    let given = |name: &str| lookup(name).filter(|value| !value.is_empty());
    let wrong = |setting: &str, problem, source| SettingError {
        setting: setting.to_owned(),
        problem,
        source,
    };
    if given(name).is_some() {
        return Err(wrong(
            name,
            "lies here in clear: seal it with `postern vendor seal`",
            None,
        ));
    }
    let sealed_name = format!("{name}_SEALED");
    let Some(text) = given(&sealed_name) else {
        return Ok(None);
    };
    let no_text = |source| wrong(&sealed_name, "is not what `postern vendor seal` printed", source);
    let sealed = Sealed::try_from(text).map_err(|error| no_text(Some(error)))?;
    let context = SealContext::for_setting(vendor, name);
    let opened = sealer.open(&sealed, &context).await;
    let opened = opened.map_err(|error| wrong(&sealed_name, "does not open", Some(error)))?;
    let secret = std::str::from_utf8(opened.expose_secret()).map_err(|_| no_text(None))?;
    Ok(Some(SecretString::from(secret)))
}

#[cfg(test)]
mod tests {
    use postern_keys::{KeyFile, LocalSealer};

    use super::*;

    fn sealer() -> LocalSealer {
        KeyFile::ephemeral().unwrap().sealer()
    }

    async fn read(sealer: &LocalSealer, name: &str, value: &str) -> Result<Option<String>, String> {
        let lookup = |asked: &str| (asked == name).then(|| value.to_owned());
        let read = sealed_setting(sealer, "acme", "ACME_SECRET", lookup).await;
        let read = read.map_err(|error| error.to_string())?;
        Ok(read.map(|secret| secret.expose_secret().to_owned()))
    }

    async fn sealed(sealer: &LocalSealer, vendor: &str, setting: &str) -> String {
        let context = SealContext::for_setting(vendor, setting);
        sealer.seal(b"swordfish", &context).await.unwrap().into()
    }

    #[tokio::test]
    async fn what_was_sealed_for_this_setting_of_this_vendor_is_read() {
        let sealer = sealer();
        let text = sealed(&sealer, "acme", "ACME_SECRET").await;
        assert!(!text.contains("swordfish"));
        let found = read(&sealer, "ACME_SECRET_SEALED", &text).await;
        assert_eq!(found, Ok(Some("swordfish".to_owned())));
        assert_eq!(read(&sealer, "ACME_SECRET_SEALED", "").await, Ok(None));
    }

    #[tokio::test]
    async fn what_was_sealed_for_another_setting_or_vendor_does_not_open() {
        let sealer = sealer();
        for (vendor, setting) in [("acme", "OTHER"), ("other", "ACME_SECRET")] {
            let text = sealed(&sealer, vendor, setting).await;
            let refused = read(&sealer, "ACME_SECRET_SEALED", &text).await;
            assert_eq!(refused, Err("ACME_SECRET_SEALED does not open".to_owned()));
        }
    }

    #[tokio::test]
    async fn a_secret_in_clear_is_refused_and_not_repeated() {
        let sealer = sealer();
        let refused = read(&sealer, "ACME_SECRET", "swordfish").await.unwrap_err();
        assert_eq!(
            refused,
            "ACME_SECRET lies here in clear: seal it with `postern vendor seal`"
        );
        let refused = read(&sealer, "ACME_SECRET_SEALED", "sword fish!").await;
        assert!(!refused.unwrap_err().contains("sword"));
    }
}
