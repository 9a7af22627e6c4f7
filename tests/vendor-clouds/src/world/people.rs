//! Who there is, and what they may see.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Home, World};
use crate::config::Role;
use crate::error::CloudError;
use crate::identity::srp::Verifier;
use crate::ismartgate::Key;
use crate::names::{AccountId, Email, Serial};

/// Somebody with a login.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct User {
    /// The id that accounts and tokens name them by.
    pub id: String,
    password: PasswordHash,
    /// Where people log in by SRP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verifier: Option<Verifier>,
    /// Where what people send is hidden by their password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<Key>,
}

impl User {
    pub(super) fn new(
        id: String,
        email: &Email,
        password: &SecretString,
        verifier: Option<Verifier>,
        key: Option<Key>,
    ) -> Self {
        Self {
            id,
            password: PasswordHash::of(email, password),
            verifier,
            key,
        }
    }

    /// What is hidden by the password is read with this.
    pub(crate) const fn key(&self) -> Option<&Key> {
        self.key.as_ref()
    }

    /// What a proof of the password is judged by, where people log in by SRP.
    pub(crate) const fn verifier(&self) -> Option<&Verifier> {
        self.verifier.as_ref()
    }
}

/// Enough to tell the right password from a wrong one. One round of SHA-256 would not do for real people's passwords.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
struct PasswordHash(String);

impl PasswordHash {
    fn of(email: &Email, password: &SecretString) -> Self {
        let mut hash = Sha256::new();
        hash.update(email.as_str());
        hash.update([0]);
        hash.update(password.expose_secret());
        Self(hex::encode(hash.finalize()))
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

impl World {
    /// All users.
    pub fn users(&self) -> impl Iterator<Item = (&Email, &User)> {
        self.users.iter()
    }

    /// A user.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn user(&self, email: &Email) -> Result<&User, CloudError> {
        self.users
            .get(email)
            .ok_or_else(|| CloudError::NoSuch(format!("user {email}")))
    }

    /// Whether this is the user's password. Nobody has the password of an unknown user.
    #[must_use]
    pub fn password_fits(&self, email: &Email, password: &SecretString) -> bool {
        self.users
            .get(email)
            .is_some_and(|user| user.password == PasswordHash::of(email, password))
    }

    /// The homes that a user sees: their own, and those that were shared with them.
    pub fn homes_of(&self, email: &Email) -> impl Iterator<Item = (&AccountId, &Home, Role)> {
        self.homes
            .iter()
            .filter_map(move |(id, home)| home.members.get(email).map(|role| (id, home, *role)))
    }

    /// Whether the user sees this door, in any of their homes.
    #[must_use]
    pub fn sees(&self, email: &Email, serial: &Serial) -> bool {
        self.homes_of(email).any(|(_, home, _)| home.shows_door(serial))
    }

    /// A home, if the user sees it.
    #[must_use]
    pub fn home_seen_by(&self, email: &Email, account_id: &AccountId) -> Option<&Home> {
        self.homes
            .get(account_id)
            .filter(|home| home.members.contains_key(email))
    }
}
