//! Writes, as values: a flow collects them and hands them to one transaction.

use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
    Update,
};
use jiff::Timestamp;
use serde::Serialize;

use super::{
    Key, Partition, StoreError,
    condition::{Condition, Expression},
    item::{Item, attribute, encode, keyed, number, text},
    key::{due_shard, due_sort},
};
use crate::ports::Subject;

/// One write of a transaction.
#[derive(Debug, Clone)]
pub struct Write {
    key: Key,
    kind: Kind,
    condition: Option<Condition>,
}

#[derive(Debug, Clone)]
enum Kind {
    /// The whole item is written.
    Put(Item),
    /// Some of its attributes are.
    Update {
        set: Vec<(&'static str, AttributeValue)>,
        add: Vec<(&'static str, i64)>,
        remove: Vec<&'static str>,
    },
    /// It is removed.
    Delete,
    /// It is only looked at.
    Check,
}

impl Write {
    /// Writes an item with nothing but its key.
    #[must_use]
    pub fn put_marker(key: Key) -> Self {
        let item = keyed(&key);
        Self {
            key,
            kind: Kind::Put(item),
            condition: None,
        }
    }

    /// Writes an item with a body.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the body cannot be written as one.
    pub fn put(key: Key, doc: &impl Serialize) -> Result<Self, StoreError> {
        Ok(Self::put_marker(key).with(attribute::DOC, encode(doc)?))
    }

    /// Writes an item with a body and the version after `expected`, on condition that the item is there in that version, or not
    /// there when `expected` is `None`.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the body cannot be written as one.
    pub fn put_version(key: Key, doc: &impl Serialize, expected: Option<u64>) -> Result<Self, StoreError> {
        Ok(Self::put(key, doc)?
            .with(attribute::VERSION, number(expected.unwrap_or(0) + 1))
            .on(expected.map_or(Condition::Absent, Condition::version)))
    }

    /// Changes some attributes of an item.
    #[must_use]
    pub fn update(key: Key) -> Self {
        let kind = Kind::Update {
            set: Vec::new(),
            add: Vec::new(),
            remove: Vec::new(),
        };
        Self {
            key,
            kind,
            condition: None,
        }
    }

    /// Removes an item. It is no error if there is none.
    #[must_use]
    pub fn delete(key: Key) -> Self {
        Self {
            key,
            kind: Kind::Delete,
            condition: None,
        }
    }

    /// Looks at an item, and changes nothing.
    #[must_use]
    pub fn check(key: Key, condition: Condition) -> Self {
        Self {
            key,
            kind: Kind::Check,
            condition: Some(condition),
        }
    }

    /// The same write, with an attribute beside the body. Means nothing to a deletion or a check.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: AttributeValue) -> Self {
        match &mut self.kind {
            Kind::Put(item) => {
                item.insert(name.to_owned(), value);
            }
            Kind::Update { set, .. } => set.push((name, value)),
            Kind::Delete | Kind::Check => {}
        }
        self
    }

    /// The same update, removing an attribute. Means nothing to any other write.
    #[must_use]
    pub fn without(mut self, name: &'static str) -> Self {
        if let Kind::Update { remove, .. } = &mut self.kind {
            remove.push(name);
        }
        self
    }

    /// The same update, adding to a number. Means nothing to any other write.
    #[must_use]
    pub fn adding(mut self, name: &'static str, amount: i64) -> Self {
        if let Kind::Update { add, .. } = &mut self.kind {
            add.push((name, amount));
        }
        self
    }

    /// The same write, found in the index `by_owner` under this partition and sort key.
    #[must_use]
    pub(super) fn owned_by(self, partition: &Partition, sort: String) -> Self {
        self.with(attribute::GSI1PK, text(partition.value()))
            .with(attribute::GSI1SK, text(sort))
    }

    /// The same write, due at `at`, or not due at all.
    #[must_use]
    pub(super) fn due(self, subject: Subject, at: Option<Timestamp>) -> Self {
        match at {
            Some(at) => {
                let shard = Partition::Due(due_shard(subject)).value();
                self.with(attribute::GSI2PK, text(shard))
                    .with(attribute::GSI2SK, text(due_sort(subject, at)))
            }
            None => self.without(attribute::GSI2PK).without(attribute::GSI2SK),
        }
    }

    /// The same write, of an item that DynamoDB may remove after `at`.
    #[must_use]
    pub(super) fn until(self, at: Timestamp) -> Self {
        self.with(attribute::TTL, number(at.as_second()))
    }

    /// The same write, on a condition. A second condition is demanded beside the first.
    #[must_use]
    pub fn on(mut self, condition: Condition) -> Self {
        self.condition = Some(match self.condition.take() {
            None => condition,
            Some(first) => Condition::All(vec![first, condition]),
        });
        self
    }

    /// Which item is written.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// The write, as the SDK takes it.
    pub(super) fn into_sdk(self, table: &str) -> Result<TransactWriteItem, StoreError> {
        let mut expression = Expression::default();
        let condition = self
            .condition
            .as_ref()
            .map(|condition| expression.condition(condition));
        let old = condition
            .is_some()
            .then_some(ReturnValuesOnConditionCheckFailure::AllOld);
        let item = TransactWriteItem::builder();
        let built = match self.kind {
            Kind::Put(attributes) => Put::builder()
                .table_name(table)
                .set_item(Some(attributes))
                .set_condition_expression(condition)
                .set_expression_attribute_names(expression.names())
                .set_expression_attribute_values(expression.values())
                .set_return_values_on_condition_check_failure(old)
                .build()
                .map(|put| item.put(put)),
            Kind::Update { set, add, remove } => {
                let update = update_expression(&mut expression, set, add, remove);
                Update::builder()
                    .table_name(table)
                    .set_key(Some(keyed(&self.key)))
                    .update_expression(update)
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(expression.names())
                    .set_expression_attribute_values(expression.values())
                    .set_return_values_on_condition_check_failure(old)
                    .build()
                    .map(|update| item.update(update))
            }
            Kind::Delete => Delete::builder()
                .table_name(table)
                .set_key(Some(keyed(&self.key)))
                .set_condition_expression(condition)
                .set_expression_attribute_names(expression.names())
                .set_expression_attribute_values(expression.values())
                .set_return_values_on_condition_check_failure(old)
                .build()
                .map(|delete| item.delete(delete)),
            Kind::Check => ConditionCheck::builder()
                .table_name(table)
                .set_key(Some(keyed(&self.key)))
                .set_condition_expression(condition)
                .set_expression_attribute_names(expression.names())
                .set_expression_attribute_values(expression.values())
                .set_return_values_on_condition_check_failure(old)
                .build()
                .map(|check| item.condition_check(check)),
        };
        built
            .map(aws_sdk_dynamodb::types::builders::TransactWriteItemBuilder::build)
            .map_err(|error| StoreError::corrupt(format!("a write to be made: {error}")))
    }
}

fn update_expression(
    expression: &mut Expression,
    set: Vec<(&'static str, AttributeValue)>,
    add: Vec<(&'static str, i64)>,
    remove: Vec<&'static str>,
) -> String {
    let set: Vec<String> = set
        .into_iter()
        .map(|(name, value)| format!("{} = {}", expression.name(name), expression.value(value)))
        .collect();
    let add: Vec<String> = add
        .into_iter()
        .map(|(name, amount)| format!("{} {}", expression.name(name), expression.value(number(amount))))
        .collect();
    let remove: Vec<String> = remove.into_iter().map(|name| expression.name(name)).collect();
    [("SET", set), ("ADD", add), ("REMOVE", remove)]
        .into_iter()
        .filter(|(_, clauses)| !clauses.is_empty())
        .map(|(word, clauses)| format!("{word} {}", clauses.join(", ")))
        .collect::<Vec<_>>()
        .join(" ")
}
