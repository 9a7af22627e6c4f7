//! A vendor in this process, in place of one behind sockets.

use std::fmt;

use async_trait::async_trait;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use super::{SendFailure, VendorRequest};

/// A vendor in this process, reached without a socket: for simulations.
#[async_trait]
pub trait VendorService: Send + Sync {
    /// Carries one request, and its whole answer back.
    ///
    /// # Errors
    /// [`SendFailure::NotConnected`] only when the vendor certainly has nothing of it; [`SendFailure::Interrupted`] otherwise.
    async fn carry(&self, request: &VendorRequest) -> Result<ServiceAnswer, SendFailure>;
}

impl fmt::Debug for dyn VendorService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VendorService")
    }
}

/// An answer of a [`VendorService`].
#[derive(Debug)]
pub struct ServiceAnswer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}
