//! Random actions over the small pools: what an earlier one made, a later one meets.

use proptest::{collection::vec, option, prelude::*, sample::select};

use crate::{
    pool::{CARRIERS, DELIVERIES, DOORS, HOUSEHOLDS, KEYS, LINKS, MOMENTS, NAMES, Pick, SEQUENCES},
    steps::{Action, Expect, Step},
};

/// A life of the record. Most lives go about one thing, so that what is done meets what was done before.
pub(crate) fn life(actions_max: usize) -> impl Strategy<Value = Vec<Action>> {
    theme().prop_flat_map(move |step| {
        let action = prop_oneof![
            24 => vec(step, 0..4).prop_map(Action::Transact),
            3 => lease(),
            1 => Just(Action::Sweep),
            1 => (whose(), select(vec![1, 99, 100, 101])).prop_map(|(whose, many)| Action::Crowd { whose, many }),
        ];
        vec(action, actions_max / 2..actions_max)
    })
}

/// Actions that meet, on the same few items: some that are done first, and some to be done at once.
pub(crate) fn race(
    before_max: usize,
    at_once_max: usize,
) -> impl Strategy<Value = (Vec<Action>, Vec<Action>)> {
    theme().prop_flat_map(move |step| {
        let action = prop_oneof![
            6 => vec(step, 1..4).prop_map(Action::Transact),
            1 => lease(),
        ];
        (vec(action.clone(), 0..before_max), vec(action, 2..=at_once_max))
    })
}

fn theme() -> impl Strategy<Value = BoxedStrategy<Step>> {
    let of_everything = prop_oneof![of_deliveries(), of_households(), of_links(), of_doors()];
    prop_oneof![
        2 => Just(of_deliveries().boxed()),
        1 => Just(of_households().boxed()),
        2 => Just(of_links().boxed()),
        1 => Just(of_doors().boxed()),
        1 => Just(of_everything.boxed()),
    ]
}

fn lease() -> impl Strategy<Value = Action> + Clone {
    let lease = (whose(), 0..LINKS, 0..NAMES, when(), when());
    lease.prop_map(|(whose, which, holder, until, now)| Action::TakeLease {
        whose,
        which,
        holder,
        until,
        now,
    })
}

fn whose() -> impl Strategy<Value = Pick> + Clone {
    0..HOUSEHOLDS
}

fn when() -> impl Strategy<Value = Pick> + Clone {
    0..MOMENTS
}

/// Mostly the version that is there, so that much is done and some is not.
fn expect() -> impl Strategy<Value = Expect> {
    prop_oneof![
        6 => Just(Expect::Current),
        1 => Just(Expect::Absent),
        1 => Just(Expect::Stale),
        1 => Just(Expect::Ahead),
    ]
}

fn of_deliveries() -> impl Strategy<Value = Step> {
    let of = || 0..DELIVERIES;
    let grant = (of(), 0..CARRIERS, whose(), option::of(when()), expect());
    let entry = (of(), select(SEQUENCES.to_vec()), whose(), when());
    let running = (0..NAMES, 0..KEYS, of(), when(), when());
    let request = || (0..NAMES, 0..KEYS, when());
    prop_oneof![
        3 => grant.prop_map(|(of, carrier, whose, due, expect)| Step::Grant { of, carrier, whose, due, expect }),
        3 => entry.prop_map(|(of, sequence, whose, when)| Step::Entry { of, sequence, whose, when }),
        3 => (of(), 1..3_u8, prop::bool::weighted(0.3)).prop_map(|(of, number, redeemed)| Step::Code { of, number, redeemed }),
        5 => (of(), 1..3_u8, when()).prop_map(|(of, number, when)| Step::Redeem { of, number, when }),
        1 => of().prop_map(|of| Step::ForgetCode { of }),
        2 => (whose(), of()).prop_map(|(whose, of)| Step::Active { whose, of }),
        1 => (whose(), of()).prop_map(|(whose, of)| Step::Past { whose, of }),
        2 => running.prop_map(|(tenant, key, of, until, now)| Step::Running { tenant, key, of, until, now }),
        2 => request().prop_map(|(tenant, key, now)| Step::Answered { tenant, key, now }),
        1 => request().prop_map(|(tenant, key, now)| Step::Finished { tenant, key, now }),
    ]
}

fn of_households() -> impl Strategy<Value = Step> {
    let name = || 0..NAMES;
    prop_oneof![
        1 => whose().prop_map(|whose| Step::Household { whose }),
        1 => (name(), whose()).prop_map(|(name, whose)| Step::Person { name, whose }),
        1 => (name(), whose()).prop_map(|(name, whose)| Step::Address { name, whose }),
        3 => (whose(), any::<bool>(), expect())
            .prop_map(|(whose, enabled, expect)| Step::Consent { whose, enabled, expect }),
        4 => (whose(), expect()).prop_map(|(whose, expect)| Step::CheckConsent { whose, expect }),
        3 => (whose(), 0..4_u8, when()).prop_map(|(whose, which, when)| Step::Activity { whose, which, when }),
        1 => (0..CARRIERS, any::<bool>()).prop_map(|(which, active)| Step::Carrier { which, active }),
        1 => any::<bool>().prop_map(|active| Step::Vendor { active }),
    ]
}

fn of_links() -> impl Strategy<Value = Step> {
    let tie = || (whose(), 0..LINKS, prop::bool::weighted(0.4), when());
    let login = (0..NAMES, whose(), when());
    let release = (whose(), 0..LINKS, 0..NAMES, option::of(when()));
    prop_oneof![
        3 => tie().prop_map(|(whose, which, broken, refresh)| Step::NewLink { whose, which, broken, refresh }),
        2 => (tie(), expect()).prop_map(|((whose, which, broken, refresh), expect)| Step::UpdateLink {
            whose, which, broken, refresh, expect
        }),
        2 => (tie(), expect(), 0..NAMES).prop_map(|((whose, which, broken, refresh), expect, holder)| {
            Step::RefreshedLink { whose, which, broken, refresh, expect, holder }
        }),
        2 => release.prop_map(|(whose, which, holder, look_again)| Step::ReleaseLease {
            whose, which, holder, look_again
        }),
        1 => (whose(), 0..LINKS, expect())
            .prop_map(|(whose, which, expect)| Step::DeleteLink { whose, which, expect }),
        2 => login.prop_map(|(name, whose, expires)| Step::BeginLogin { name, whose, expires }),
        1 => (0..NAMES, whose()).prop_map(|(name, whose)| Step::UseUpState { name, whose }),
    ]
}

fn of_doors() -> impl Strategy<Value = Step> {
    let which = || 0..DOORS;
    let claim = || (whose(), 0..DOORS);
    let door = (whose(), which(), 0..LINKS, expect());
    prop_oneof![
        3 => door.prop_map(|(whose, which, through, expect)| Step::Door { whose, which, through, expect }),
        1 => (whose(), which()).prop_map(|(whose, which)| Step::DropDoor { whose, which }),
        1 => (whose(), which()).prop_map(|(whose, which)| Step::DoorIsThere { whose, which }),
        3 => (0..NAMES, claim(), option::of(claim()))
            .prop_map(|(name, to, before)| Step::Claim { name, to, before }),
        1 => (0..NAMES, claim()).prop_map(|(name, from)| Step::ReleaseClaim { name, from }),
        1 => (0..NAMES, whose()).prop_map(|(name, whose)| Step::CheckClaim { name, whose }),
    ]
}
