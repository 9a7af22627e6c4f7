//! Secrets that leave an adapter only sealed.

use secrecy::SecretSlice;
use secrecy::zeroize::Zeroize;
use serde::Serialize;

/// A secret that can be turned into bytes to be sealed, and back.
///
/// It is a trait of its own, and not `Serialize`, so that a token can't slip into a message or a log by being a field of
/// something that is serialised.
pub trait Sealable: Sized + Send + Sync + 'static {
    /// The bytes to seal.
    ///
    /// # Errors
    /// [`NotSealable`] if they can't be written.
    fn to_plaintext(&self) -> Result<SecretSlice<u8>, NotSealable>;

    /// The secret in bytes that [`Self::to_plaintext`] gave, perhaps in an older version of the adapter.
    ///
    /// # Errors
    /// [`NotSealable`] if they are something else.
    fn from_plaintext(plaintext: &[u8]) -> Result<Self, NotSealable>;
}

/// The secret could not be written as bytes or read from them. It says no more, as anything more might be the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the secret does not have the expected form")]
pub struct NotSealable;

/// For an adapter that has nothing to keep between the two halves of linking.
impl Sealable for () {
    fn to_plaintext(&self) -> Result<SecretSlice<u8>, NotSealable> {
        json_plaintext(self)
    }

    fn from_plaintext(plaintext: &[u8]) -> Result<Self, NotSealable> {
        serde_json::from_slice(plaintext).map_err(|_| NotSealable)
    }
}

/// `value` as JSON bytes, which are wiped when dropped.
///
/// # Errors
/// [`NotSealable`] for what JSON cannot hold.
pub fn json_plaintext(value: &impl Serialize) -> Result<SecretSlice<u8>, NotSealable> {
    let mut json = serde_json::to_vec(value).map_err(|_| NotSealable)?;
    let plaintext = SecretSlice::from(Box::<[u8]>::from(json.as_slice()));
    json.zeroize();
    Ok(plaintext)
}
