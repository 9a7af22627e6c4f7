//! A rule: what is asked of an adapter, why, and how it is looked at.

use std::{future::Future, pin::Pin};

use postern_contract::conformance::{Tier, Verdict};

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
