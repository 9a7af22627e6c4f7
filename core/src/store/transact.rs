//! Writing: all or nothing, and once.

use super::{Store, StoreError, Write, error::classify_transaction, retry::persist};

/// How many writes one transaction takes
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>).
pub const WRITES_MAX: usize = 100;

impl Store {
    /// Does all of `writes`, or none. Every try carries the same token, by which DynamoDB knows a repeat for ten minutes: a
    /// lost answer is asked for again, and nothing is done twice.
    ///
    /// # Errors
    /// [`StoreError::ConditionFailed`] with the index of the first write whose condition does not hold;
    /// [`StoreError::Unreachable`] with [`super::Applied::Unknown`] only when no answer came to any try.
    pub async fn transact(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        if writes.is_empty() {
            return Ok(());
        }
        if writes.len() > WRITES_MAX {
            return Err(StoreError::corrupt(format!(
                "a transaction of {} writes, of which {WRITES_MAX} are allowed",
                writes.len()
            )));
        }
        let token = format!("{:032x}", self.chance.number());
        let items = writes
            .into_iter()
            .map(|write| write.into_sdk(&self.table))
            .collect::<Result<Vec<_>, _>>()?;
        persist(&*self.chance, || async {
            let request = self.client.transact_write_items().client_request_token(&token);
            let request = request.set_transact_items(Some(items.clone()));
            request.send().await.map(drop).map_err(classify_transaction)
        })
        .await
    }
}
