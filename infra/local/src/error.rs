//! Why the local platform did not start, or stopped.

use std::path::PathBuf;

use postern_adapter_declarative::NotSetUp;
use postern_adapter_sdk::SetUpError;
use postern_core::{Error, store::StoreError};
use postern_embedded_record::EmbeddedRecordError;
use postern_http::token::KeySourceError;
use postern_keys::KeyError;
use postern_vendor_clouds::{CloudError, Vendor};
use postern_webhooks::PosterError;

use crate::issuer::IssuerError;

/// Why the local platform did not start, or what ended it.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// The data folder, or a file in it, cannot be used.
    #[error("{path} cannot be used: {source}", path = path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file of the data folder does not hold what it should.
    #[error("{path} does not hold what it should: remove it, or choose another data folder", path = path.display())]
    Malformed {
        /// Which.
        path: PathBuf,
    },
    /// The data folder is another vendor's.
    #[error(
        "the data folder has openers of {runs}, not of {asked}: choose another with --data, or start with --vendor {runs}"
    )]
    OtherVendor {
        /// Whose openers are there.
        runs: &'static str,
        /// Whose were asked for.
        asked: &'static str,
    },
    /// There is a simulated cloud of this vendor, and nothing yet that speaks with it.
    #[error("there is no adapter for {} yet", .0.name())]
    NoAdapter(Vendor),
    /// There is no simulated cloud that a file of this vendor could speak with.
    #[error(
        "there is no simulated cloud for a file of {0}: play with vendor-adapters/declarative/vendors/aladdin-connect.toml"
    )]
    NoCloud(String),
    /// The adapter of a vendor in a file.
    #[error(transparent)]
    VendorFile(#[from] NotSetUp),
    /// No socket.
    #[error("port {port} cannot be listened on: {source}. Choose other ports with --port")]
    Port {
        /// Which.
        port: u16,
        /// Why.
        source: std::io::Error,
    },
    /// The embedded record.
    #[error(transparent)]
    Record(#[from] EmbeddedRecordError),
    /// The record's table.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key file.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The issuer.
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    /// The token verifiers.
    #[error(transparent)]
    Verifier(#[from] KeySourceError),
    /// The simulated vendor cloud.
    #[error(transparent)]
    Cloud(#[from] CloudError),
    /// The adapter of the vendor.
    #[error(transparent)]
    Adapter(#[from] SetUpError),
    /// Who is there from the start could not be registered.
    #[error(transparent)]
    Seeds(#[from] Error),
    /// What posts to webhooks.
    #[error(transparent)]
    Poster(#[from] PosterError),
    /// An address of our own that is none.
    #[error("an address could not be read: {0}")]
    Address(#[from] url::ParseError),
}
