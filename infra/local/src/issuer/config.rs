//! Whom the issuer knows, and where it lives.

use std::collections::BTreeSet;
use std::path::PathBuf;

use postern_http::Clock;
use secrecy::SecretString;

/// Scopes, as in a token's `scope`.
pub type Scopes = BTreeSet<String>;

/// Whom the issuer knows, and where it lives.
#[derive(Clone)]
pub struct IssuerConfig {
    /// Its address as callers see it, such as `http://127.0.0.1:8080`; the `iss` of every token. No slash at
    /// the end.
    pub issuer: String,
    /// `aud` of tokens for carriers.
    pub carrier_audience: String,
    /// `aud` of tokens for customers.
    pub customer_audience: String,
    /// The carriers.
    pub clients: Vec<Client>,
    /// The customers' app.
    pub app: App,
    /// The customers.
    pub people: Vec<Person>,
    /// Where the signing key is kept.
    pub key: KeyPlace,
    /// The time.
    pub now: Clock,
}

/// A carrier: a confidential client.
#[derive(Debug, Clone)]
pub struct Client {
    /// `client_id`, and the `sub` of its tokens.
    pub id: String,
    /// `client_secret`.
    pub secret: SecretString,
    /// What it may ask for.
    pub scopes: Scopes,
}

/// The customers' app: a public client, which proves itself by PKCE.
#[derive(Debug, Clone)]
pub struct App {
    /// `client_id`.
    pub id: String,
    /// Where a person may be sent back to, each letter for letter: `https`, or `http` on this machine.
    pub redirect_uris: Vec<String>,
    /// What it may ask for.
    pub scopes: Scopes,
}

impl App {
    /// `postern-app` with the scope `household`.
    #[must_use]
    pub fn new(redirect_uris: Vec<String>) -> Self {
        Self {
            id: "postern-app".to_owned(),
            redirect_uris,
            scopes: ["household".to_owned()].into(),
        }
    }
}

/// A customer who can log in.
#[derive(Debug, Clone)]
pub struct Person {
    /// The `sub` of their tokens.
    pub id: String,
    /// What they log in with; capitals do not matter.
    pub email: String,
    /// Their password.
    pub password: SecretString,
}

/// Where the signing key is kept.
#[derive(Debug, Clone)]
pub enum KeyPlace {
    /// Nowhere: a new key each time, and old tokens end.
    Memory,
    /// In a file, made on the first start, which only its owner can read.
    File(PathBuf),
}
