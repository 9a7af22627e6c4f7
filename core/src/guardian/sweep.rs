//! The sweep: everything that is due, whether a follow-up came for it or not.

use crate::{Error, Platform, guardian::look, measures, store::DUE_SHARDS};

/// How many subjects of one shard a sweep looks at; what is left is still due at the next.
const PER_SHARD_MAX: usize = 200;

/// What a sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// How many subjects were looked at.
    pub looked_at: usize,
    /// How many of the looks failed. They stay due.
    pub failed: usize,
}

/// Looks at everything that is due, and leaves a follow-up for what has to be looked at again.
///
/// # Errors
/// [`Error::Store`] when the index of due work cannot be read. A look that fails is counted, logged, and does not end the sweep.
pub async fn sweep(platform: &Platform) -> Result<Swept, Error> {
    let mut swept = Swept::default();
    for shard in 0..DUE_SHARDS {
        let due = platform.store.due(shard, platform.now(), PER_SHARD_MAX).await?;
        for subject in due.into_iter().map(|due| due.subject) {
            swept.looked_at += 1;
            match look(platform, subject).await {
                Ok(Some(at)) => {
                    if let Err(error) = platform.follow_ups.look_at(subject, at).await {
                        tracing::warn!(?subject, %error, "no follow-up was left; the next sweep will find it");
                    }
                }
                Ok(None) => {}
                Err(error) => {
                    swept.failed += 1;
                    measures::look_failed();
                    tracing::error!(?subject, %error, "a look failed; the subject stays due");
                }
            }
        }
    }
    Ok(swept)
}
