//! A hundred carriers at once, over HTTP, each with a household, a door and a delivery of its own: nothing is lost, and nothing mixed up.
//! In a binary of its own, since it leaves nothing of a small machine to other tests. It waits for conditions and times nothing.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod life;
mod town;

use std::sync::Arc;

use self::town::Town;

/// How many carriers there are.
const CARRIERS: usize = 100;

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_carriers_at_once_lose_nothing_and_see_nothing_of_each_other() {
    let town = Arc::new(Town::of(CARRIERS).await);
    let lives: Vec<_> = (0..CARRIERS)
        .map(|number| tokio::spawn(life::live(Arc::clone(&town), number)))
        .collect();
    let mut lived = Vec::new();
    for life in lives {
        lived.push(life.await.unwrap());
    }
    // One after another: a hundred who wait for what one task adds would keep it from its work.
    for one in &lived {
        one.told().await;
    }
    let evenings: Vec<_> = lived
        .into_iter()
        .map(|one| tokio::spawn(one.all_agrees(Arc::clone(&town))))
        .collect();
    for evening in evenings {
        evening.await.unwrap();
    }
    town.assert_every_door_moved_once().await;
}
