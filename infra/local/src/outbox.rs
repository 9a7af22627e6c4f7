//! Telling carriers, in this process: what the stream's event source mapping is on AWS. At every start the stream is read from the
//! oldest record that is kept; what was told before a crash is known and not told again.

use std::time::Duration;

use postern_embedded_record::{StreamRecord, Tail};
use postern_webhooks::{Change, Teller};
use tokio::sync::oneshot;

/// The pause before the stream is looked at again that had nothing more.
const PAUSE: Duration = Duration::from_millis(100);
/// The pause before what failed is tried again.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Tells carriers of everything in the stream, until the task is dropped. `caught_up` is told when the stream's end was reached for
/// the first time: until then nothing of it may be forgotten.
pub(crate) async fn run(teller: Teller, mut tail: Tail, caught_up: oneshot::Sender<()>) {
    let mut caught_up = Some(caught_up);
    loop {
        match tail.next().await {
            Ok(records) if records.is_empty() => {
                if let Some(caught_up) = caught_up.take() {
                    // Nobody listens only when the platform is going down.
                    let _ = caught_up.send(());
                }
                tokio::time::sleep(PAUSE).await;
            }
            Ok(records) => tell(&teller, records.into_iter().map(change).collect()).await,
            Err(error) => {
                tracing::warn!(%error, "carriers are not told for a moment");
                tokio::time::sleep(AFTER_FAILURE).await;
            }
        }
    }
}

/// Tells of changes until all are told of.
async fn tell(teller: &Teller, mut changes: Vec<Change>) {
    loop {
        let failed = postern_webhooks::tell(teller, changes.clone()).await;
        if failed.is_empty() {
            return;
        }
        changes.retain(|change| failed.contains(&change.sequence_number));
        tokio::time::sleep(AFTER_FAILURE).await;
    }
}

fn change(record: StreamRecord) -> Change {
    let made = record.event_name == "INSERT";
    Change {
        sequence_number: record.sequence_number,
        made: record.new_image.filter(|_| made).map(Into::into),
    }
}
