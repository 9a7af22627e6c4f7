//! What signs what an endpoint is told, after Standard Webhooks
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>): a shared secret for `v1`
//! (HMAC-SHA-256), and an Ed25519 key for `v1a`, whose public half alone is enough to check.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use postern_contract::{
    ids::{CarrierId, EventId, WebhookId},
    text::SecretText,
};
use postern_keys::{SealContext, Sealed, Sealer};
use ring::{
    hmac,
    signature::{Ed25519KeyPair, KeyPair as _},
};
use secrecy::{ExposeSecret as _, SecretSlice};

use super::FreshSecret;
use crate::{Error, ports::Chance};

/// What a shared secret begins with.
const SECRET_PREFIX: &str = "whsec_";
/// What a public key begins with.
const PUBLIC_KEY_PREFIX: &str = "whpk_";
/// How long the shared secret is, and the seed of the key, in bytes.
const HALF: usize = 32;

/// The secret of one endpoint.
pub(super) struct SigningSecret {
    shared: SecretSlice<u8>,
    key: Ed25519KeyPair,
}

impl SigningSecret {
    /// A fresh one.
    fn mint(chance: &dyn Chance) -> Result<(Self, SecretSlice<u8>), Error> {
        let bytes = SecretSlice::from([chance.bytes(), chance.bytes()].concat());
        Ok((Self::read(&bytes)?, bytes))
    }

    /// Reads the bytes of one: the shared secret, then the key's seed.
    fn read(bytes: &SecretSlice<u8>) -> Result<Self, Error> {
        let unusable = Error::Corrupt("a webhook endpoint's secret");
        let (shared, seed) = match bytes.expose_secret().split_at_checked(HALF) {
            Some((shared, seed)) if seed.len() == HALF => (shared, seed),
            _ => return Err(unusable),
        };
        Ok(Self {
            shared: SecretSlice::from(shared.to_vec()),
            key: Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| unusable)?,
        })
    }

    /// Opens a sealed one.
    ///
    /// # Errors
    /// [`Error::Key`]; [`Error::Corrupt`] when it is none.
    pub(super) async fn open(
        sealer: &dyn Sealer,
        sealed: &Sealed,
        carrier: &CarrierId,
        webhook: WebhookId,
    ) -> Result<Self, Error> {
        Self::read(&sealer.open(sealed, &context(carrier, webhook)).await?)
    }

    /// The shared secret, as its carrier is told it.
    pub(super) fn shared_text(&self) -> SecretText {
        SecretText::new(format!(
            "{SECRET_PREFIX}{}",
            STANDARD.encode(self.shared.expose_secret())
        ))
    }

    /// The public half of the key, as its carrier is told it.
    fn public_key_text(&self) -> String {
        format!(
            "{PUBLIC_KEY_PREFIX}{}",
            STANDARD.encode(self.key.public_key().as_ref())
        )
    }

    /// The signatures of `body`, told as the event `id` at `at_s` seconds since 1970.
    pub(super) fn signatures(&self, id: EventId, at_s: i64, body: &str) -> [String; 2] {
        let signed = format!("{id}.{at_s}.{body}");
        let shared = hmac::Key::new(hmac::HMAC_SHA256, self.shared.expose_secret());
        let symmetric = STANDARD.encode(hmac::sign(&shared, signed.as_bytes()));
        let asymmetric = STANDARD.encode(self.key.sign(signed.as_bytes()));
        [format!("v1,{symmetric}"), format!("v1a,{asymmetric}")]
    }
}

/// A fresh secret for an endpoint, sealed.
pub(super) async fn fresh(
    chance: &dyn Chance,
    sealer: &dyn Sealer,
    carrier: &CarrierId,
    webhook: WebhookId,
) -> Result<FreshSecret, Error> {
    let (secret, bytes) = SigningSecret::mint(chance)?;
    Ok(FreshSecret {
        public_key: secret.public_key_text(),
        sealed: sealer
            .seal(bytes.expose_secret(), &context(carrier, webhook))
            .await?,
    })
}

/// What a secret for an endpoint is bound to.
fn context(carrier: &CarrierId, webhook: WebhookId) -> SealContext {
    SealContext::for_webhook(carrier.as_str(), &webhook.to_string())
}
