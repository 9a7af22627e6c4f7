//! The guardian in a test: it comes when its agenda says, until nothing is left to be done.

use jiff::{SignedDuration, Timestamp};
use postern_core::{
    deliveries,
    grant::Grant,
    guardian,
    ports::Subject,
    store::{DUE_SHARDS, Due},
};
use postern_test_world::World;

/// How many looks a story may take: an hour's window, a watch of ten minutes, half an hour until a delivery is completed.
const LOOKS_MAX: usize = 400;
/// So many are prompt; from then on the guardian comes late, which must do no harm.
const PROMPT_LOOKS: usize = 6;
/// How late, at least.
const LATE: SignedDuration = SignedDuration::from_secs(90);
/// After so many a person who was told sees to the door.
const LOOKS_UNTIL_SOMEBODY_COMES: usize = 40;

/// What is due, near and far. A link's refreshing never ends, so it is left out.
pub(crate) async fn agenda(world: &World) -> Vec<Due> {
    let mut due = Vec::new();
    for shard in 0..DUE_SHARDS {
        due.extend(
            world
                .platform
                .store
                .due(shard, Timestamp::MAX, 200)
                .await
                .unwrap(),
        );
    }
    due.retain(|due| !matches!(due.subject, Subject::Link { .. }));
    due
}

/// Lets the guardian work until nothing is due any more: it follows each subject to its end, the clock moved on to its next look each
/// time.
pub(crate) async fn finishes(world: &World, case: &str) {
    let mut looks = 0;
    loop {
        let agenda = agenda(world).await;
        let Some(first) = agenda.iter().min_by_key(|due| due.at) else {
            return;
        };
        let mut next = Some(first.at);
        while let Some(at) = next {
            looks += 1;
            assert!(
                looks < LOOKS_MAX,
                "{case}: the guardian never finishes: {agenda:?}"
            );
            if looks == LOOKS_UNTIL_SOMEBODY_COMES {
                somebody_sees_to_the_doors(world, case).await;
            }
            advance_to(
                world,
                if looks > PROMPT_LOOKS {
                    at.max(world.now() + LATE)
                } else {
                    at
                },
            );
            let looked = guardian::look(&world.platform, first.subject).await;
            next = looked.unwrap_or_else(|error| panic!("{case}: {:?}: {error}", first.subject));
        }
    }
}

/// Each household takes over the doors about which it was told.
async fn somebody_sees_to_the_doors(world: &World, case: &str) {
    for due in agenda(world).await {
        let Subject::Delivery { delivery } = due.subject else {
            continue;
        };
        let found = world.platform.store.load_grant::<Grant>(delivery).await.unwrap();
        let grant = found.unwrap().grant.doc;
        assert!(
            grant.attention.is_some(),
            "{case}: {delivery} goes on and nobody was told"
        );
        let taken = deliveries::take_over(&world.platform, grant.household, delivery).await;
        taken.unwrap_or_else(|error| panic!("{case}: {delivery} cannot be taken over: {error}"));
    }
}

fn advance_to(world: &World, at: Timestamp) {
    let ahead = at.duration_since(world.now()) + SignedDuration::from_millis(1);
    if ahead.is_positive() {
        world.clock.advance(ahead);
    }
}
