//! The flows of a household.

/// A household's own request that is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("refused")]
pub enum HouseholdRefusal {}
