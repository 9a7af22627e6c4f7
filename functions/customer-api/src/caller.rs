//! Who calls: a person with a token, and the household that the person belongs to.

use axum::{
    extract::{FromRequestParts, State},
    http::request::Parts,
};
use postern_contract::ids::HouseholdId;
use postern_core::households;
use postern_http::{Authorized, Problem, Scope};

use crate::{Customers, problems::problem};

/// What every call of this API needs: to act for one's own household.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OwnHousehold;

impl Scope for OwnHousehold {
    const NAME: &'static str = "household";
}

/// A person who belongs to a household. Every handler but the one that registers takes this first, so that nobody learns from the
/// other parts of a request what they could not learn without a token.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member {
    /// The household.
    pub(crate) household: HouseholdId,
}

impl FromRequestParts<Customers> for Member {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Customers) -> Result<Self, Problem> {
        let token = Authorized::<OwnHousehold>::from_request_parts(parts, state).await?;
        let household = households::of_person(&state.platform, &token.claims.subject)
            .await
            .map_err(problem)?;
        Ok(Self { household })
    }
}

impl Member {
    /// The household, as the owner of its lists' cursors.
    pub(crate) fn tenant(self) -> String {
        self.household.to_string()
    }
}

/// What handlers take of the shared state.
pub(crate) type Shared = State<Customers>;
