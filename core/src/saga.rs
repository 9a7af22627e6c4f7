//! Work in several steps: each saga is a declared list of them, and a machine that takes one at a time.
//!
//! The table of a saga says of each step which part it plays and what is so when the work is cut off there. An effect stands behind
//! the intent that allows it, and an outcome behind the effect. The machine is an enum with a variant for each step, which holds
//! just what that step needs; so an effect cannot be reached without the value that its intent made. [`run`] takes all steps, one
//! after the other. Tests take them singly, leave off anywhere, and run the same checks over [`ALL`].

use tracing::Instrument;

use crate::{Error, Platform, deliveries, guardian, households, links};

/// Which part a step plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// Something outside is looked at; nothing is done.
    Look,
    /// What is going to be done is put on record.
    Intent,
    /// It is done, outside or to other items of the record.
    Effect,
    /// Something that was on its way is waited for.
    Wait,
    /// What became of it is put on record.
    Outcome,
}

impl Part {
    /// Its name, as the table prints it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::Intent => "intent",
            Self::Effect => "effect",
            Self::Wait => "wait",
            Self::Outcome => "outcome",
        }
    }
}

/// One step of a saga.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What it does, in a word or two.
    pub name: &'static str,
    /// Which part it plays.
    pub part: Part,
    /// What is so, and who finishes it, when the work is cut off in this step.
    pub if_cut_off: &'static str,
}

/// A kind of work in several steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saga {
    /// What it is called.
    pub name: &'static str,
    /// Its steps, in their order.
    pub steps: &'static [Step],
}

/// All of them.
pub static ALL: &[&Saga] = &[
    &deliveries::OPENING,
    &deliveries::CLOSING,
    &guardian::CLOSING,
    &deliveries::REISSUING,
    &links::LINKING,
    &links::CHOOSING,
    &links::UNLINKING,
    &households::TURNING_OFF,
    &households::REFUSING,
];

/// Where a flow stands after a step.
pub enum Turn<F: Flow> {
    /// Before the next step.
    Next(F),
    /// At its end.
    Done(F::Done),
}

/// A saga under way.
pub trait Flow: Sized + Send {
    /// Its table.
    const SAGA: &'static Saga;
    /// What it comes to.
    type Done: Send;

    /// Which step of the table is next, from 0.
    fn step(&self) -> usize;

    /// Takes that step.
    fn take(self, platform: &Platform) -> impl Future<Output = Result<Turn<Self>, Error>> + Send;
}

/// Takes all the steps of a flow.
///
/// # Errors
/// The first that a step gives. What was put on record until then is found and finished by the guardian.
pub async fn run<F: Flow>(platform: &Platform, flow: F) -> Result<F::Done, Error> {
    let mut flow = flow;
    loop {
        let step = F::SAGA.steps.get(flow.step()).map_or("", |step| step.name);
        let span = tracing::info_span!("saga", name = F::SAGA.name, step);
        match flow.take(platform).instrument(span).await? {
            Turn::Next(next) => flow = next,
            Turn::Done(done) => return Ok(done),
        }
    }
}

/// The same, in a task of its own, so that it comes to its end even when the caller hangs up.
///
/// # Errors
/// As [`run`]; [`Error::Panicked`].
pub(crate) async fn run_to_the_end<F>(platform: &Platform, flow: F) -> Result<F::Done, Error>
where
    F: Flow + 'static,
    F::Done: 'static,
{
    let platform = platform.clone();
    let task = async move { run(&platform, flow).await };
    tokio::spawn(task.in_current_span())
        .await
        .map_err(|_| Error::Panicked(F::SAGA.name))?
}
