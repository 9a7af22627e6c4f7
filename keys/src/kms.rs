//! The deployed lives: AWS KMS.
//!
//! Sealing is always an envelope: `GenerateDataKey`, then AES-256-GCM here. KMS `Encrypt` takes at most 4096 bytes and
//! a vendor's token blob comes close, so an envelope is needed anyway; using it for every size leaves one layout to
//! test, and costs the same single KMS call each way.

use async_trait::async_trait;
use aws_sdk_kms::Client;
use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{DataKeySpec, MacAlgorithmSpec, MessageType, SigningAlgorithmSpec};
use aws_smithy_http_client::tls;
use p256::{
    ecdsa::{self, VerifyingKey},
    pkcs8::DecodePublicKey,
};
use ring::aead::{AES_256_GCM, UnboundKey};
use secrecy::SecretSlice;
use secrecy::zeroize::Zeroize;
use std::collections::HashMap;
use tokio::sync::OnceCell;

use crate::bundle::sha256;
use crate::seal::check_plaintext;
use crate::sign::check_message;
use crate::{
    BundleKey, BundleSignature, BundleSigner, KeyError, PublicKey, SealContext, Sealed, Sealer, Signature,
    Signer, envelope,
};

/// The first byte of a blob sealed here.
const VERSION: u8 = 0x81;

/// What a DER `SubjectPublicKeyInfo` of an Ed25519 key starts with; the 32 bytes of the key follow (RFC 8410).
const ED25519_SPKI: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// The call that asks for a key's public half.
const GET_PUBLIC_KEY: &str = "GetPublicKey";

/// A KMS client for this process's region and role, on the one TLS stack of the workspace.
pub async fn kms_client_from_env() -> Client {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
        .build_https();
    Client::new(&aws_config::from_env().http_client(http).load().await)
}

/// Seals under a symmetric KMS key; the [`SealContext`] is the encryption context.
///
/// Layout: version (1 byte), length of the wrapped data key (2, big-endian), wrapped data key, nonce (12), ciphertext,
/// tag (16). Needs `kms:GenerateDataKey` to seal and `kms:Decrypt` to open, which a policy may grant apart.
#[derive(Clone, Debug)]
pub struct KmsSealer {
    client: Client,
    key_id: String,
}

impl KmsSealer {
    /// Seals under the key `key_id` (an id, ARN or alias).
    pub fn new(client: Client, key_id: impl Into<String>) -> Self {
        Self {
            client,
            key_id: key_id.into(),
        }
    }
}

