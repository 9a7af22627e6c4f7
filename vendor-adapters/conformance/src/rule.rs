//! A rule: what is asked of an adapter, why, and how it is looked at.

use std::{fmt::Debug, future::Future, pin::Pin};

use postern_contract::{
    adapter::{AdapterError, AdapterErrorKind, Outcome},
    conformance::{Tier, Verdict},
};

use crate::{heard::Heard, trial::Trial};

/// What is asked of an adapter. Its page under `docs/vendors/rules` is written from this.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its name.
    pub id: &'static str,
    /// The lowest tier that asks for it.
    pub tier: Tier,
    /// The rule in a sentence.
    pub title: &'static str,
    /// What goes wrong in a garage without it.
    pub why: &'static str,
    /// What the kit does and expects.
    pub example: &'static str,
    /// When it does not apply.
    pub exceptions: &'static str,
    /// How it is looked at.
    pub(crate) check: Check,
}

/// How a rule is looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Check {
    /// By a trial of its own, before any account is linked.
    Unlinked(Step),
    /// By a trial of its own, with an account linked and its door known.
    Linked(Step),
    /// By what was heard in all other trials.
    OverAll(fn(&Heard) -> Finding),
}

/// What a trial does for a rule.
pub(crate) type Step = for<'a> fn(&'a mut Trial) -> Pin<Box<dyn Future<Output = Finding> + Send + 'a>>;

/// What came of looking.
pub(crate) type Finding = Result<(), Found>;

/// Why a rule is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// The adapter breaks it.
    Broken(String),
    /// The vendor has no such thing.
    NotApplicable(String),
    /// It cannot be seen from here.
    NotSeen(String),
}

impl Found {
    pub(crate) fn verdict(finding: Finding) -> Verdict {
        match finding {
            Ok(()) => Verdict::Kept,
            Err(Self::Broken(why)) => Verdict::Broken { why },
            Err(Self::NotApplicable(why)) => Verdict::NotApplicable { why },
            Err(Self::NotSeen(why)) => Verdict::NotSeen { why },
        }
    }
}

/// The rule is broken unless this holds.
pub(crate) fn must(holds: bool, why: impl FnOnce() -> String) -> Finding {
    if holds { Ok(()) } else { Err(Found::Broken(why())) }
}

/// What went well, where it had to.
pub(crate) fn well<T>(operation: &str, result: Result<T, AdapterError>) -> Result<T, Found> {
    result.map_err(|error| Found::Broken(format!("{operation} failed: {error}")))
}

/// The refusal, where there had to be one.
pub(crate) fn refused<T: Debug>(
    operation: &str,
    result: Result<T, AdapterError>,
) -> Result<AdapterError, Found> {
    match result {
        Ok(_) => Err(Found::Broken(format!("{operation} was not refused"))),
        Err(error) => Ok(error),
    }
}

/// The refusal, where it had to be one of these kinds, with this outcome.
pub(crate) fn refused_as<T: Debug>(
    operation: &str,
    result: Result<T, AdapterError>,
    kinds: &[AdapterErrorKind],
    outcome: Outcome,
) -> Result<AdapterError, Found> {
    let error = refused(operation, result)?;
    must(kinds.contains(&error.kind) && error.outcome == outcome, || {
        format!("{operation} was refused as {error}, and should be as one of {kinds:?}, {outcome:?}")
    })?;
    Ok(error)
}
