//! The certificates that pushes are judged by: fetched from the vendor's key host by the name of the key, and kept for a day.
//!
//! What makes a certificate the vendor's is that it lies at that host, reached over TLS. Who signed it and until when is not looked at, as
//! the vendor's own SDK does not either.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use postern_adapter_sdk::{CallContext, DeadlineClient, VendorRequest, join};
use postern_contract::adapter::{AdapterError, AdapterErrorKind};
use reqwest::Method;
use reqwest::header::{ACCEPT, HeaderValue};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use url::Url;
use webpki::EndEntityCert;
use webpki::ring::RSA_PKCS1_2048_8192_SHA256;

use crate::signature::{Signed, Untrusted};

/// How long a certificate is kept: as long as the vendor's SDK keeps it.
const KEPT_FOR: Duration = Duration::from_secs(24 * 3600);

/// How many are kept. The vendor is seen to use one at a time.
const KEPT_MAX: usize = 16;

/// A certificate, and since when it is kept.
type Kept = (Vec<u8>, Timestamp);

/// The certificates.
#[derive(Debug)]
pub struct Certificates {
    host: Url,
    http: DeadlineClient,
    kept: Mutex<BTreeMap<Vec<String>, Kept>>,
}

impl Certificates {
    /// Those at this host.
    pub fn at(host: Url, http: DeadlineClient) -> Self {
        Self {
            host,
            http,
            kept: Mutex::default(),
        }
    }

    /// Whether this was signed by the vendor.
    ///
    /// # Errors
    /// `rejected` if it was not, or by a key that the vendor does not have; `vendor_unavailable` and the like while its key cannot be had.
    /// Always `not_executed`.
    pub async fn judge(&self, call: &CallContext, signed: &Signed) -> Result<(), AdapterError> {
        let certificate = match self.kept(&signed.key, call.now()) {
            Some(certificate) => certificate,
            None => self.fetch(call, &signed.key).await?,
        };
        fits(&certificate, signed).map_err(refused)
    }

    fn kept(&self, key: &[String], now: Timestamp) -> Option<Vec<u8>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (certificate, since) = kept.get(key)?;
        (now < *since + KEPT_FOR).then(|| certificate.clone())
    }

    async fn fetch(&self, call: &CallContext, key: &[String]) -> Result<Vec<u8>, AdapterError> {
        let path: Vec<_> = key.iter().map(String::as_str).collect();
        let url = join(&self.host, &path).ok_or_else(|| refused(Untrusted::StrangeKey))?;
        let request = VendorRequest::new(Method::GET, url).header(ACCEPT, HeaderValue::from_static("*/*"));
        let reply = self.http.read(&request, call.deadline()).await?;
        if !reply.status.is_success() {
            return Err(match reply.status.as_u16() {
                400..=499 if reply.status.as_u16() != 429 => refused(Untrusted::StrangeKey),
                _ => reply.read_error(),
            });
        }
        let certificate = CertificateDer::from_pem_slice(&reply.body).map_err(|_| {
            AdapterError::not_executed(
                AdapterErrorKind::VendorUnavailable,
                "the vendor's key host answered something that is no certificate",
            )
        })?;
        let certificate = certificate.as_ref().to_vec();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX {
            let oldest = kept.iter().min_by_key(|(_, (_, since))| *since);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                kept.remove(&oldest);
            }
        }
        kept.insert(key.to_vec(), (certificate.clone(), call.now()));
        Ok(certificate)
    }
}

/// Whether a signature is that of a certificate's key. Keys below 2048 bits are not taken.
fn fits(certificate: &[u8], signed: &Signed) -> Result<(), Untrusted> {
    let certificate = CertificateDer::from(certificate);
    let certificate = EndEntityCert::try_from(&certificate).map_err(|_| Untrusted::StrangeKey)?;
    certificate
        .verify_signature(
            RSA_PKCS1_2048_8192_SHA256,
            signed.text.as_bytes(),
            &signed.signature,
        )
        .map_err(|_| Untrusted::WrongSignature)
}

/// A push that is not believed.
pub fn refused(why: Untrusted) -> AdapterError {
    AdapterError::not_executed(AdapterErrorKind::Rejected, why.to_string())
}
