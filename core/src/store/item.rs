//! Items to and from types: the body lies in the map `doc`, what conditions and indexes need lies beside it.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Serialize, de::DeserializeOwned};

use super::{Key, StoreError};

/// An item, as DynamoDB gives it.
pub type Item = HashMap<String, AttributeValue>;

/// The names of the table's attributes.
pub mod attribute {
    /// The partition key.
    pub const PK: &str = "PK";
    /// The sort key.
    pub const SK: &str = "SK";
    /// The partition key of the index `by_owner`.
    pub const GSI1PK: &str = "GSI1PK";
    /// The sort key of the index `by_owner`.
    pub const GSI1SK: &str = "GSI1SK";
    /// The partition key of the index `by_due`.
    pub const GSI2PK: &str = "GSI2PK";
    /// The sort key of the index `by_due`.
    pub const GSI2SK: &str = "GSI2SK";
    /// When DynamoDB may remove the item, in seconds since 1970.
    pub const TTL: &str = "ttl";
    /// The body.
    pub const DOC: &str = "doc";
    /// Counts the changes of an item that several may change.
    pub const VERSION: &str = "version";
    /// Of a consent: whether in-garage delivery is on.
    pub const ENABLED: &str = "enabled";
    /// Whose the item is.
    pub const HOUSEHOLD: &str = "household";
    /// Of an entry of a log, and of an event's place: the carrier whose it is.
    pub const CARRIER: &str = "carrier";
    /// Of an entry of a log: where the delivery stood once it was recorded.
    pub const STANDING: &str = "standing";
    /// Of a feed's head: until when the last event is kept, in seconds since 1970.
    pub const KEPT_UNTIL: &str = "kept_until";
    /// Of an event: until when the one before it is kept, in seconds since 1970.
    pub const BEFORE_UNTIL: &str = "before_until";
    /// Of a claim: which door of that household it is.
    pub const DOOR: &str = "door";
    /// Of a code: which of the delivery's codes it is. Of an event, its place and a feed's head: its number in the feed.
    pub const NUMBER: &str = "number";
    /// Of a code: when it was redeemed.
    pub const REDEEMED_AT: &str = "redeemed_at";
    /// When it was begun, as text that sorts.
    pub const BEGUN_AT: &str = "begun_at";
    /// Of a link: who refreshes it just now.
    pub const LEASE_HOLDER: &str = "lease_holder";
    /// Of a link: until when, in milliseconds since 1970.
    pub const LEASE_UNTIL: &str = "lease_until";
    /// Of an idempotency record: what was asked.
    pub const FINGERPRINT: &str = "fingerprint";
    /// Of an idempotency record: who works on it.
    pub const DELIVERY: &str = "delivery";
    /// Of an idempotency record: how long its holder has, in milliseconds since 1970.
    pub const LOCK_UNTIL: &str = "lock_until";
    /// Of an idempotency record: what was answered.
    pub const ANSWER: &str = "answer";
    /// Of a count of calls: all of them.
    pub const CALLS: &str = "calls";
    /// Of a count of calls: those that change something.
    pub const CHANGES: &str = "changes";
    /// Of a count of opens: how many.
    pub const OPENS: &str = "opens";
    /// Of a login by a form: how often it may still be tried.
    pub const TRIES_LEFT: &str = "tries_left";
    /// Of a count of logins: how many.
    pub const LOGINS: &str = "logins";
}

/// A body with the version of its item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned<T> {
    /// The body.
    pub doc: T,
    /// Counts the item's changes, from 1.
    pub version: u64,
}

pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(super) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// Writes a body as an attribute value.
pub(super) fn encode(doc: &impl Serialize) -> Result<AttributeValue, StoreError> {
    serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value(doc)
        .map_err(|error| StoreError::corrupt(format!("a body to be written: {error}")))
}

pub(super) fn keyed(key: &Key) -> Item {
    Item::from([
        (attribute::PK.to_owned(), text(key.pk())),
        (attribute::SK.to_owned(), text(key.sk())),
    ])
}

/// Reads the body of an item. The error names the kind of the item and the fault, never a value.
///
/// # Errors
/// [`StoreError::Corrupt`].
pub fn decode<T: DeserializeOwned>(mut item: Item) -> Result<T, StoreError> {
    let kind = kind(&item);
    let doc = item
        .remove(attribute::DOC)
        .ok_or_else(|| StoreError::corrupt(format!("{kind} without a body")))?;
    serde_dynamo::aws_sdk_dynamodb_1::from_attribute_value(doc).map_err(|error| {
        tracing::error!(kind, %error, "an item of the record cannot be read");
        StoreError::corrupt(format!("the body of {kind}"))
    })
}

/// Reads the body and the version of an item.
///
/// # Errors
/// [`StoreError::Corrupt`].
pub fn decode_versioned<T: DeserializeOwned>(item: Item) -> Result<Versioned<T>, StoreError> {
    let version = whole(&item, attribute::VERSION)?
        .ok_or_else(|| StoreError::corrupt(format!("{} without a version", kind(&item))))?;
    Ok(Versioned {
        doc: decode(item)?,
        version,
    })
}

/// A number beside the body, if it is there.
pub(super) fn whole<N: std::str::FromStr>(item: &Item, name: &str) -> Result<Option<N>, StoreError> {
    match item.get(name) {
        None => Ok(None),
        Some(AttributeValue::N(digits)) => digits.parse().map(Some).map_err(|_| misshapen(item, name)),
        Some(_) => Err(misshapen(item, name)),
    }
}

/// Text beside the body, if it is there, read as what it stands for.
pub(super) fn parsed<T: std::str::FromStr>(item: &Item, name: &str) -> Result<Option<T>, StoreError> {
    match item.get(name) {
        None => Ok(None),
        Some(AttributeValue::S(text)) => text.parse().map(Some).map_err(|_| misshapen(item, name)),
        Some(_) => Err(misshapen(item, name)),
    }
}

/// Text that must be beside the body.
pub(super) fn required<T: std::str::FromStr>(item: &Item, name: &str) -> Result<T, StoreError> {
    parsed(item, name)?.ok_or_else(|| misshapen(item, name))
}

fn misshapen(item: &Item, name: &str) -> StoreError {
    StoreError::corrupt(format!("{name} of {}", kind(item)))
}

/// What kind of item it is, by its sort key: nothing private.
fn kind(item: &Item) -> String {
    let sort = item.get(attribute::SK).and_then(|value| value.as_s().ok());
    let sort = sort.map_or("an item without a sort key", String::as_str);
    match sort.split_once('#') {
        Some((kind, _)) => kind.to_owned(),
        None => sort.to_owned(),
    }
}
