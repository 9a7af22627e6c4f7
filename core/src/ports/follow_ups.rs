//! Follow-ups: "look at this again at that time", seconds to minutes ahead.

use async_trait::async_trait;
use jiff::Timestamp;
use postern_contract::ids::{DeliveryId, HouseholdId, LinkId};
use serde::{Deserialize, Serialize};

/// What the guardian is to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type", deny_unknown_fields)]
pub enum Subject {
    /// A delivery.
    Delivery {
        /// Which.
        delivery: DeliveryId,
    },
    /// A link whose credentials age.
    Link {
        /// Whose.
        household: HouseholdId,
        /// Which.
        link: LinkId,
    },
    /// A household that took rights back, with something left to be done.
    Household {
        /// Which.
        household: HouseholdId,
    },
}

/// A follow-up could not be left. Nothing is lost by it: a sweep of what is due finds the subject in the record.
#[derive(Debug, thiserror::Error)]
#[error("a follow-up could not be left: {0}")]
pub struct FollowUpError(pub String);

/// Leaves follow-ups: for the guardian, of its subjects, or for what posts to webhooks, of pushes.
///
/// They are hints that make it prompt; the record says what is due. An implementation MAY lose one or bring it twice, early or
/// late.
#[async_trait]
pub trait FollowUps<S = Subject>: Send + Sync {
    /// Has `subject` looked at at `at`.
    ///
    /// # Errors
    /// [`FollowUpError`] when the channel refused it.
    async fn look_at(&self, subject: S, at: Timestamp) -> Result<(), FollowUpError>;
}
