//! The household's flows on the embedded record, with a vendor whose troubles are ordered.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answering;
mod doors;
mod linking;
mod refreshing;
mod signing_up;
mod turning_off;
mod watching;

use postern_contract::ids::HouseholdId;
use postern_core::{Error, households::HouseholdRefusal};
use postern_test_world::World;

/// The refusal of a household's request.
fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> HouseholdRefusal {
    match result {
        Err(Error::Household(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

/// What happened in a household, the youngest first.
async fn happened(world: &World, household: HouseholdId) -> Vec<String> {
    let page = postern_core::households::activity(&world.platform, household, 100, None).await;
    page.unwrap().items.into_iter().map(|entry| entry.what).collect()
}
