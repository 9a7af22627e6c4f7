//! What an adapter keeps between the two halves of linking.

use secrecy::{ExposeSecret, SecretSlice, SecretString};
use serde::{Deserialize, Serialize};

use crate::sealable::json_plaintext;
use crate::{NotSealable, Sealable};

/// The PKCE verifier and the redirect address of one linking. Sealed, it waits at the platform until the household
/// comes back; its `Debug` shows no verifier.
#[derive(Clone, Debug)]
pub struct PkceSession {
    pub(super) verifier: SecretString,
    pub(super) redirect_uri: String,
}

#[derive(Serialize)]
struct Written<'a> {
    verifier: &'a str,
    redirect_uri: &'a str,
}

#[derive(Deserialize)]
struct Read {
    verifier: SecretString,
    redirect_uri: String,
}

impl Sealable for PkceSession {
    fn to_plaintext(&self) -> Result<SecretSlice<u8>, NotSealable> {
        json_plaintext(&Written {
            verifier: self.verifier.expose_secret(),
            redirect_uri: &self.redirect_uri,
        })
    }

    fn from_plaintext(plaintext: &[u8]) -> Result<Self, NotSealable> {
        let read: Read = serde_json::from_slice(plaintext).map_err(|_| NotSealable)?;
        Ok(Self {
            verifier: read.verifier,
            redirect_uri: read.redirect_uri,
        })
    }
}
