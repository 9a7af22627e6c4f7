//! The house of a deployed API: whose tokens it believes, read from the environment.
//!
//! | variable | what it is |
//! |---|---|
//! | `POSTERN_TOKEN_ISSUER` | the one issuer, exactly as in the tokens' `iss` |
//! | `POSTERN_TOKEN_KEYS_URL` | where its keys are, a JWKS: an `https` address, or an `http` one on this very machine |
//! | `POSTERN_TOKEN_AUDIENCE` | who the tokens must be for: `cognito:any` (any client of a pool that serves this API alone), `cognito:ID,ID` (these clients), or `claim:NAME` (`aud` holds this name) |
//! | `POSTERN_SCOPE_PREFIX` | taken off the front of each scope, such as `postern/` for a Cognito resource server; may be left out |
//!
//! Tokens are signed with RS256 (Cognito) or ES256. A missing or unusable variable ends the start with an error that names it.

use std::sync::Arc;

use url::{Host, Url};

use crate::token::{Algorithm, Audience, Clients, KeySource, KeySourceError};
use crate::{Clock, Entropy, HouseConfig, Verifier, VerifierConfig};

/// Why the house of a deployed API could not be built. It names the variable and repeats no value.
#[derive(Debug, thiserror::Error)]
pub enum DeployedError {
    /// A variable is missing or unusable.
    #[error("{setting} {problem}")]
    Setting {
        /// The environment variable.
        setting: &'static str,
        /// What is wrong, as the end of a sentence.
        problem: &'static str,
    },
    /// The issuer's keys cannot be asked for.
    #[error("POSTERN_TOKEN_KEYS_URL cannot be used: {0}")]
    Keys(#[from] KeySourceError),
}

/// The house that this process's environment describes.
///
/// # Errors
/// [`DeployedError`] for the first variable that is missing or unusable.
pub fn house_from_env(now: Clock, entropy: Entropy) -> Result<HouseConfig, DeployedError> {
    house_from_lookup(|name| std::env::var(name).ok(), now, entropy)
}

/// The house that the variables found by `lookup` describe.
///
/// # Errors
/// [`DeployedError`] for the first variable that is missing or unusable. An empty one is missing.
pub fn house_from_lookup(
    lookup: impl Fn(&str) -> Option<String>,
    now: Clock,
    entropy: Entropy,
) -> Result<HouseConfig, DeployedError> {
    let given = |name: &'static str| lookup(name).filter(|value| !value.is_empty());
    let needed = |name| given(name).ok_or_else(|| unusable(name, "is missing"));
    let config = VerifierConfig {
        issuer: needed("POSTERN_TOKEN_ISSUER")?,
        audience: audience(&needed("POSTERN_TOKEN_AUDIENCE")?)?,
        algorithms: vec![Algorithm::Rs256, Algorithm::Es256],
        keys: keys(&needed("POSTERN_TOKEN_KEYS_URL")?)?,
        scope_prefix: given("POSTERN_SCOPE_PREFIX").unwrap_or_default(),
        now: Arc::clone(&now),
    };
    Ok(HouseConfig {
        verifier: Arc::new(Verifier::new(config)?),
        now,
        entropy,
    })
}

fn unusable(setting: &'static str, problem: &'static str) -> DeployedError {
    DeployedError::Setting { setting, problem }
}

fn audience(text: &str) -> Result<Audience, DeployedError> {
    let wrong = || {
        unusable(
            "POSTERN_TOKEN_AUDIENCE",
            "must be cognito:any, cognito: and client ids with commas between, or claim: and a name",
        )
    };
    match text.split_once(':').ok_or_else(wrong)? {
        ("cognito", "any") => Ok(Audience::Cognito(Clients::AnyOfThePool)),
        ("cognito", ids) if ids.split(',').all(is_name) => {
            let ids = ids.split(',').map(str::to_owned).collect();
            Ok(Audience::Cognito(Clients::Only(ids)))
        }
        ("claim", name) if is_name(name) => Ok(Audience::Claim(name.to_owned())),
        _ => Err(wrong()),
    }
}

/// A name without blanks: a list with one after its comma would match nobody, and say nothing.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whoever can answer in the issuer's place can write every token: TLS, or this very machine.
fn keys(text: &str) -> Result<KeySource, DeployedError> {
    let wrong = |problem| unusable("POSTERN_TOKEN_KEYS_URL", problem);
    let url = Url::parse(text).map_err(|_| wrong("must be an address"))?;
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Ok(KeySource::Https(url)),
        "http" if here => Ok(KeySource::PlainHttp(url)),
        _ => Err(wrong("must begin with https://")),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    const GOOD: [(&str, &str); 4] = [
        ("POSTERN_TOKEN_ISSUER", "https://issuer.test"),
        (
            "POSTERN_TOKEN_KEYS_URL",
            "https://issuer.test/.well-known/jwks.json",
        ),
        ("POSTERN_TOKEN_AUDIENCE", "cognito:any"),
        ("POSTERN_SCOPE_PREFIX", "postern/"),
    ];

    fn house(changed: &str, to: Option<&str>) -> Result<HouseConfig, String> {
        let lookup = |name: &str| {
            if name == changed {
                return to.map(str::to_owned);
            }
            let found = GOOD.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let now: Clock = Arc::new(|| Timestamp::UNIX_EPOCH);
        house_from_lookup(lookup, now, Arc::new(|| 7)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_missing_variable_is_named_and_only_the_prefix_may_be_missing() {
        house("", None).unwrap();
        for (name, _) in &GOOD[..3] {
            for missing in [None, Some("")] {
                assert_eq!(house(name, missing).unwrap_err(), format!("{name} is missing"));
            }
        }
        house("POSTERN_SCOPE_PREFIX", None).unwrap();
    }

    #[test]
    fn an_audience_is_read_or_refused_whole() {
        assert!(matches!(
            audience("cognito:any").unwrap(),
            Audience::Cognito(Clients::AnyOfThePool)
        ));
        assert!(
            matches!(audience("claim:carrier-api").unwrap(), Audience::Claim(name) if name == "carrier-api")
        );
        let Audience::Cognito(Clients::Only(ids)) = audience("cognito:one,two").unwrap() else {
            panic!("two clients are meant")
        };
        assert_eq!(ids, ["one".to_owned(), "two".to_owned()].into());
        for wrong in [
            "any",
            "cognito",
            "cognito:",
            "cognito:a,",
            "cognito:a, b",
            "claim:",
            "claim:a b",
            "aud:x",
        ] {
            assert!(audience(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn keys_come_over_tls_or_from_this_machine() {
        assert!(matches!(
            keys("https://issuer.test/jwks").unwrap(),
            KeySource::Https(_)
        ));
        for here in [
            "http://127.0.0.1:4610/pool/jwks.json",
            "http://localhost/jwks",
            "http://[::1]:8/jwks",
        ] {
            assert!(matches!(keys(here).unwrap(), KeySource::PlainHttp(_)), "{here}");
        }
        for wrong in [
            "http://issuer.test/jwks",
            "http://localhost.issuer.test",
            "ftp://127.0.0.1",
            "jwks",
            "file:///jwks",
        ] {
            assert!(keys(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_setting_upsets_the_reader(value in "\\PC{0,40}", which in 0_usize..4) {
            let _ = house(GOOD[which].0, Some(&value));
        }
    }
}
