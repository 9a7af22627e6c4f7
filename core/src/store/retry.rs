//! Trying again, where nothing can be done twice by it.
//!
//! Throttling and conflicts mean that nothing was done. A call that got no answer may have been done, so every call that comes
//! here must be one that cannot be done twice: a read, a transaction under one token, a lease that names its holder. The pauses
//! grow, are random, and have an end.

use std::time::Duration;

use tokio::time::Instant;

use super::{StoreError, error::Applied};
use crate::ports::Chance;

/// The pause before the first repeat, in milliseconds, at most.
const PAUSE_MS_FIRST: u64 = 25;
/// The longest pause, in milliseconds.
const PAUSE_MS_MAX: u64 = 400;
/// How often a call is tried in all.
const TRIES_MAX: u32 = 9;
/// After this long no further try begins, in milliseconds.
const TRYING_MS_MAX: u64 = 3_000;

/// Calls until it succeeds, fails for good, or time is up.
pub(super) async fn persist<T, Answer>(
    chance: &dyn Chance,
    mut call: impl FnMut() -> Answer,
) -> Result<T, StoreError>
where
    Answer: Future<Output = Result<T, StoreError>>,
{
    let started = Instant::now();
    let mut tries = 1;
    // Once one try has got no answer, nobody can say any more that nothing was done, whatever a later try runs into.
    let mut in_doubt = false;
    loop {
        let error = match call().await {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        in_doubt |= matches!(
            &error,
            StoreError::Unreachable {
                applied: Applied::Unknown,
                ..
            }
        );
        let over = tries >= TRIES_MAX || started.elapsed() >= Duration::from_millis(TRYING_MS_MAX);
        if over || !may_repeat(&error) {
            return Err(if in_doubt { doubtful(error) } else { error });
        }
        tracing::debug!(%error, tries, "the record is asked again");
        tokio::time::sleep(pause(tries, chance)).await;
        tries += 1;
    }
}

fn may_repeat(error: &StoreError) -> bool {
    match error {
        StoreError::Throttled | StoreError::Conflict | StoreError::Unreachable { .. } => true,
        StoreError::ConditionFailed { .. } | StoreError::Corrupt { .. } | StoreError::Rejected { .. } => {
            false
        }
    }
}

/// An error that says "nothing was done" of the last try alone, said of all tries.
fn doubtful(error: StoreError) -> StoreError {
    match error {
        // A request that is refused as such may be refused for what has changed since: credentials that ran out, a permission.
        StoreError::Throttled
        | StoreError::Conflict
        | StoreError::Unreachable { .. }
        | StoreError::Rejected { .. } => StoreError::Unreachable {
            applied: Applied::Unknown,
            detail: error.to_string(),
        },
        // Under a token, DynamoDB compares with what the first try did before it looks at any condition.
        verdict @ (StoreError::ConditionFailed { .. } | StoreError::Corrupt { .. }) => verdict,
    }
}

/// How long to wait before the next try: at random, and longer after each.
pub(super) fn pause(tries: u32, chance: &dyn Chance) -> Duration {
    let most = PAUSE_MS_FIRST
        .saturating_mul(1 << tries.saturating_sub(1).min(16))
        .min(PAUSE_MS_MAX);
    let share = chance.number() % u128::from(most);
    Duration::from_millis(1 + u64::try_from(share).unwrap_or_default())
}
