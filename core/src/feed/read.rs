//! Reading a feed, and waiting for it to go on.

use std::time::Duration;

use jiff::SignedDuration;
use postern_contract::{
    feed::{FeedCursor, FeedPage},
    ids::CarrierId,
};

use crate::{Error, Platform};

/// The pause between two looks while somebody waits.
const PAUSE: Duration = Duration::from_millis(250);

/// What lies in a carrier's feed after `after`, at most `limit` events; where there is nothing, waits for something for as long as
/// `patience`.
///
/// # Errors
/// [`Error::Store`].
pub async fn read(
    platform: &Platform,
    carrier: &CarrierId,
    after: FeedCursor,
    limit: usize,
    patience: SignedDuration,
) -> Result<FeedPage, Error> {
    let deadline = platform.now() + patience;
    loop {
        let now = platform.now();
        let events = platform.store.feed(carrier, after.number(), limit, now).await?;
        if events.is_empty() && now < deadline {
            tokio::time::sleep(PAUSE).await;
            continue;
        }
        let next_cursor = events
            .last()
            .map_or(after, |placed| FeedCursor::after(placed.number));
        return Ok(FeedPage {
            items: events.into_iter().map(|placed| placed.event).collect(),
            next_cursor,
        });
    }
}
