//! Counts of a window of time: a carrier's calls, the opens of a door, and the logins of an account. Each is an item of its own, gone an hour after its window.
//!
//! A count is exact however many functions add to it at the same time: `ADD` is atomic, and its answer is the count after it.

use aws_sdk_dynamodb::types::ReturnValue;
use jiff::{SignedDuration, Timestamp};
use postern_contract::{
    ids::{CarrierId, VendorId},
    text::{DoorRef, SecretText},
};

use super::{
    Condition, Key, Store, StoreError, Write,
    condition::Expression,
    error::classify,
    item::{attribute, keyed, number, whole},
};

/// How long a count is kept after its window, for whoever looks into what happened.
const KEPT: SignedDuration = SignedDuration::from_hours(1);

/// How many calls a carrier has made in a window, the present one included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallCount {
    /// All of them.
    pub calls: u32,
    /// Those that change something.
    pub changes: u32,
}

/// Writes of counts.
impl Write {
    /// Counts an open of a vendor's door in the window that began at `window_s`, on condition that there were fewer than `most`.
    #[must_use]
    pub fn count_open(
        vendor: &VendorId,
        opener: &DoorRef,
        window_s: i64,
        window_ends: Timestamp,
        most: u32,
    ) -> Self {
        Self::update(Key::opens(vendor, opener, window_s))
            .adding(attribute::OPENS, 1)
            .until(window_ends + KEPT)
            .on(fewer(attribute::OPENS, most))
    }

    /// Counts that a vendor is asked to take answers, for the account of `whose` e-mail address or by `whose` household, in the window
    /// that began at `window_s`, on condition that there were fewer than `most`.
    #[must_use]
    pub fn count_login(
        vendor: &VendorId,
        whose: &SecretText,
        window_s: i64,
        window_ends: Timestamp,
        most: u32,
    ) -> Self {
        Self::update(Key::logins(vendor, whose, window_s))
            .adding(attribute::LOGINS, 1)
            .until(window_ends + KEPT)
            .on(fewer(attribute::LOGINS, most))
    }
}

/// The count is below `most`. The first of a window finds no item, which is below nothing.
fn fewer(count: &'static str, most: u32) -> Condition {
    let fewer = Condition::Below(count, i64::from(most));
    match most {
        0 => fewer,
        _ => Condition::Any(vec![Condition::Absent, fewer]),
    }
}

impl Store {
    /// Counts a call of a carrier in the window that began at `window_s`, and tells how many there are now. Asked once and never
    /// again: a call whose answer was lost may have been counted.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count_call(
        &self,
        carrier: &CarrierId,
        window_s: i64,
        window_ends: Timestamp,
        changes: bool,
    ) -> Result<CallCount, StoreError> {
        let mut expression = Expression::default();
        let update = format!(
            "SET {} = {} ADD {} {}, {} {}",
            expression.name(attribute::TTL),
            expression.value(number((window_ends + KEPT).as_second())),
            expression.name(attribute::CALLS),
            expression.value(number(1)),
            expression.name(attribute::CHANGES),
            expression.value(number(u8::from(changes))),
        );
        let counted = self
            .client
            .update_item()
            .table_name(&*self.table)
            .set_key(Some(keyed(&Key::Calls(carrier.clone(), window_s))))
            .update_expression(update)
            .set_expression_attribute_names(expression.names())
            .set_expression_attribute_values(expression.values())
            .return_values(ReturnValue::AllNew)
            .send()
            .await
            .map_err(classify)?;
        let item = counted.attributes.unwrap_or_default();
        let count = |name| whole(&item, name)?.ok_or_else(|| StoreError::corrupt("a count without a number"));
        Ok(CallCount {
            calls: count(attribute::CALLS)?,
            changes: count(attribute::CHANGES)?,
        })
    }
}
