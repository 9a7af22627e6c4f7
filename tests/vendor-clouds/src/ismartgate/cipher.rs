//! How a controller and its clients hide what they say: AES-128 in CBC, the initialisation vector in front as sixteen characters, the rest
//! in base64. It is the vendor's own, and proves nothing of what was said.

use std::fmt;

use aes::Aes128;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockDecryptMut, BlockEncryptMut, KeyIvInit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};

use crate::names::Email;

/// How long a key and a vector are, in bytes.
const BLOCK: usize = 16;

/// The one key of every Gogogate2, which each of its clients has in it.
pub(super) const SHARED: Key = Key(*b"0e3b7%i1X9@54cAf");

/// A key.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Key(#[serde(with = "hex")] [u8; BLOCK]);

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Key(***)")
    }
}

impl Key {
    /// An ismartgate's, which follows from a user's name and password.
    pub(crate) fn of(user: &Email, password: &SecretString) -> Self {
        let mut hash = Sha1::new();
        hash.update(user.as_str());
        hash.update(password.expose_secret());
        let h = hex::encode(hash.finalize());
        let text = [&h[32..36], "a", &h[7..10], "!", &h[18..21], "*#", &h[24..26]].concat();
        let mut key = [0; BLOCK];
        key.copy_from_slice(text.as_bytes());
        Self(key)
    }

    /// Hides a text. The vector is the first sixteen bytes of `vector`, which must have as many.
    pub(super) fn seal(&self, text: &str, vector: &str) -> String {
        let mut iv = [0; BLOCK];
        iv.copy_from_slice(&vector.as_bytes()[..BLOCK]);
        let cipher = cbc::Encryptor::<Aes128>::new(&self.0.into(), &iv.into());
        let sealed = cipher.encrypt_padded_vec_mut::<Pkcs7>(text.as_bytes());
        format!("{}{}", &vector[..BLOCK], STANDARD.encode(sealed))
    }

    /// Reads a hidden text, if this is its key.
    pub(super) fn open(&self, wire: &str) -> Option<String> {
        let (iv, rest) = wire.as_bytes().split_first_chunk::<BLOCK>()?;
        let sealed = STANDARD.decode(rest).ok()?;
        let cipher = cbc::Decryptor::<Aes128>::new(&self.0.into(), iv.into());
        let text = cipher.decrypt_padded_vec_mut::<Pkcs7>(&sealed).ok()?;
        String::from_utf8(text).ok()
    }
}

/// What an ismartgate is sent beside what is hidden: whose key it is.
pub(super) fn token(user: &Email) -> String {
    hex::encode(Sha1::digest(format!("{user}@ismartgate")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_name_and_password_open_what_was_sealed() {
        let user = Email::from("Somebody@example.com");
        let key = Key::of(&user, &SecretString::from("secret"));
        let sealed = key.seal("<response/>", "0123456789abcdef");
        assert!(sealed.starts_with("0123456789abcdef"));
        assert_eq!(key.open(&sealed).as_deref(), Some("<response/>"));
        let other = Key::of(&user, &SecretString::from("Secret"));
        assert_ne!(other.open(&sealed).as_deref(), Some("<response/>"));
        for nonsense in [
            "",
            "0123456789abcdef",
            "0123456789abcdef!",
            "0123456789abcdefAAAA",
        ] {
            assert_eq!(key.open(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_key_does_not_show_itself() {
        assert_eq!(format!("{SHARED:?}"), "Key(***)");
    }
}
