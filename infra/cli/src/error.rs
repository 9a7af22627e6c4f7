//! Why a command was not carried out, and what to do about it.

use postern_core::store::StoreError;

use crate::{Exit, aws::AwsError};

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The control plane.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// The record.
    #[error(
        "the record: {0}\nCheck that your credentials may use the deployment's table and its key, then try again."
    )]
    Record(#[from] StoreError),
    /// Something is not as the command asks.
    #[error("{what}\n{todo}")]
    NotAsAsked {
        /// What is found instead.
        what: String,
        /// What to do.
        todo: String,
    },
    /// The deployment cannot be used as it is.
    #[error("{what}\n{todo}")]
    Deployment {
        /// What is wrong with it.
        what: String,
        /// What to do.
        todo: String,
    },
    /// An error after which part of the work stands.
    #[error("{source}\n{done}")]
    Half {
        /// What stopped it.
        source: Box<Error>,
        /// What was done by then, and how to go on.
        done: String,
    },
}

impl Error {
    /// Something that is not as asked.
    pub fn not_as_asked(what: impl Into<String>, todo: impl Into<String>) -> Self {
        Self::NotAsAsked {
            what: what.into(),
            todo: todo.into(),
        }
    }

    /// A deployment that cannot be used.
    pub fn deployment(what: impl Into<String>, todo: impl Into<String>) -> Self {
        Self::Deployment {
            what: what.into(),
            todo: todo.into(),
        }
    }

    /// The same error, with what was done before it.
    #[must_use]
    pub fn after(self, done: impl Into<String>) -> Self {
        Self::Half {
            source: Box::new(self),
            done: done.into(),
        }
    }

    /// How the command ends.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::Aws(_) | Self::Record(_) | Self::Deployment { .. } => Exit::Unreachable,
            Self::NotAsAsked { .. } => Exit::NotAsAsked,
            Self::Half { source, .. } => source.exit(),
        }
    }
}
