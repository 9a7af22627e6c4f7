//! A small OAuth2 issuer, so that the local platform checks real tokens with the very code that runs on AWS.
//!
//! It stands where Cognito stands there. Carriers get tokens by client credentials; the customers' app by
//! the authorization code with PKCE, and goes on with a rotating refresh token. It is for one machine:
//! people and clients come with the configuration, and codes and refresh tokens end with the process. What
//! it promises all the same:
//!
//! - a code is good once, for a minute, for its client, redirect address and challenge;
//! - a refresh token is good once, and a second use ends every token of that login;
//! - nobody is sent to an address that is not registered, letter for letter;
//! - secrets and passwords are compared without telling by time how much was right, and are never printed.

mod authorize;
mod client;
mod config;
mod cors;
mod grants;
mod key;
mod page;
mod params;
mod token;

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{DefaultBodyLimit, State};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use postern_http::token::issue::{SigningError, SigningKey};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use url::Url;

pub use config::{App, Client, IssuerConfig, KeyPlace, Person, Scopes};
use grants::Grants;

/// An access token is good this long, in seconds.
const ACCESS_S: i64 = 3600;
/// No form is longer.
const FORM_BYTES_MAX: usize = 16 * 1024;

/// The issuer could not start, or not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    /// A key or random bytes could not be had.
    #[error("the signing key cannot be used")]
    Signing(#[from] SigningError),
    /// The key file could not be read or made.
    #[error("the key file {path} cannot be used")]
    KeyFile {
        /// Which file.
        path: PathBuf,
        /// What happened.
        source: std::io::Error,
    },
    /// A redirect address that must not be registered.
    #[error(
        "{0} cannot be a redirect address: it must be https, or http on this machine, without a fragment"
    )]
    RedirectUri(String),
    /// An issuer address that is none.
    #[error("{0} cannot be the issuer's address: it must be http or https without a slash at the end")]
    Address(String),
    /// No such client or person.
    #[error("{0} is not known to the issuer")]
    Unknown(String),
    /// A scope that may not be had.
    #[error("{client} may not have the scope {scope}")]
    Scope {
        /// Who asked.
        client: String,
        /// For what.
        scope: String,
    },
    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    Random,
}

/// The issuer. Clones share everything.
#[derive(Clone)]
pub struct Issuer(Arc<Inner>);

struct Inner {
    config: IssuerConfig,
    key: SigningKey,
    grants: Mutex<Grants>,
    random: SystemRandom,
    compare: hmac::Key,
}

impl fmt::Debug for Issuer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Issuer")
            .field("issuer", &self.0.config.issuer)
            .finish_non_exhaustive()
    }
}

impl Issuer {
    /// An issuer with its key read, or made.
    ///
    /// # Errors
    /// When the key cannot be had or an address of the configuration is not fit: see [`IssuerError`].
    pub fn new(config: IssuerConfig) -> Result<Self, IssuerError> {
        let address = Url::parse(&config.issuer).ok();
        if config.issuer.ends_with('/')
            || !address.is_some_and(|url| matches!(url.scheme(), "http" | "https"))
        {
            return Err(IssuerError::Address(config.issuer));
        }
        if let Some(unfit) = config.app.redirect_uris.iter().find(|uri| !may_redirect_to(uri)) {
            return Err(IssuerError::RedirectUri(unfit.clone()));
        }
        let key = key::load(&config.key)?;
        let random = SystemRandom::new();
        let compare = hmac::Key::generate(hmac::HMAC_SHA256, &random).map_err(|_| IssuerError::Random)?;
        Ok(Self(Arc::new(Inner {
            config,
            key,
            grants: Mutex::default(),
            random,
            compare,
        })))
    }

    /// `/.well-known/openid-configuration`, `/.well-known/jwks.json`, `/oauth2/authorize` and
    /// `/oauth2/token`.
    pub fn router(&self) -> Router {
        let open = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/.well-known/oauth-authorization-server", get(discovery))
            .route("/.well-known/jwks.json", get(jwks))
            .route("/oauth2/token", post(token::token))
            .layer(from_fn_with_state(self.clone(), cors::cors));
        open.route("/oauth2/authorize", get(authorize::form).post(authorize::log_in))
            .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
            .with_state(self.clone())
    }

    /// The public keys, for a verifier in the same process.
    #[must_use]
    pub fn jwks(&self) -> Value {
        self.0.key.jwks()
    }

