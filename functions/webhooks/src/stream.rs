//! Changes of the record, as its stream brings them.

use postern_core::{
    feed,
    store::{Item, Logged, StoreError, read_logged, read_made_push},
};
use serde_dynamo::Item as StreamItem;

use crate::{Teller, push::follow_up};

/// An item that was written, by its place in the stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The stream's number of it.
    pub sequence_number: String,
    /// The item as it was made. `None` for a change of one that was there before, and for one that went.
    pub made: Option<StreamItem>,
}

/// Tells carriers of the changes that are entries of deliveries' logs, has those that are pushes posted, and gives the numbers of those
/// that have to come again. A change that comes twice is told once.
pub async fn tell(teller: &Teller, changes: Vec<Change>) -> Vec<String> {
    let mut failed = Vec::new();
    let mut logged: Vec<Logged> = Vec::new();
    let mut numbers = Vec::new();
    for change in changes {
        let Some(item) = change.made else { continue };
        match read(teller, item.into()).await {
            Ok(Some(entry)) => {
                logged.push(entry);
                numbers.push(change.sequence_number);
            }
            Ok(None) => {}
            Err(error) => {
                tracing::error!(number = change.sequence_number, %error, "a change of the record cannot be read");
                failed.push(change.sequence_number);
            }
        }
    }
    let left = feed::publish(&teller.outbox, &logged).await;
    failed.extend(left.into_iter().map(|place| numbers[place].clone()));
    failed
}

/// An item that came to be: an entry of a log, or nothing more that is to be done.
async fn read(teller: &Teller, item: Item) -> Result<Option<Logged>, StoreError> {
    if let Some(due) = read_made_push(&item)? {
        follow_up(teller, due.place, due.at).await;
        return Ok(None);
    }
    read_logged(item)
}
