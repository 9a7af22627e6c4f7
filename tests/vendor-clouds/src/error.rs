//! What can go wrong in running a cloud: not the troubles on order, which are its business, but its own.

use std::path::PathBuf;

/// What can go wrong in running a cloud.
#[derive(Debug, thiserror::Error)]
pub enum CloudError {
    /// It cannot listen.
    #[error("cannot listen on {address}")]
    Listen {
        /// Where it should have.
        address: std::net::SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// The snapshot cannot be read or written.
    #[error("cannot keep the snapshot in {path}")]
    Snapshot {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The snapshot is not one, or one of another release.
    #[error("the snapshot in {path} cannot be understood: remove the file to begin anew")]
    SnapshotShape {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// There is no such thing in the world.
    #[error("there is no {0}")]
    NoSuch(String),
    /// There is such a thing already.
    #[error("there is already a {0}")]
    Exists(String),
    /// The call makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// An access token could not be signed.
    #[error("cannot sign an access token")]
    Signing(#[source] Box<dyn std::error::Error + Send + Sync>),
}
