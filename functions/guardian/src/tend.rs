//! One look, and the follow-up that it asks for.

use jiff::Timestamp;
use postern_core::{Error, Platform, guardian::look, ports::Subject};

/// Looks at `subject`, does what is due, and has it looked at again when it says so. Answers that time, if there is one.
///
/// A follow-up that cannot be left is logged and is no error: the sweep finds the subject in the record.
///
/// # Errors
/// See [`Error`]. The subject stays due.
pub async fn tend(platform: &Platform, subject: Subject) -> Result<Option<Timestamp>, Error> {
    let next = look(platform, subject).await?;
    if let Some(at) = next
        && let Err(error) = platform.follow_ups.look_at(subject, at).await
    {
        tracing::warn!(?subject, %error, "no follow-up was left; the next sweep will find it");
    }
    Ok(next)
}
