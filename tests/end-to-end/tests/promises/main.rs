//! Each promise, shown live over HTTP on the local platform: it holds, and where its guards are taken away the same check finds it
//! broken. A check that finds nothing then would prove nothing now.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod closing;
mod opening;
mod rights;
mod secrets;
mod tenants;

use std::{future::Future, pin::Pin};

use postern_core::promises::{Broken, Guard, Promise};
use postern_end_to_end::stage::{Stage, config};

/// What a check saw: the promise kept, or how it was broken.
type Verdict = Result<(), String>;

/// One promise, watched over HTTP.
struct Live {
    promise: Promise,
    check: fn(Stage) -> Pin<Box<dyn Future<Output = Verdict> + Send>>,
    /// Guards that break it when they are taken away together: a guard alone, or one with those that would stand in for it.
    breaks: &'static [&'static [Guard]],
}

/// A platform from which these guards are gone.
async fn without(guards: &[Guard]) -> Stage {
    let mut config = config();
    config.limits.broken = Broken::these(guards);
    // A door slower to be believed than any test machine is slow.
    config.limits.open_settle = jiff::SignedDuration::from_secs(10);
    Stage::with(config).await
}

async fn shown(live: Live) {
    for guards in live.breaks {
        assert!(
            guards.iter().any(|guard| guard.promise() == live.promise),
            "{guards:?}"
        );
    }
    if let Err(broken) = (live.check)(without(&[]).await).await {
        panic!("promise {} is broken: {broken}", live.promise.number());
    }
    for guards in live.breaks {
        let found = (live.check)(without(guards).await).await;
        assert!(found.is_err(), "without {guards:?} nothing was found broken");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_opens_one_door_once() {
    shown(Live {
        promise: Promise::OpensOnce,
        check: |stage| Box::pin(opening::a_code_is_redeemed_once(stage)),
        breaks: &[&[
            Guard::OnlyArmedOpens,
            Guard::CodeLiesReady,
            Guard::CodeRedeemedOnce,
        ]],
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_open_leaves_without_the_right_to() {
    shown(Live {
        promise: Promise::RightHolds,
        check: |stage| Box::pin(rights::nothing_opens_that_has_no_right_to(stage)),
        breaks: &[
            &[Guard::InsideWindow],
            &[Guard::BoundToDriver],
            &[Guard::BoundToPlace],
            &[Guard::BoundToParcel],
            &[Guard::ConsentCovers],
        ],
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_of_unknown_outcome_is_not_repeated_blindly() {
    shown(Live {
        promise: Promise::NoBlindRepeat,
        check: |stage| Box::pin(opening::no_second_order_before_the_first_is_settled(stage)),
        breaks: &[&[Guard::OpenGetsItsTime]],
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_completed_whose_door_was_not_seen_closed() {
    shown(Live {
        promise: Promise::ClosedOrTold,
        check: |stage| Box::pin(closing::an_open_door_is_not_completed(stage)),
        breaks: &[&[Guard::OnlyClosedCompletes]],
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_intent_is_on_record_before_the_order_leaves() {
    shown(Live {
        promise: Promise::IntentFirst,
        check: |stage| Box::pin(opening::the_intent_is_on_record_when_the_order_arrives(stage)),
        breaks: &[&[Guard::IntentOnRecord]],
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_tenant_sees_or_touches_what_is_anothers() {
    shown(Live {
        promise: Promise::TenantsApart,
        check: |stage| Box::pin(tenants::anothers_delivery_does_not_exist(stage)),
        breaks: &[&[Guard::CarrierOwnsDelivery], &[Guard::HouseholdOwnsDelivery]],
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_rests_nowhere_in_clear() {
    shown(Live {
        promise: Promise::SecretsKept,
        check: |stage| Box::pin(secrets::no_code_is_seen(stage)),
        breaks: &[&[Guard::CodeSealedAtRest]],
    })
    .await;
}
