//! Many writers at once, through a network that fails.

mod grant;
mod household;
mod link;
mod outcomes;
mod sound;

use postern_core::{Platform, store::StoreError};
use postern_test_world::World;
use tokio::task::JoinSet;

use crate::dice::{Dice, through};

/// A call out of so many is hit by a fault.
const HIT_ONE_IN: usize = 8;

/// The platform through a network that fails now and then, and lets each call through in the end.
fn under_fire(world: &World, dice: &Dice) -> Platform {
    Platform {
        store: through(&world.record, dice.passing(HIT_ONE_IN)),
        ..world.platform.clone()
    }
}

/// Runs all at once, and hands back what each came to.
async fn all_at_once<T: Send + 'static>(
    flows: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let mut running = JoinSet::new();
    for flow in flows {
        running.spawn(flow);
    }
    running.join_all().await
}

/// Whether others were faster.
fn was_overtaken(error: &StoreError) -> bool {
    matches!(error, StoreError::ConditionFailed { .. } | StoreError::Conflict)
}
