//! Links, the lease under which one is refreshed, and logins that have begun.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use jiff::Timestamp;
use postern_contract::{
    adapter::FormFields,
    customer::LinkState,
    ids::{HouseholdId, LinkId, VendorId},
    text::{SealedBlob, SecretText},
};
use serde::{Deserialize, Serialize};

use super::{
    Condition, Key, Partition, QueryPlan, Sort, Store, StoreError, Versioned, Write,
    condition::Expression,
    error::classify,
    item::{attribute, decode_versioned, encode, keyed, number, text},
    key::prefix,
    retry::persist,
};
use crate::{household::Link, ports::Subject};

/// A link and its version.
pub type StoredLink = Versioned<Link>;

/// A login at a vendor that has begun: what is needed to finish it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkStatePending {
    /// The household that began it.
    pub household: HouseholdId,
    /// The link that is to be.
    pub link: LinkId,
    /// Whose opener.
    pub vendor: VendorId,
    /// What the adapter asked to keep.
    pub session: SealedBlob,
    /// Where the vendor sends the browser afterwards.
    pub redirect_uri: String,
    /// It must be finished before then.
    pub expires_at: Timestamp,
    /// What the household is to fill in, where the vendor has no page. What it fills in is never here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<PendingForm>,
}

/// A form that a household is filling in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingForm {
    /// What is asked for.
    pub fields: FormFields,
    /// How often the vendor may still be asked whether it takes the answers.
    pub tries_left: u8,
}

/// Writes of links and logins.
impl Write {
    /// Writes a new link; the guardian refreshes it at `refresh_at`.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it cannot be written as a body.
    pub fn new_link(household: HouseholdId, link: &Link) -> Result<Self, StoreError> {
        let subject = Subject::Link {
            household,
            link: link.id,
        };
        Ok(Self::put_version(Key::Link(household, link.id), link, None)?.due(subject, due_at(link)))
    }

    /// Writes over a link in this version, leaving a lease on it as it is.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it cannot be written as a body.
    pub fn update_link(household: HouseholdId, link: &Link, expected: u64) -> Result<Self, StoreError> {
        let subject = Subject::Link {
            household,
            link: link.id,
        };
        Ok(Self::update(Key::Link(household, link.id))
            .with(attribute::DOC, encode(link)?)
            .with(attribute::VERSION, number(expected + 1))
            .due(subject, due_at(link))
            .on(Condition::version(expected)))
    }

    /// Writes a link that `holder` has refreshed, and ends the lease; on condition that the lease is still `holder`'s and the
    /// link still in this version.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it cannot be written as a body.
    pub fn refreshed_link(
        household: HouseholdId,
        link: &Link,
        expected: u64,
        holder: &str,
    ) -> Result<Self, StoreError> {
        Ok(Self::update_link(household, link, expected)?
            .without(attribute::LEASE_HOLDER)
            .without(attribute::LEASE_UNTIL)
            .on(Condition::is_text(attribute::LEASE_HOLDER, holder)))
    }

    /// Gives a lease back, on condition that it is still `holder`'s. `look_again_at` is when the guardian tries anew.
    #[must_use]
    pub fn release_lease(
        household: HouseholdId,
        link: LinkId,
        holder: &str,
        look_again_at: Option<Timestamp>,
    ) -> Self {
        let subject = Subject::Link { household, link };
        let update = Self::update(Key::Link(household, link))
            .without(attribute::LEASE_HOLDER)
            .without(attribute::LEASE_UNTIL)
            .on(Condition::is_text(attribute::LEASE_HOLDER, holder));
        match look_again_at {
            Some(at) => update.due(subject, Some(at)),
            None => update,
        }
    }

    /// Removes a link, and its credentials with it, in this version.
    #[must_use]
    pub fn delete_link(household: HouseholdId, link: LinkId, expected: u64) -> Self {
        Self::delete(Key::Link(household, link)).on(Condition::version(expected))
    }

