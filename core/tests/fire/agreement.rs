//! Random lives of the record, lived by the store and by the model: each answer is the same, and in the end everything is.

use postern_core::store::{Applied, Store, StoreError};
use postern_embedded_record::EmbeddedRecord;
use proptest::{prelude::*, sample::select};

use crate::{
    answers::agree,
    dice::{Dice, through},
    generated::life,
    into_writes::ask,
    lives::{self, plain},
    model::{Model, Outcome},
    steps::Action,
    touched::agree_on,
};

/// How many lives are lived where the environment does not say.
const LIVES: u32 = 5;
/// How many actions a life has at the most.
const ACTIONS_MAX: usize = 24;
/// Page sizes, from too small to too large.
const LIMITS: [usize; 6] = [0, 1, 2, 3, 7, 1_000];

/// What a life is made of: its actions, the size of the pages in the end, the moment of the end, and a seed for its faults.
fn lived() -> impl Strategy<Value = (Vec<Action>, usize, u8, u64)> {
    (life(ACTIONS_MAX), select(LIMITS.to_vec()), 0..8_u8, any::<u64>())
}

fn is_doubt(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Unreachable {
            applied: Applied::Unknown,
            ..
        }
    )
}

/// The faults of the dice that leave no doubt.
fn says_that_nothing_was_done(error: &StoreError) -> bool {
    match error {
        StoreError::Throttled | StoreError::Conflict => true,
        StoreError::Unreachable { applied, .. } => *applied == Applied::NotApplied,
        StoreError::Rejected { code, .. } => code == "ExpiredTokenException",
        StoreError::ConditionFailed { .. } | StoreError::Corrupt { .. } => false,
    }
}

/// Asks both, and compares the answers; and then, without faults, what was touched.
async fn step(
    record: &EmbeddedRecord,
    store: &Store,
    model: &mut Model,
    action: &Action,
) -> Result<(), String> {
    let answer = ask(record, store, model, action).await;
    let expected = model.ask(action);
    let answer = match answer {
        // Whoever is refused after a lost answer cannot know whether that one was refused too.
        Err(error) if expected == Outcome::Refused && is_doubt(&error) => return Ok(()),
        answer => answer.map_err(|error| format!("{action:?}: {error:?}"))?,
    };
    same_answer(action, &answer, &expected)?;
    agree_on(&plain(record), model, action).await
}

fn same_answer(action: &Action, answer: &Outcome, expected: &Outcome) -> Result<(), String> {
    if answer == expected {
        Ok(())
    } else {
        Err(format!(
            "{action:?}: the store says {answer:?}, the model {expected:?}"
        ))
    }
}

#[test]
fn the_store_answers_as_the_model_does_and_ends_with_the_same_content() {
    lives::each(LIVES, &lived(), async |record, (actions, limit, now, _)| {
        let (store, mut model) = (plain(record), Model::default());
        for action in &actions {
            step(record, &store, &mut model, action).await?;
        }
        agree(&store, &model, limit, now).await
    });
}

#[test]
fn throttling_conflicts_and_lost_answers_change_no_answer_and_do_nothing_twice() {
    lives::each(LIVES, &lived(), async |record, (actions, limit, now, seed)| {
        let store = through(record, Dice::new(seed).passing(3));
        let mut model = Model::default();
        for action in &actions {
            step(record, &store, &mut model, action).await?;
        }
        agree(&store, &model, limit, now).await
    });
}

#[test]
fn what_a_doubtful_transaction_did_is_all_or_nothing_and_a_certain_error_says_true() {
    lives::each(LIVES, &lived(), async |record, (actions, limit, now, seed)| {
        let store = through(record, Dice::new(seed).lasting(4, 4));
        let (calm, mut model) = (plain(record), Model::default());
        for action in &actions {
            let mut done = model.clone();
            let expected = done.ask(action);
            match ask(record, &store, &model, action).await {
                Ok(answer) => {
                    same_answer(action, &answer, &expected)?;
                    model = done;
                    agree_on(&calm, &model, action).await?;
                }
                // Either all of it is there, or none of it.
                Err(error) if is_doubt(&error) => {
                    if agree_on(&calm, &done, action).await.is_ok() {
                        model = done;
                    } else {
                        let nothing = agree_on(&calm, &model, action).await;
                        nothing.map_err(|differs| format!("{action:?} was half done: {differs}"))?;
                    }
                }
                Err(error) if says_that_nothing_was_done(&error) => {
                    let nothing = agree_on(&calm, &model, action).await;
                    nothing.map_err(|differs| format!("{action:?} was done after all: {differs}"))?;
                }
                Err(error) => return Err(format!("{action:?}: {error:?}")),
            }
        }
        agree(&calm, &model, limit, now).await
    });
}
