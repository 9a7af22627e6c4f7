//! What follows a household's word, step by step: the same steps after every word, and for the guardian that finishes them.

use std::ops::ControlFlow;

use jiff::SignedDuration;
use postern_contract::{
    delivery::{GrantState, RevocationReason},
    ids::{DeliveryId, HouseholdId},
};

use super::{
    link::{end_link, end_link_if_idle},
    waiting::until_no_open_can_leave,
};
use crate::{
    Error, Platform, deliveries,
    grant::Grant,
    household::{Ending, EndingScope},
    saga::{Part, Step},
    store::{StoreError, Write},
};

/// How long whoever gave the word has to finish it, before the guardian does.
const OWN_TIME: SignedDuration = SignedDuration::from_secs(45);

/// The first step after the word.
pub(crate) const END_THE_GRANTS: Step = Step {
    name: "end the grants",
    part: Part::Effect,
    if_cut_off: "Some grants have ended and some have not; none of them can be opened. The ending stays due, and the guardian ends \
                 the rest.",
};
/// The second.
pub(crate) const WAIT: Step = Step {
    name: "wait for opens on their way",
    part: Part::Wait,
    if_cut_off: "The grants have ended. Nobody was answered; the ending stays due, and the guardian forgets it.",
};
/// The third.
pub(crate) const GIVE_LINKS_BACK: Step = Step {
    name: "give the link back",
    part: Part::Effect,
    if_cut_off: "The vendor may have taken the tokens back while the link still stands here. The ending stays due, and the guardian \
                 gives the link back again and forgets it.",
};
/// The last.
pub(crate) const FORGET_THE_WORD: Step = Step {
    name: "forget the word",
    part: Part::Outcome,
    if_cut_off: "Everything is done. The ending stays due, and the guardian finds nothing left to do.",
};

/// A word that is on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Begun {
    household: HouseholdId,
    ending: Ending,
}

impl Begun {
    /// A word that is about to be given, and the write that puts it on record.
    pub(crate) fn now(
        platform: &Platform,
        household: HouseholdId,
        scope: EndingScope,
        reason: RevocationReason,
    ) -> Result<(Self, Write), StoreError> {
        let ending = Ending {
            scope,
            reason,
            begun_at: platform.now(),
        };
        let write = Write::begin_ending(household, &ending, ending.begun_at + OWN_TIME)?;
        Ok((Self { household, ending }, write))
    }
}

/// What became of the grants that were ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ended {
    /// Nothing is left to be done for these.
    pub(crate) revoked: Vec<DeliveryId>,
    /// The door is or may be in use for these: the guardian closes it and watches.
    pub(crate) closing: Vec<DeliveryId>,
    /// Whether something is left that waits for a door to be closed: a link that still reaches it.
    pub(crate) waits: bool,
}

/// What follows words that are on record. At its end nothing of them is left to be done, or they stay on record for the guardian.
pub(crate) enum Finishing {
    /// Each grant is to be revoked.
    Revoke(Vec<Begun>),
    /// The opens that may be on their way are to be waited for.
    Wait(Vec<(Begun, Vec<Grant>)>, Option<Error>),
    /// Links are to be given back.
    GiveBack(Vec<(Begun, Ended)>),
    /// The words are to be forgotten.
    Forget(Vec<(Begun, Ended)>),
}

impl Finishing {
    /// What follows these words.
    pub(crate) const fn of(begun: Vec<Begun>) -> Self {
        Self::Revoke(begun)
    }

    /// Which step is next, from 0.
    pub(crate) const fn step(&self) -> usize {
        match self {
            Self::Revoke(_) => 0,
            Self::Wait(..) => 1,
            Self::GiveBack(_) => 2,
            Self::Forget(_) => 3,
        }
    }

