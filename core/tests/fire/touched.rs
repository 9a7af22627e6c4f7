//! What one action touched, compared with the model at once: each item, and each place in the index of what is due.
//!
//! Some of it no typed reader shows, such as a lease, or a code without its grant: there the attributes are read.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use postern_core::{
    ports::Subject,
    store::{Key, PAGE_ITEMS_MAX, Store, attribute, due_shard},
};

use crate::{
    answers::{self, Differs, WIDE, read, same},
    model::Model,
    pool::{self, Pick},
    steps::{Action, Step},
};

/// Compares what `action` may have changed.
pub(crate) async fn agree_on(store: &Store, model: &Model, action: &Action) -> Result<(), Differs> {
    match action {
        Action::Transact(steps) => {
            for step in steps {
                of_deliveries(store, model, step).await?;
                of_households(store, model, step).await?;
                of_links(store, model, step).await?;
            }
            Ok(())
        }
        Action::Crowd { whose, .. } => answers::under_way(store, model, *whose, WIDE).await,
        Action::TakeLease { whose, which, .. } => link(store, model, *whose, *which).await,
        Action::Sweep => {
            for which in 0..pool::NAMES {
                answers::login(store, model, which).await?;
                answers::replies(store, model, which, 0).await?;
            }
            Ok(())
        }
    }
}

async fn of_deliveries(store: &Store, model: &Model, step: &Step) -> Result<(), Differs> {
    match *step {
        Step::Grant { of, .. } => {
            answers::grant(store, model, of).await?;
            let delivery = pool::delivery(of);
            let known = model.grants.get(&delivery).and_then(|grant| grant.due);
            due(store, Subject::Delivery { delivery }, known).await
        }
        Step::Code { of, .. } | Step::Redeem { of, .. } | Step::ForgetCode { of } => {
            code(store, model, of).await
        }
        Step::Entry { of, whose, .. } => {
            answers::log(store, model, of, WIDE).await?;
            answers::activity(store, model, whose, WIDE).await
        }
        Step::Active { whose, .. } => answers::under_way(store, model, whose, WIDE).await,
        Step::Past { whose, .. } => {
            answers::under_way(store, model, whose, WIDE).await?;
            answers::ended(store, model, whose, WIDE).await
        }
        // At the first of all moments nothing has expired yet.
        Step::Running { tenant, .. } | Step::Answered { tenant, .. } | Step::Finished { tenant, .. } => {
            answers::replies(store, model, tenant, 0).await
        }
        _ => Ok(()),
    }
}

async fn of_households(store: &Store, model: &Model, step: &Step) -> Result<(), Differs> {
    match *step {
        Step::Household { whose } => answers::household(store, model, whose).await,
        Step::Consent { whose, .. } | Step::CheckConsent { whose, .. } => {
            answers::consent(store, model, whose).await
        }
        Step::Person { name, .. } | Step::Address { name, .. } => answers::owners(store, model, name).await,
        Step::Activity { whose, .. } => answers::activity(store, model, whose, WIDE).await,
        Step::Carrier { which, .. } => answers::carrier(store, model, which).await,
        Step::Vendor { .. } => answers::vendor(store, model).await,
        _ => Ok(()),
    }
}

async fn of_links(store: &Store, model: &Model, step: &Step) -> Result<(), Differs> {
    match *step {
        Step::NewLink { whose, which, .. }
        | Step::UpdateLink { whose, which, .. }
        | Step::RefreshedLink { whose, which, .. }
        | Step::ReleaseLease { whose, which, .. }
        | Step::DeleteLink { whose, which, .. } => link(store, model, whose, which).await,
        Step::BeginLogin { name, .. } | Step::UseUpState { name, .. } => {
            answers::login(store, model, name).await
        }
        Step::Door { whose, which, .. }
        | Step::DropDoor { whose, which }
        | Step::DoorIsThere { whose, which } => answers::door(store, model, whose, which).await,
        Step::Claim { name, .. } | Step::ReleaseClaim { name, .. } | Step::CheckClaim { name, .. } => {
            answers::claim(store, model, name).await
        }
        _ => Ok(()),
    }
}

async fn code(store: &Store, model: &Model, of: Pick) -> Result<(), Differs> {
    let delivery = pool::delivery(of);
    let item = read("a code", store.get_item(&Key::Code(delivery), true).await)?;
    let found = item.map(|mut item| {
        (
            item.remove(attribute::NUMBER),
            item.remove(attribute::REDEEMED_AT),
        )
    });
    let known = model.codes.get(&delivery).map(|code| {
        let number = AttributeValue::N(code.number.to_string());
        let redeemed_at = code.redeemed_at.map(|at| AttributeValue::S(at.to_string()));
        (Some(number), redeemed_at)
    });
    same("a code", found, known)
}

async fn link(store: &Store, model: &Model, whose: Pick, which: Pick) -> Result<(), Differs> {
    answers::link(store, model, whose, which).await?;
    let (household, link) = (pool::household(whose), pool::link(which));
    let known = model.links.get(&(household, link));
    let item = read("a link", store.get_item(&Key::Link(household, link), true).await)?;
    let lease = item.map(|mut item| {
        (
            item.remove(attribute::LEASE_HOLDER),
            item.remove(attribute::LEASE_UNTIL),
        )
    });
    let held = known.map(|item| {
        let holder = item
            .lease
            .map(|(holder, _)| AttributeValue::S(pool::name(holder)));
        let until = item
            .lease
            .map(|(_, until_ms)| AttributeValue::N(until_ms.to_string()));
        (holder, until)
    });
    same("a lease", lease, held)?;
    due(
        store,
        Subject::Link { household, link },
        known.and_then(|item| item.due),
    )
    .await
}

/// A subject is due once or not at all, and in its own shard.
async fn due(store: &Store, subject: Subject, known: Option<Timestamp>) -> Result<(), Differs> {
    let shard = store.due(due_shard(subject), pool::at(pool::MOMENTS), PAGE_ITEMS_MAX);
    let shard = read("what is due", shard.await)?;
    let found = shard.iter().filter(|due| due.subject == subject);
    let found: Vec<i64> = found.map(|due| due.at.as_microsecond()).collect();
    let known: Vec<i64> = known.iter().map(|at| at.as_microsecond()).collect();
    same("when something is due", found, known)
}
