//! The same actions, asked of the store.

use aws_sdk_dynamodb::types::AttributeValue;
use postern_core::store::{Asked, Condition, Key, Owner, Store, StoreError, Write, attribute};
use postern_embedded_record::EmbeddedRecord;

use crate::{
    model::{Found, Model, Outcome, expected},
    pool::{self, Pick},
    steps::{Action, Expect, Step},
};

/// Asks the store, or has the record sweep. An answer that the model has no word for is an error.
pub(crate) async fn ask(
    record: &EmbeddedRecord,
    store: &Store,
    model: &Model,
    action: &Action,
) -> Result<Outcome, StoreError> {
    if matches!(action, Action::Sweep) {
        record.sweep_ttl().unwrap();
    }
    ask_store(store, model, action).await
}

/// Asks the store, demanding the versions that the model knows. Sweeping is not its affair.
pub(crate) async fn ask_store(store: &Store, model: &Model, action: &Action) -> Result<Outcome, StoreError> {
    match action {
        Action::Transact(steps) => {
            let writes = steps.iter().flat_map(|step| writes(model, step)).collect();
            transacted(store.transact(writes).await)
        }
        Action::Crowd { whose, many } => {
            let list = |number| Write::list_active(pool::household(*whose), pool::crowd(number));
            transacted(store.transact((0..*many).map(list).collect()).await)
        }
        Action::TakeLease {
            whose,
            which,
            holder,
            until,
            now,
        } => {
            let (household, link, holder) =
                (pool::household(*whose), pool::link(*which), pool::name(*holder));
            let taken = store.take_lease(household, link, &holder, pool::at(*until), pool::at(*now));
            Ok(taken
                .await?
                .map_or(Outcome::NoLease, |link| Outcome::Lease(link.version)))
        }
        Action::Sweep => Ok(Outcome::Done),
    }
}

fn transacted(answer: Result<(), StoreError>) -> Result<Outcome, StoreError> {
    match answer {
        Ok(()) => Ok(Outcome::Done),
        Err(StoreError::ConditionFailed { index, item: None }) => Ok(Outcome::Failed(index, Found::Nothing)),
        Err(StoreError::ConditionFailed {
            index,
            item: Some(item),
        }) => {
            let version = item.get(attribute::VERSION).map(|value| match value {
                AttributeValue::N(digits) => digits.parse().unwrap(),
                other => panic!("a version that reads {other:?}"),
            });
            Ok(Outcome::Failed(index, Found::Item(version)))
        }
        Err(StoreError::Corrupt { .. }) => Ok(Outcome::TooMany),
        Err(StoreError::Rejected { code, .. }) if code == "ValidationException" => Ok(Outcome::Refused),
        Err(error) => Err(error),
    }
}

/// The writes of a step, demanding the versions that the model knows.
fn writes(model: &Model, step: &Step) -> Vec<Write> {
    match *step {
        Step::Past { whose, of } => Write::list_past(pool::household(whose), pool::delivery(of)).into(),
        _ => vec![
            of_deliveries(model, step)
                .or_else(|| of_households(model, step))
                .or_else(|| of_links(model, step))
                .unwrap(),
        ],
    }
}

fn of_deliveries(model: &Model, step: &Step) -> Option<Write> {
    Some(match *step {
        Step::Grant {
            of,
            carrier,
            whose,
            due,
            expect,
        } => {
            let current = model.grants.get(&pool::delivery(of)).map(|grant| grant.version);
            Write::put_grant(
                pool::delivery(of),
                &pool::carrier(carrier),
                pool::household(whose),
                due.map(pool::at),
                &pool::body(of, carrier, due),
                expected(expect, current),
            )
            .unwrap()
        }
        Step::Entry {
            of,
            sequence,
            whose,
            when,
        } => Write::log_entry(
            pool::household(whose),
            &pool::carrier(0),
            pool::STANDING,
            &pool::entry(of, sequence, when),
        )
        .unwrap(),
        Step::Code { of, number, redeemed } => {
            Write::put_code(pool::delivery(of), &pool::code(number, redeemed))
        }
        Step::Redeem { of, number, when } => {
            Write::redeem_code(pool::delivery(of), u32::from(number), pool::at(when))
        }
        Step::ForgetCode { of } => Write::forget_code(pool::delivery(of)),
        Step::Active { whose, of } => Write::list_active(pool::household(whose), pool::delivery(of)),
        Step::Running {
            tenant,
            key,
            of,
            until,
            now,
        } => asked(tenant, key, now, |asked| {
            Write::request_running(asked, pool::delivery(of), pool::at(until), pool::at(now))
        }),
        Step::Answered { tenant, key, now } => asked(tenant, key, now, |asked| {
            Write::request_answered(asked, &format!("answer {now}"), pool::at(now))
        }),
        Step::Finished { tenant, key, now } => asked(tenant, key, now, |asked| {
            Write::request_finished(asked, &format!("answer {now}"), pool::at(now))
        }),
        _ => return None,
    })
}