    /// An access token for a client, as it would get by client credentials; no scopes named: all that it may
    /// have.
    ///
    /// # Errors
    /// [`IssuerError::Unknown`] and [`IssuerError::Scope`], and when signing fails.
    pub fn mint_for_client(&self, client_id: &str, scopes: &[&str]) -> Result<SecretString, IssuerError> {
        let client = self
            .client(client_id)
            .ok_or_else(|| IssuerError::Unknown(client_id.to_owned()))?;
        let asked = scopes.iter().map(|scope| (*scope).to_owned()).collect::<Scopes>();
        let granted = allowed(&client.scopes, asked).map_err(|scope| IssuerError::Scope {
            client: client_id.to_owned(),
            scope,
        })?;
        self.access_token(&self.0.config.carrier_audience, client_id, client_id, &granted)
    }

    /// An access token for a person, as the app would get after a login.
    ///
    /// # Errors
    /// [`IssuerError::Unknown`], and when signing fails.
    pub fn mint_for_person(&self, person_id: &str) -> Result<SecretString, IssuerError> {
        let config = &self.0.config;
        if !config.people.iter().any(|person| person.id == person_id) {
            return Err(IssuerError::Unknown(person_id.to_owned()));
        }
        self.access_token(
            &config.customer_audience,
            person_id,
            &config.app.id,
            &config.app.scopes,
        )
    }

    fn access_token(
        &self,
        audience: &str,
        subject: &str,
        client_id: &str,
        scopes: &Scopes,
    ) -> Result<SecretString, IssuerError> {
        let now = self.now().as_second();
        let claims = json!({
            "iss": self.0.config.issuer,
            "aud": audience,
            "sub": subject,
            "client_id": client_id,
            "scope": spaced(scopes),
            "iat": now,
            "exp": now + ACCESS_S,
            "jti": self.random_text()?.expose_secret(),
        });
        Ok(self.0.key.sign(&claims)?.into())
    }

    fn client(&self, id: &str) -> Option<&Client> {
        self.0.config.clients.iter().find(|client| client.id == id)
    }

    fn now(&self) -> Timestamp {
        (self.0.config.now)()
    }

    fn grants(&self) -> MutexGuard<'_, Grants> {
        // Each change to the grants is whole before anything that could panic.
        self.0.grants.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// 256 random bits as text: a code, a refresh token, a token's id.
    fn random_text(&self) -> Result<SecretString, IssuerError> {
        let mut bytes = [0; 32];
        self.0.random.fill(&mut bytes).map_err(|_| IssuerError::Random)?;
        Ok(URL_SAFE_NO_PAD.encode(bytes).into())
    }

    /// Whether a secret was given rightly, in a time that tells nothing: what is compared are tags under a
    /// key that the giver does not know.
    fn same(&self, secret: &SecretString, given: &str) -> bool {
        let tag = hmac::sign(&self.0.compare, secret.expose_secret().as_bytes());
        hmac::verify(&self.0.compare, given.as_bytes(), tag.as_ref()).is_ok()
    }
}

fn may_redirect_to(uri: &str) -> bool {
    let Ok(url) = Url::parse(uri) else { return false };
    let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    url.fragment().is_none() && (url.scheme() == "https" || (url.scheme() == "http" && local))
}

fn spaced(scopes: &Scopes) -> String {
    scopes.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// The scopes to grant: those asked for, or all when none was; the first that may not be had as the error.
fn allowed(may: &Scopes, asked: Scopes) -> Result<Scopes, String> {
    if asked.is_empty() {
        return Ok(may.clone());
    }
    match asked.difference(may).next() {
        Some(scope) => Err(scope.clone()),
        None => Ok(asked),
    }
}

async fn jwks(State(issuer): State<Issuer>) -> Json<Value> {
    Json(issuer.jwks())
}

/// OpenID Connect Discovery 1.0 and RFC 8414.
async fn discovery(State(issuer): State<Issuer>) -> Json<Value> {
    let config = &issuer.0.config;
    let at = |path: &str| format!("{}{path}", config.issuer);
    let scopes: BTreeSet<&String> = config
        .clients
        .iter()
        .flat_map(|client| &client.scopes)
        .chain(&config.app.scopes)
        .collect();
    Json(json!({
        "issuer": config.issuer,
        "authorization_endpoint": at("/oauth2/authorize"),
        "token_endpoint": at("/oauth2/token"),
        "jwks_uri": at("/.well-known/jwks.json"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "client_credentials", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "authorization_response_iss_parameter_supported": true,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "scopes_supported": scopes,
    }))
}

#[cfg(test)]
mod tests;