fn encryption_context(context: &SealContext) -> HashMap<String, String> {
    context
        .pairs()
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

/// The cipher key in KMS's answer, whose own copy is wiped.
fn data_key(plaintext: Option<Blob>, operation: &'static str) -> Result<UnboundKey, KeyError> {
    let missing = || KeyError::Unavailable {
        operation,
        detail: "the answer holds no data key".into(),
    };
    let mut bytes = plaintext.ok_or_else(missing)?.into_inner();
    let key = UnboundKey::new(&AES_256_GCM, &bytes);
    bytes.zeroize();
    key.map_err(|ring::error::Unspecified| missing())
}

#[async_trait]
impl Sealer for KmsSealer {
    async fn seal(&self, plaintext: &[u8], context: &SealContext) -> Result<Sealed, KeyError> {
        const OPERATION: &str = "GenerateDataKey";
        check_plaintext(plaintext)?;
        let answer = self
            .client
            .generate_data_key()
            .key_id(&self.key_id)
            .key_spec(DataKeySpec::Aes256)
            .set_encryption_context(Some(encryption_context(context)))
            .send()
            .await
            .map_err(|error| failure(OPERATION, &error))?;
        let wrapped = answer.ciphertext_blob.map(Blob::into_inner).unwrap_or_default();
        let length = u16::try_from(wrapped.len())
            .ok()
            .filter(|length| *length > 0)
            .ok_or_else(|| KeyError::Unavailable {
                operation: OPERATION,
                detail: "the answer holds no wrapped key".into(),
            })?;
        let mut blob = vec![VERSION];
        blob.extend_from_slice(&length.to_be_bytes());
        blob.extend_from_slice(&wrapped);
        let key = data_key(answer.plaintext, OPERATION)?;
        envelope::encrypt(key, &context.canonical_bytes(), plaintext, &mut blob)?;
        Ok(Sealed::from_bytes(blob))
    }

    async fn open(&self, sealed: &Sealed, context: &SealContext) -> Result<SecretSlice<u8>, KeyError> {
        const OPERATION: &str = "Decrypt";
        let Some((&VERSION, rest)) = sealed.as_bytes().split_first() else {
            return Err(KeyError::DoesNotOpen);
        };
        let (length, rest) = rest.split_first_chunk::<2>().ok_or(KeyError::DoesNotOpen)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (wrapped, text) = rest.split_at_checked(length).ok_or(KeyError::DoesNotOpen)?;
        let answer = self
            .client
            .decrypt()
            // Named, so that a blob wrapped by another key that this role may use is not opened.
            .key_id(&self.key_id)
            .ciphertext_blob(Blob::new(wrapped))
            .set_encryption_context(Some(encryption_context(context)))
            .send()
            .await
            .map_err(|error| failure(OPERATION, &error))?;
        let key = data_key(answer.plaintext, OPERATION)?;
        envelope::decrypt(key, &context.canonical_bytes(), text)
    }
}

/// Signs with a KMS key of spec `ECC_NIST_EDWARDS25519`. Needs `kms:Sign` and `kms:GetPublicKey`.
#[derive(Clone, Debug)]
pub struct KmsSigner {
    client: Client,
    key_id: String,
    public: OnceCell<PublicKey>,
}

impl KmsSigner {
    /// Signs with the key `key_id` (an id, ARN or alias).
    pub fn new(client: Client, key_id: impl Into<String>) -> Self {
        Self {
            client,
            key_id: key_id.into(),
            public: OnceCell::new(),
        }
    }

    async fn ask_public_key(&self) -> Result<PublicKey, KeyError> {
        let der = public_key(&self.client, &self.key_id).await?;
        let raw = der
            .strip_prefix(&ED25519_SPKI)
            .ok_or_else(|| wrong_key("the key is not an Ed25519 key"))?;
        raw.try_into()
    }
}

/// A key's public half, as a DER `SubjectPublicKeyInfo`.
async fn public_key(client: &Client, key_id: &str) -> Result<Vec<u8>, KeyError> {
    let asked = client.get_public_key().key_id(key_id).send().await;
    let answer = asked.map_err(|error| failure(GET_PUBLIC_KEY, &error))?;
    Ok(answer.public_key.map(Blob::into_inner).unwrap_or_default())
}

fn wrong_key(detail: &str) -> KeyError {
    KeyError::Refused {
        operation: GET_PUBLIC_KEY,
        detail: detail.into(),
    }
}

#[async_trait]
impl Signer for KmsSigner {
    async fn sign(&self, message: &[u8]) -> Result<Signature, KeyError> {
        const OPERATION: &str = "Sign";
        check_message(message)?;
        let answer = self
            .client
            .sign()
            .key_id(&self.key_id)
            .signing_algorithm(SigningAlgorithmSpec::Ed25519Sha512)
            .message_type(MessageType::Raw)
            .message(Blob::new(message))
            .send()
            .await
            .map_err(|error| failure(OPERATION, &error))?;
        answer
            .signature
            .map(Blob::into_inner)
            .unwrap_or_default()
            .as_slice()
            .try_into()
    }

    async fn public_key(&self) -> Result<PublicKey, KeyError> {
        self.public
            .get_or_try_init(|| self.ask_public_key())
            .await
            .copied()
    }
}

/// Signs with a KMS key of spec `ECC_NIST_P256`. Needs `kms:Sign` and `kms:GetPublicKey`.
///
/// KMS is sent the digest of the message, so that its length has no limit, and answers in DER, which JOSE does not use.
#[derive(Clone, Debug)]
pub struct KmsBundleSigner {
    client: Client,
    key_id: String,
    public: OnceCell<BundleKey>,
}

impl KmsBundleSigner {
    /// Signs with the key `key_id` (an id, ARN or alias).
    pub fn new(client: Client, key_id: impl Into<String>) -> Self {
        Self {
            client,
            key_id: key_id.into(),
            public: OnceCell::new(),
        }
    }

    async fn ask_public_key(&self) -> Result<BundleKey, KeyError> {
        let der = public_key(&self.client, &self.key_id).await?;
        VerifyingKey::from_public_key_der(&der)
            .map(BundleKey::from_verifying)
            .map_err(|_| wrong_key("the key is not a P-256 key"))
    }
}

#[async_trait]
impl BundleSigner for KmsBundleSigner {
    async fn sign(&self, message: &[u8]) -> Result<BundleSignature, KeyError> {
        const OPERATION: &str = "Sign";
        let answer = self
            .client
            .sign()
            .key_id(&self.key_id)
            .signing_algorithm(SigningAlgorithmSpec::EcdsaSha256)
            .message_type(MessageType::Digest)
            .message(Blob::new(sha256(message).as_ref()))
            .send()
            .await
            .map_err(|error| failure(OPERATION, &error))?;
        let der = answer.signature.map(Blob::into_inner).unwrap_or_default();
        let signature = ecdsa::Signature::from_der(&der).map_err(|_| KeyError::Malformed {
            what: "ECDSA signature in DER",
        })?;
        signature.to_bytes()[..].try_into()
    }

    async fn public_key(&self) -> Result<BundleKey, KeyError> {
        self.public
            .get_or_try_init(|| self.ask_public_key())
            .await
            .copied()
    }
}

/// A key of 32 bytes for `purpose`, derived from the KMS key `key_id` of spec `HMAC_256`: the same for everyone who may ask, another
/// for every purpose. Needs `kms:GenerateMac`. An HMAC key is a pseudorandom function, so its output serves as a key; KMS logs the
/// call, and neither its input nor its output.
///
/// # Errors
/// [`KeyError::Unavailable`] and [`KeyError::Refused`] from KMS.
pub async fn kms_derived_key(
    client: &Client,
    key_id: &str,
    purpose: &str,
) -> Result<SecretSlice<u8>, KeyError> {
    const OPERATION: &str = "GenerateMac";
    let answer = client
        .generate_mac()
        .key_id(key_id)
        .mac_algorithm(MacAlgorithmSpec::HmacSha256)
        .message(Blob::new(format!("postern key v1 {purpose}")))
        .send()
        .await
        .map_err(|error| failure(OPERATION, &error))?;
    let mac = answer.mac.map(Blob::into_inner).unwrap_or_default();
    if mac.len() != 32 {
        return Err(KeyError::Unavailable {
            operation: OPERATION,
            detail: "the answer holds no MAC of 32 bytes".into(),
        });
    }
    Ok(SecretSlice::from(mac))
}

/// Sorts KMS's error codes. Only the code and the message are kept: the SDK's own error holds the raw answer.
fn failure<E: ProvideErrorMetadata>(operation: &'static str, error: &SdkError<E>) -> KeyError {
    let SdkError::ServiceError(service) = error else {
        let detail = match error {
            SdkError::TimeoutError(_) => "no answer in time",
            SdkError::DispatchFailure(_) => "the request could not be sent",
            SdkError::ResponseError(_) => "the answer could not be read",
            _ => "the request could not be made",
        };
        return KeyError::Unavailable {
            operation,
            detail: detail.into(),
        };
    };
    let code = service.err().code().unwrap_or("no code");
    let detail = format!("{code}: {}", service.err().message().unwrap_or("no message"));
    match code {
        // `Decrypt` with another context, another key or changed bytes.
        "InvalidCiphertextException" | "IncorrectKeyException" => KeyError::DoesNotOpen,
        "AccessDeniedException"
        | "NotFoundException"
        | "DisabledException"
        | "InvalidKeyUsageException"
        | "KMSInvalidStateException"
        | "UnsupportedOperationException"
        | "ValidationException"
        | "UnrecognizedClientException"
        | "InvalidSignatureException"
        | "ExpiredTokenException" => KeyError::Refused { operation, detail },
        _ => KeyError::Unavailable { operation, detail },
    }
}