    /// Takes the next step; at the end, what became of the grants.
    pub(crate) async fn take(self, platform: &Platform) -> Result<ControlFlow<Ended, Self>, Error> {
        match self {
            Self::Revoke(begun) => {
                let (mut revoked, mut failed) = (Vec::new(), None);
                for begun in begun {
                    let (grants, failure) =
                        revoke_each(platform, begun.household, begun.ending.reason, |grant| {
                            begun.ending.scope.concerns(&grant.door)
                        })
                        .await?;
                    revoked.push((begun, grants));
                    failed = failure.or(failed);
                }
                Ok(ControlFlow::Continue(Self::Wait(revoked, failed)))
            }
            Self::Wait(revoked, failed) => {
                let mut ended = Vec::new();
                for (begun, grants) in revoked {
                    ended.push((begun, wait(platform, &begun, grants).await?));
                }
                failed.map_or(Ok(ControlFlow::Continue(Self::GiveBack(ended))), Err)
            }
            Self::GiveBack(ended) => {
                let mut given = Vec::new();
                for (begun, mut ended) in ended {
                    ended.waits = !give_back(platform, &begun, &ended).await?;
                    given.push((begun, ended));
                }
                Ok(ControlFlow::Continue(Self::Forget(given)))
            }
            Self::Forget(ended) => {
                let mut all = Ended::default();
                for (begun, ended) in ended {
                    if !ended.waits {
                        forget(platform, &begun).await?;
                    }
                    all.revoked.extend(ended.revoked);
                    all.closing.extend(ended.closing);
                    all.waits |= ended.waits;
                }
                Ok(ControlFlow::Break(all))
            }
        }
    }

    /// Takes all the steps.
    pub(crate) async fn run(self, platform: &Platform) -> Result<Ended, Error> {
        let mut finishing = self;
        loop {
            match finishing.take(platform).await? {
                ControlFlow::Continue(next) => finishing = next,
                ControlFlow::Break(ended) => return Ok(ended),
            }
        }
    }
}

/// Finishes whatever a household's words have left. A link that is still needed to close a door is left for the next time.
///
/// # Errors
/// See [`Error`]; then it is left for the next time.
pub(crate) async fn finish_all(platform: &Platform, household: HouseholdId) -> Result<(), Error> {
    let left = platform.store.endings(household).await?;
    if !left.is_empty() {
        let begun = left.into_iter().map(|ending| Begun { household, ending });
        Finishing::of(begun.collect()).run(platform).await?;
    }
    Ok(())
}

/// Revokes each grant of a household that is under way and concerned; hands back what they are now, and the last failure.
async fn revoke_each(
    platform: &Platform,
    household: HouseholdId,
    reason: RevocationReason,
    concerns: impl Fn(&Grant) -> bool,
) -> Result<(Vec<Grant>, Option<Error>), Error> {
    let under_way = platform.store.active_of(household).await?;
    let grants: Vec<Grant> = platform.store.grants(&under_way).await?;
    let mut revoked = Vec::new();
    let mut failed = None;
    for grant in grants.iter().filter(|grant| concerns(grant)) {
        match deliveries::revoke(platform, grant.delivery, reason).await {
            Ok(grant) => revoked.push(grant),
            Err(error) => {
                tracing::error!(delivery = %grant.delivery, %error, "a grant could not be ended");
                failed = Some(error);
            }
        }
    }
    Ok((revoked, failed))
}

/// Through a link that the vendor no longer accepts nothing leaves, so nothing is waited for: it may be found out about by the very
/// open that would be.
async fn wait(platform: &Platform, begun: &Begun, grants: Vec<Grant>) -> Result<Ended, Error> {
    let mut ended = Ended::default();
    for grant in grants {
        let grant = match begun.ending.scope {
            EndingScope::BrokenLink { .. } => grant,
            _ => until_no_open_can_leave(platform, grant).await?,
        };
        if grant.state.is_end() || (grant.state == GrantState::Closed && !grant.door_in_use()) {
            ended.revoked.push(grant.delivery);
        } else {
            ended.closing.push(grant.delivery);
        }
    }
    Ok(ended)
}

/// Gives back the link that the word was about, unless it is still needed to close a door. Tells whether that is done.
async fn give_back(platform: &Platform, begun: &Begun, ended: &Ended) -> Result<bool, Error> {
    let done = match begun.ending.scope {
        EndingScope::Link { .. } | EndingScope::Door { link: Some(_), .. } if !ended.closing.is_empty() => {
            false
        }
        EndingScope::Link { link } => {
            end_link(platform, begun.household, link).await?;
            true
        }
        EndingScope::Door { link: Some(link), .. } => {
            end_link_if_idle(platform, begun.household, link).await?;
            true
        }
        EndingScope::Everything
        | EndingScope::DoorsBut { .. }
        | EndingScope::Door { link: None, .. }
        | EndingScope::BrokenLink { .. } => true,
    };
    Ok(done)
}

async fn forget(platform: &Platform, begun: &Begun) -> Result<(), Error> {
    let forgotten = Write::finish_ending(begun.household, &begun.ending);
    match platform.store.transact(vec![forgotten]).await {
        // It was forgotten before, or the same word was given again: then whoever gave it finishes it.
        Ok(()) | Err(StoreError::ConditionFailed { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
