//! Sealing and signing, by KMS or by a key file.
//!
//! Three ports, each with two lives. [`Sealer`] turns a secret into a blob that only the same key *and the same
//! context* open again: the platform stores vendor tokens and one-time codes that it can't read by itself.
//! [`Signer`] puts an Ed25519 signature on a short statement: the end of a delivery's log, a command to a kit.
//! [`BundleSigner`] signs messages of any length for readers of JOSE: the evidence of a delivery ([`jws`]).
//!
//! | | on AWS (feature `aws`) | local |
//! |---|---|---|
//! | [`Sealer`] | `KmsSealer`: an envelope under a KMS key | [`LocalSealer`]: a key file |
//! | [`Signer`] | `KmsSigner`: KMS `ECC_NIST_EDWARDS25519` | [`LocalSigner`]: a key file |
//! | [`BundleSigner`] | `KmsBundleSigner`: KMS `ECC_NIST_P256` | [`LocalBundleSigner`]: a key file |
//!
//! What never happens here: a key, a plaintext or a signature's input in a `Debug`, an error or a log.

mod bundle;
mod envelope;
mod error;
mod file;
mod jwk;
pub mod jws;
#[cfg(feature = "aws")]
mod kms;
mod local;
mod seal;
mod sign;
mod text;

pub use bundle::{BundleKey, BundleSignature, BundleSigner};
pub use error::KeyError;
pub use file::KeyFile;
pub use jwk::{Jwk, JwkSet};
#[cfg(feature = "aws")]
pub use kms::{KmsBundleSigner, KmsSealer, KmsSigner, kms_client_from_env, kms_derived_key};
pub use local::{LocalBundleSigner, LocalSealer, LocalSigner};
pub use seal::{MAX_PLAINTEXT_BYTES, SealContext, Sealed, Sealer};
pub use sign::{MAX_MESSAGE_BYTES, PublicKey, Signature, Signer, verify};
