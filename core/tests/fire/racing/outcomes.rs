//! Several actions at once: what each is answered, and what is there in the end, is as if one had been done after another.

use std::sync::Arc;

use proptest::prelude::*;
use tokio::task::JoinSet;

use crate::{
    answers::agree,
    dice::{Dice, through},
    generated::race,
    into_writes::ask_store,
    lives::{self, plain},
    model::{Model, Outcome, expected},
    pool::{self, NAMES, Pick},
    steps::{Action, Expect, Step},
};

/// How many races are run where the environment does not say.
const RACES: u32 = 8;
const BEFORE_MAX: usize = 6;
/// All their orders are tried.
const AT_ONCE_MAX: usize = 6;
/// A call out of so many is hit by a fault.
const HIT_ONE_IN: usize = 2;

#[test]
fn what_is_done_at_once_comes_out_as_if_one_had_been_done_after_another() {
    let races = (race(BEFORE_MAX, AT_ONCE_MAX), any::<u64>());
    lives::each(RACES, &races, async |record, ((before, at_once), seed)| {
        let calm = plain(record);
        let mut model = Model::default();
        for action in &before {
            let answer = ask_store(&calm, &model, action).await;
            answer.map_err(|error| format!("{action:?}: {error:?}"))?;
            model.ask(action);
        }
        let start = Arc::new(model);
        let at_once = at_once.into_iter().zip(NAMES..);
        let at_once = at_once.filter_map(|(action, number)| settled(&start, action, number));
        let store = through(record, Dice::new(seed).passing(HIT_ONE_IN));
        let mut running = JoinSet::new();
        for action in at_once {
            let (store, start) = (store.clone(), Arc::clone(&start));
            running.spawn(async move {
                let answer = ask_store(&store, &start, &action).await;
                answer
                    .map(|answer| (action.clone(), answer))
                    .map_err(|error| format!("{action:?}: {error:?}"))
            });
        }
        let answered: Result<Vec<_>, String> = running.join_all().await.into_iter().collect();
        let answered = answered?;
        let mut ends = Vec::new();
        orders(&start, &answered, &mut ends);
        let mut why = format!("no order gives these answers: {answered:?}");
        for end in &ends {
            match agree(&calm, end, 7, 0).await {
                Ok(()) => return Ok(()),
                Err(differs) => why = format!("{differs}, after {answered:?}"),
            }
        }
        Err(why)
    });
}

/// Tries every order of `left` that gives these answers, and notes what there would be in the end.
fn orders(model: &Model, left: &[(Action, Outcome)], ends: &mut Vec<Model>) {
    if left.is_empty() && !ends.contains(model) {
        ends.push(model.clone());
    }
    for (at, (action, answer)) in left.iter().enumerate() {
        let mut next = model.clone();
        if next.ask(action) == *answer {
            let others = [&left[..at], &left[at + 1..]].concat();
            orders(&next, &others, ends);
        }
    }
}

/// The action with the versions that it demands settled by what is there at the start. `None` for what no record takes, whatever
/// is in it. Each taker of a lease goes by a name of its own, as in the flows.
fn settled(start: &Model, action: Action, number: Pick) -> Option<Action> {
    if matches!(start.clone().ask(&action), Outcome::Refused | Outcome::TooMany) {
        return None;
    }
    Some(match action {
        Action::Transact(steps) => {
            let steps = steps.into_iter().map(|step| demanding(start, step));
            Action::Transact(steps.collect())
        }
        Action::TakeLease {
            whose,
            which,
            until,
            now,
            ..
        } => Action::TakeLease {
            whose,
            which,
            holder: number,
            until,
            now,
        },
        other => other,
    })
}

fn demanding(start: &Model, mut step: Step) -> Step {
    let current = match step {
        Step::Grant { of, .. } => start.grants.get(&pool::delivery(of)).map(|grant| grant.version),
        Step::Consent { whose, .. } | Step::CheckConsent { whose, .. } => {
            let consent = start.consents.get(&pool::household(whose));
            consent.map(|consent| consent.version)
        }
        Step::UpdateLink { whose, which, .. }
        | Step::RefreshedLink { whose, which, .. }
        | Step::DeleteLink { whose, which, .. } => start.link_version(whose, which),
        Step::Door { whose, which, .. } => {
            let door = start.doors.get(&(pool::household(whose), pool::door(which)));
            door.map(|(_, version)| *version)
        }
        _ => None,
    };
    if let Step::Grant { expect, .. }
    | Step::Consent { expect, .. }
    | Step::CheckConsent { expect, .. }
    | Step::UpdateLink { expect, .. }
    | Step::RefreshedLink { expect, .. }
    | Step::DeleteLink { expect, .. }
    | Step::Door { expect, .. } = &mut step
    {
        *expect = Expect::Exactly(expected(*expect, current));
    }
    step
}
