//! What a link holds: the tokens, and the name of the installed app that they are for.

use postern_adapter_sdk::{Further, NotSealable, Sealable, TokenSet};
use postern_contract::adapter::{AdapterError, AdapterErrorKind};
use secrecy::zeroize::Zeroize;
use secrecy::{ExposeSecret, SecretSlice};

use crate::config::SCOPES;

/// What stands between the name and the tokens: no name has it, and no JSON begins with it.
const SEPARATOR: u8 = b'\n';

/// A link's secrets.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The tokens.
    pub tokens: TokenSet,
    /// The vendor's name for our app in this home. Subscriptions are made under it. The vendor has always told it, and a link works
    /// without.
    pub installed_app: Option<String>,
}

impl Credentials {
    /// What a login gave.
    ///
    /// # Errors
    /// `rejected`, not executed, if the household granted less than is needed.
    pub fn granted(tokens: TokenSet, further: &Further) -> Result<Self, AdapterError> {
        let granted: Vec<_> = tokens
            .scope
            .as_deref()
            .unwrap_or_default()
            .split_whitespace()
            .collect();
        // Where the vendor does not say, it granted what was asked for (RFC 6749, section 5.1).
        if tokens.scope.is_some() && !SCOPES.iter().all(|scope| granted.contains(scope)) {
            return Err(AdapterError::not_executed(
                AdapterErrorKind::Rejected,
                "the household granted less than is needed: homes, devices, and to operate them",
            ));
        }
        let named = |name: &&str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
        Ok(Self {
            installed_app: further.text("installed_app_id").filter(named).map(str::to_owned),
            tokens,
        })
    }
}

impl Sealable for Credentials {
    fn to_plaintext(&self) -> Result<SecretSlice<u8>, NotSealable> {
        let tokens = self.tokens.to_plaintext()?;
        let mut plaintext = self.installed_app.clone().unwrap_or_default().into_bytes();
        plaintext.push(SEPARATOR);
        plaintext.extend_from_slice(tokens.expose_secret());
        let sealed = SecretSlice::from(Box::<[u8]>::from(plaintext.as_slice()));
        plaintext.zeroize();
        Ok(sealed)
    }

    fn from_plaintext(plaintext: &[u8]) -> Result<Self, NotSealable> {
        let at = plaintext
            .iter()
            .position(|byte| *byte == SEPARATOR)
            .ok_or(NotSealable)?;
        let name = std::str::from_utf8(&plaintext[..at]).map_err(|_| NotSealable)?;
        Ok(Self {
            tokens: TokenSet::from_plaintext(&plaintext[at + 1..])?,
            installed_app: (!name.is_empty()).then(|| name.to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    fn tokens(scope: Option<&str>) -> TokenSet {
        TokenSet {
            access_token: "at-secret".into(),
            refresh_token: Some("rt-secret".into()),
            expires_at: Timestamp::from_second(86_399).unwrap(),
            scope: scope.map(str::to_owned),
        }
    }

    fn told(text: &str) -> Further {
        serde_json::from_str(text).unwrap()
    }

    proptest! {
        #[test]
        fn bytes_that_are_no_credentials_are_refused_and_never_panic(noise in proptest::collection::vec(any::<u8>(), 0..80)) {
            prop_assert!(Credentials::from_plaintext(&noise).is_err());
        }
    }

    #[test]
    fn credentials_come_back_from_their_plaintext_and_show_no_token() {
        for installed_app in [None, Some("app-1".to_owned())] {
            let credentials = Credentials {
                tokens: tokens(None),
                installed_app,
            };
            let plaintext = credentials.to_plaintext().unwrap();
            let again = Credentials::from_plaintext(plaintext.expose_secret()).unwrap();
            assert_eq!(again.installed_app, credentials.installed_app);
            assert_eq!(again.tokens.access_token.expose_secret(), "at-secret");
            assert!(!format!("{again:?} {plaintext:?}").contains("secret"));
        }
    }

    #[test]
    fn a_grant_of_less_than_is_needed_is_refused_and_one_that_is_not_told_is_whole() {
        let all = "x:devices:* r:devices:* r:locations:*";
        let app = told(r#"{"installed_app_id":"app-1"}"#);
        let whole = Credentials::granted(tokens(Some(all)), &app).unwrap();
        assert_eq!(whole.installed_app.as_deref(), Some("app-1"));
        assert!(Credentials::granted(tokens(None), &told("{}")).is_ok());
        for less in [
            "",
            "r:devices:* r:locations:*",
            "x:devices r:devices:* r:locations:*",
        ] {
            let refused = Credentials::granted(tokens(Some(less)), &app).unwrap_err();
            assert_eq!(refused.kind, AdapterErrorKind::Rejected, "{less}");
        }
        let strange = told("{\"installed_app_id\":\"two\\nlines\"}");
        assert_eq!(
            Credentials::granted(tokens(None), &strange)
                .unwrap()
                .installed_app,
            None
        );
    }
}
