//! What can go wrong with keys, told apart by what the caller should do next.

use std::path::PathBuf;

/// Why sealing, opening, signing or reading a key file failed. Holds no secret: safe to log.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The blob was sealed by another key, under another context, or was changed since. Trying again won't help.
    #[error("the sealed blob does not open: another key, another context, or changed since it was sealed")]
    DoesNotOpen,
    /// The text is not a sealed blob, a signature or a public key at all.
    #[error("malformed {what}")]
    Malformed {
        /// What was expected.
        what: &'static str,
    },
    /// The signature is not this key's signature of this message.
    #[error("the signature does not fit the key and the message")]
    BadSignature,
    /// More bytes than this port takes in one piece.
    #[error("{what} of {length} bytes is longer than {limit} bytes")]
    TooLong {
        /// What was too long.
        what: &'static str,
        /// How long it was, in bytes.
        length: usize,
        /// The longest allowed, in bytes.
        limit: usize,
    },
    /// The key service can't be reached, is throttling, or timed out. Trying again later may help.
    #[error("the key service did not answer {operation}: {detail}")]
    Unavailable {
        /// The call that failed, such as `Decrypt`.
        operation: &'static str,
        /// The service's code and message.
        detail: String,
    },
    /// The key service refuses this caller, or the key is disabled, deleted or of the wrong kind.
    #[error("the key service refused {operation}: {detail}")]
    Refused {
        /// The call that failed, such as `Decrypt`.
        operation: &'static str,
        /// The service's code and message.
        detail: String,
    },
    /// The machine gave no random bytes.
    #[error("the operating system gave no random bytes")]
    NoEntropy,
    /// Others than its owner may read or write the key file.
    #[error("the key file {path} has mode {mode:04o}: others may use it. Run `chmod 600 {path}`", path = path.display())]
    LoosePermissions {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The key file is there but is not a key file of this version. It is never overwritten.
    #[error(
        "the key file {path} is not usable: {reason}. Restore it from a backup; \
         without it, what it sealed can't be opened", path = path.display()
    )]
    MalformedKeyFile {
        /// The file.
        path: PathBuf,
        /// What is wrong, without any of the content.
        reason: &'static str,
    },
    /// The key file can't be read or written.
    #[error("can't use the key file {path}", path = path.display())]
    KeyFileIo {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        #[source]
        source: std::io::Error,
    },
}
