//! AES-256-GCM over one piece of text under a key that seals nothing else.
//!
//! Both lives come through here: the local one with a key derived for the blob, the KMS one with a data key. As no
//! key is used twice, the random 96-bit nonce can't repeat under one key however much is sealed.

use ring::aead::{Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use secrecy::SecretSlice;
use secrecy::zeroize::Zeroize;

use crate::KeyError;

/// `N` random bytes from the operating system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], KeyError> {
    let mut bytes = [0; N];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|ring::error::Unspecified| KeyError::NoEntropy)?;
    Ok(bytes)
}

/// Appends nonce, ciphertext and tag of `plaintext` to `out`; `aad` is authenticated with it.
pub(crate) fn encrypt(
    key: UnboundKey,
    aad: &[u8],
    plaintext: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), KeyError> {
    let nonce: [u8; NONCE_LEN] = random()?;
    let mut text = plaintext.to_vec();
    // Fails only above the 64 GiB that GCM allows, and plaintexts are limited far below.
    let tag = LessSafeKey::new(key)
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut text)
        .map_err(|ring::error::Unspecified| KeyError::TooLong {
            what: "secret",
            length: plaintext.len(),
            limit: crate::MAX_PLAINTEXT_BYTES,
        })?;
    out.extend_from_slice(&nonce);
    out.extend_from_slice(&text);
    out.extend_from_slice(tag.as_ref());
    Ok(())
}

/// Opens nonce, ciphertext and tag as [`encrypt`] wrote them.
pub(crate) fn decrypt(key: UnboundKey, aad: &[u8], sealed: &[u8]) -> Result<SecretSlice<u8>, KeyError> {
    let (nonce, text) = sealed
        .split_first_chunk::<NONCE_LEN>()
        .ok_or(KeyError::DoesNotOpen)?;
    let mut text = text.to_vec();
    let opened = LessSafeKey::new(key)
        .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(aad), &mut text)
        .map_err(|ring::error::Unspecified| KeyError::DoesNotOpen)?;
    // The exact copy wipes itself when dropped; the buffer it was opened in is wiped here.
    let secret = SecretSlice::from(Box::<[u8]>::from(&*opened));
    text.zeroize();
    Ok(secret)
}
