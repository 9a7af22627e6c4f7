//! The local lives: AES-256-GCM and Ed25519 from a key file, by `ring`.

use std::sync::Arc;

use async_trait::async_trait;
use p256::ecdsa::{self, SigningKey, signature::hazmat::PrehashSigner};
use ring::aead::{AES_256_GCM, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Salt};
use ring::signature::{Ed25519KeyPair, KeyPair};
use secrecy::zeroize::Zeroize;
use secrecy::{ExposeSecret, SecretBox, SecretSlice};

use crate::bundle::sha256;
use crate::seal::check_plaintext;
use crate::sign::check_message;
use crate::{
    BundleKey, BundleSignature, BundleSigner, KeyError, PublicKey, SealContext, Sealed, Sealer, Signature,
    Signer, envelope,
};

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

/// Signs with a P-256 key that is derived from the master key of a [`KeyFile`](crate::KeyFile), so that files from before there was
/// one serve as they are: `HKDF-SHA256("postern bundle key v1", master key, number)` for the first number from 0 that gives a key. No
/// sealed blob's salt is as long as that one, so no blob's key is ever the same.
#[derive(Clone)]
pub struct LocalBundleSigner {
    key: SigningKey,
}

impl std::fmt::Debug for LocalBundleSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LocalBundleSigner").finish_non_exhaustive()
    }
}

impl LocalBundleSigner {
    pub(crate) fn new(master: &SecretBox<[u8; 32]>) -> Result<Self, KeyError> {
        let derived = Salt::new(HKDF_SHA256, b"postern bundle key v1").extract(master.expose_secret());
        // One in four thousand million numbers is too large for the curve: the second is never needed in practice.
        for number in 0..4_u8 {
            let mut bytes = [0; 32];
            let filled = derived
                .expand(&[&[number]], HKDF_SHA256)
                .and_then(|key| key.fill(&mut bytes));
            let key = SigningKey::from_slice(&bytes);
            bytes.zeroize();
            if let (Ok(()), Ok(key)) = (filled, key) {
                return Ok(Self { key });
            }
        }
        Err(KeyError::Malformed { what: "bundle key" })
    }
}

#[async_trait]
impl BundleSigner for LocalBundleSigner {
    async fn sign(&self, message: &[u8]) -> Result<BundleSignature, KeyError> {
        let signature: ecdsa::Signature = self
            .key
            .sign_prehash(sha256(message).as_ref())
            .map_err(|_| KeyError::Malformed { what: "digest" })?;
        signature.to_bytes()[..].try_into()
    }

    async fn public_key(&self) -> Result<BundleKey, KeyError> {
        Ok(BundleKey::from_verifying(*self.key.verifying_key()))
    }
}
