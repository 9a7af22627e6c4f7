//! Logins by proof that have begun: what the cloud must remember between its question and the answer.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Identity;
use super::kept::TokenHash;
use super::srp::ClientPublic;
use crate::names::Email;

/// How long a question may stay without its answer.
const TTL: Duration = Duration::from_secs(180);

/// A login that has begun.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Proof {
    /// Who wants to log in.
    pub(crate) email: Email,
    /// The client's public number.
    pub(crate) public: ClientPublic,
    /// The secret that the cloud drew for this login.
    pub(crate) secret: String,
    until: Timestamp,
}

impl fmt::Debug for Proof {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Proof")
            .field("email", &self.email)
            .finish_non_exhaustive()
    }
}

impl Identity {
    /// Begins a login. The name by which it is found again, and the secret drawn for it.
    pub(crate) fn begin_proof(
        &mut self,
        now: Timestamp,
        email: Email,
        public: ClientPublic,
    ) -> (String, String) {
        let (name, secret) = (self.fresh(), self.fresh());
        let proof = Proof {
            email,
            public,
            secret: secret.clone(),
            until: now + TTL,
        };
        self.proofs.put(TokenHash::of(&name), proof);
        (name, secret)
    }

    /// Whose login it is that has this name.
    #[must_use]
    pub(crate) fn proof_owner(&self, name: &str) -> Option<&Email> {
        self.proofs.get(&TokenHash::of(name)).map(|proof| &proof.email)
    }

    /// The login of this name, which is then gone: each question is good for one answer.
    pub(crate) fn take_proof(&mut self, now: Timestamp, name: &str) -> Option<Proof> {
        let proof = self.proofs.take(&TokenHash::of(name))?;
        (now < proof.until).then_some(proof)
    }
}