    /// Keeps what a login needs to be finished.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it cannot be written as a body.
    pub fn begin_login(state: &SecretText, pending: &LinkStatePending) -> Result<Self, StoreError> {
        let write = Self::put(Key::link_state(state), pending)?
            .with(attribute::HOUSEHOLD, text(pending.household.to_string()))
            .until(pending.expires_at)
            .on(Condition::Absent);
        Ok(match &pending.form {
            None => write,
            Some(form) => write.with(attribute::TRIES_LEFT, number(form.tries_left)),
        })
    }

    /// Uses up a login's state, once and by its own household.
    #[must_use]
    pub fn use_up_state(state: &SecretText, household: HouseholdId) -> Self {
        let own = Condition::is_text(attribute::HOUSEHOLD, household);
        Self::delete(Key::link_state(state)).on(own)
    }

    /// The same for a login by a form, on condition that it has as many tries left as were read: it lies ready again after answers
    /// that were not taken, and whoever read it before must not try once more than there is.
    #[must_use]
    pub fn use_up_try(state: &SecretText, household: HouseholdId, tries_left: u8) -> Self {
        let as_read = Condition::Is(attribute::TRIES_LEFT, number(tries_left));
        Self::use_up_state(state, household).on(as_read)
    }
}

/// A link that works is due for its refresh; a broken one is not.
fn due_at(link: &Link) -> Option<Timestamp> {
    (link.state == LinkState::Active).then_some(link.refresh_at)
}

impl Store {
    /// A household's links, in the order in which they were made.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn links_of(&self, household: HouseholdId) -> Result<Vec<StoredLink>, StoreError> {
        let plan = QueryPlan::new(
            Partition::Household(household),
            Sort::StartsWith(prefix::LINK.to_owned()),
        );
        let items = self.query_all(plan.consistent()).await?;
        items.into_iter().map(decode_versioned).collect()
    }

    /// A household's link, with everything that was written before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn link(&self, household: HouseholdId, link: LinkId) -> Result<Option<StoredLink>, StoreError> {
        self.get_versioned(&Key::Link(household, link), true).await
    }

    /// What is known of a login that was begun with this `state`, whoever began it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn pending_login(&self, state: &SecretText) -> Result<Option<LinkStatePending>, StoreError> {
        self.get(&Key::link_state(state), true).await
    }

    /// Takes the lease on a link until `until`: of ten who try at once, one gets it. `None` when another has it, or there is no
    /// such link. The holder may take it again.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn take_lease(
        &self,
        household: HouseholdId,
        link: LinkId,
        holder: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Option<StoredLink>, StoreError> {
        let key = Key::Link(household, link);
        let free = Condition::Any(vec![
            Condition::Lacks(attribute::LEASE_HOLDER),
            Condition::Below(attribute::LEASE_UNTIL, now.as_millisecond()),
            // A repeat of our own, whose answer was lost.
            Condition::is_text(attribute::LEASE_HOLDER, holder),
        ]);
        let mut expression = Expression::default();
        let condition = expression.condition(&Condition::All(vec![Condition::Present, free]));
        let update = format!(
            "SET {} = {}, {} = {}",
            expression.name(attribute::LEASE_HOLDER),
            expression.value(text(holder)),
            expression.name(attribute::LEASE_UNTIL),
            expression.value(number(until.as_millisecond())),
        );
        let taken = persist(&*self.chance, || async {
            let request = self.client.update_item().table_name(&*self.table);
            let sent = request
                .set_key(Some(keyed(&key)))
                .update_expression(&update)
                .condition_expression(&condition)
                .set_expression_attribute_names(expression.names())
                .set_expression_attribute_values(expression.values())
                .return_values(aws_sdk_dynamodb::types::ReturnValue::AllNew)
                .send()
                .await;
            match sent {
                Ok(updated) => Ok(updated.attributes),
                Err(error)
                    if error
                        .as_service_error()
                        .is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
                {
                    Ok(None)
                }
                Err(error) => Err(classify(error)),
            }
        })
        .await?;
        taken.map(decode_versioned).transpose()
    }
}