fn asked(tenant: Pick, key: Pick, now: Pick, write: impl FnOnce(Asked<'_>) -> Write) -> Write {
    write(Asked {
        tenant: &pool::name(tenant),
        key: &pool::name(key),
        fingerprint: &pool::name(now),
    })
}

fn of_households(model: &Model, step: &Step) -> Option<Write> {
    let version = |whose| {
        model
            .consents
            .get(&pool::household(whose))
            .map(|consent| consent.version)
    };
    Some(match *step {
        Step::Household { whose } => Write::new_household(&pool::registered(whose)).unwrap(),
        Step::Person { name, whose } => {
            Write::claim_owner(Owner::Person(&pool::name(name)), pool::household(whose))
        }
        Step::Address { name, whose } => {
            Write::claim_owner(Owner::Address(&pool::name(name)), pool::household(whose))
        }
        Step::Consent {
            whose,
            enabled,
            expect,
        } => {
            let before = expected(expect, version(whose));
            let consent = pool::consent(before.unwrap_or(0) + 1, enabled);
            Write::put_consent(pool::household(whose), &consent, before).unwrap()
        }
        Step::CheckConsent { whose, expect } => {
            Write::check_consent(pool::household(whose), demanded(expect, version(whose)))
        }
        Step::Activity { whose, which, when } => {
            Write::activity(pool::household(whose), &pool::happened(which, when)).unwrap()
        }
        Step::Carrier { which, active } => {
            Write::put_carrier(&pool::carrier(which), &pool::carrier_record(active)).unwrap()
        }
        Step::Vendor { active } => Write::put_vendor(&pool::vendor(), &pool::vendor_record(active)).unwrap(),
        _ => return None,
    })
}

/// A version for a write that cannot demand that there is none: nothing is in version 0.
fn demanded(expect: Expect, current: Option<u64>) -> u64 {
    expected(expect, current).unwrap_or(0)
}

fn of_links(model: &Model, step: &Step) -> Option<Write> {
    Some(match *step {
        Step::NewLink {
            whose,
            which,
            broken,
            refresh,
        } => Write::new_link(pool::household(whose), &pool::tie(which, broken, refresh)).unwrap(),
        Step::UpdateLink {
            whose,
            which,
            broken,
            refresh,
            expect,
        } => {
            let (tie, version) = (
                pool::tie(which, broken, refresh),
                model.link_version(whose, which),
            );
            Write::update_link(pool::household(whose), &tie, demanded(expect, version)).unwrap()
        }
        Step::RefreshedLink {
            whose,
            which,
            broken,
            refresh,
            expect,
            holder,
        } => {
            let (tie, version) = (
                pool::tie(which, broken, refresh),
                model.link_version(whose, which),
            );
            let (version, holder) = (demanded(expect, version), pool::name(holder));
            Write::refreshed_link(pool::household(whose), &tie, version, &holder).unwrap()
        }
        Step::ReleaseLease {
            whose,
            which,
            holder,
            look_again,
        } => {
            let (holder, look_again) = (pool::name(holder), look_again.map(pool::at));
            Write::release_lease(pool::household(whose), pool::link(which), &holder, look_again)
        }
        Step::DeleteLink { whose, which, expect } => {
            let version = demanded(expect, model.link_version(whose, which));
            Write::delete_link(pool::household(whose), pool::link(which), version)
        }
        Step::BeginLogin { name, whose, expires } => {
            Write::begin_login(&pool::state(name), &pool::login(whose, expires)).unwrap()
        }
        Step::UseUpState { name, whose } => Write::use_up_state(&pool::state(name), pool::household(whose)),
        Step::Door {
            whose,
            which,
            through,
            expect,
        } => {
            let key = (pool::household(whose), pool::door(which));
            let version = model.doors.get(&key).map(|(_, version)| *version);
            let record = pool::opener(which, through);
            Write::put_door(pool::household(whose), &record, expected(expect, version)).unwrap()
        }
        Step::DropDoor { whose, which } => {
            Write::delete(Key::Door(pool::household(whose), pool::door(which)))
        }
        Step::DoorIsThere { whose, which } => {
            let key = Key::Door(pool::household(whose), pool::door(which));
            Write::check(key, Condition::Present)
        }
        Step::Claim { name, to, before } => {
            let door_ref = pool::door_ref(name);
            Write::claim_door(
                &pool::vendor(),
                &door_ref,
                pool::claim(to),
                before.map(pool::claim),
            )
        }
        Step::ReleaseClaim { name, from } => {
            Write::release_door(&pool::vendor(), &pool::door_ref(name), pool::claim(from))
        }
        Step::CheckClaim { name, whose } => {
            Write::check_door_claim(&pool::vendor(), &pool::door_ref(name), pool::household(whose))
        }
        _ => return None,
    })
}
