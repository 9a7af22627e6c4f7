//! The local lives: AES-256-GCM and Ed25519 from a key file, by `ring`.

use std::sync::Arc;

use async_trait::async_trait;
use ring::aead::{AES_256_GCM, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Salt};
use ring::signature::{Ed25519KeyPair, KeyPair};
use secrecy::{ExposeSecret, SecretBox, SecretSlice};

use crate::seal::check_plaintext;
use crate::sign::check_message;
use crate::{KeyError, PublicKey, SealContext, Sealed, Sealer, Signature, Signer, envelope};

/// The first byte of a blob sealed here. `KmsSealer` has another, so that a blob in the wrong life is told apart.
const VERSION: u8 = 0x01;

/// Bytes of salt in each blob.
const SALT_BYTES: usize = 16;

/// Seals under the master key of a [`KeyFile`](crate::KeyFile).
///
/// Layout: version (1 byte), salt (16), nonce (12), ciphertext, tag (16). The key of a blob is
/// `HKDF-SHA256(salt, master key, context)`, and the context is authenticated again as associated data.
#[derive(Clone, Debug)]
pub struct LocalSealer {
    master: Arc<SecretBox<[u8; 32]>>,
}

impl LocalSealer {
    pub(crate) fn new(master: Arc<SecretBox<[u8; 32]>>) -> Self {
        Self { master }
    }

    fn key_of_blob(&self, salt: &[u8; SALT_BYTES], context: &[u8]) -> Result<UnboundKey, KeyError> {
        Salt::new(HKDF_SHA256, salt)
            .extract(self.master.expose_secret())
            .expand(&[context], &AES_256_GCM)
            .map(UnboundKey::from)
            .map_err(|ring::error::Unspecified| KeyError::Malformed { what: "seal context" })
    }
}

#[async_trait]
impl Sealer for LocalSealer {
    async fn seal(&self, plaintext: &[u8], context: &SealContext) -> Result<Sealed, KeyError> {
        check_plaintext(plaintext)?;
        let salt: [u8; SALT_BYTES] = envelope::random()?;
        let context = context.canonical_bytes();
        let mut blob = vec![VERSION];
        blob.extend_from_slice(&salt);
        envelope::encrypt(self.key_of_blob(&salt, &context)?, &context, plaintext, &mut blob)?;
        Ok(Sealed::from_bytes(blob))
    }

    async fn open(&self, sealed: &Sealed, context: &SealContext) -> Result<SecretSlice<u8>, KeyError> {
        let Some((&VERSION, rest)) = sealed.as_bytes().split_first() else {
            return Err(KeyError::DoesNotOpen);
        };
        let (salt, text) = rest
            .split_first_chunk::<SALT_BYTES>()
            .ok_or(KeyError::DoesNotOpen)?;
        let context = context.canonical_bytes();
        envelope::decrypt(self.key_of_blob(salt, &context)?, &context, text)
    }
}

/// Signs with the Ed25519 key of a [`KeyFile`](crate::KeyFile).
#[derive(Clone, Debug)]
pub struct LocalSigner {
    pair: Arc<Ed25519KeyPair>,
    public: PublicKey,
}

impl LocalSigner {
    pub(crate) fn new(pair: Ed25519KeyPair) -> Result<Self, KeyError> {
        let public = pair.public_key().as_ref().try_into()?;
        Ok(Self {
            pair: Arc::new(pair),
            public,
        })
    }
}

#[async_trait]
impl Signer for LocalSigner {
    async fn sign(&self, message: &[u8]) -> Result<Signature, KeyError> {
        check_message(message)?;
        self.pair.sign(message).as_ref().try_into()
    }

    async fn public_key(&self) -> Result<PublicKey, KeyError> {
        Ok(self.public)
    }
}
