//! Turning it all off.
//!
//! Promise 2: no open leaves after this has returned. First the consent is committed as off; from then on no transaction that
//! redeems a code can succeed, because each demands the consent on and in the version it was judged by. Then every grant under way
//! is revoked. And then we wait out the opens that were put on record before: until their outcome is known, or the moment has
//! passed after which they do not leave.

use std::ops::ControlFlow;

use postern_contract::{
    customer::{HouseholdEvent, TurnedOff},
    delivery::RevocationReason,
    ids::HouseholdId,
};

use super::change_consent_with;
use crate::{
    Error, Platform,
    consent::Consent,
    endings::{Begun, END_THE_GRANTS, FORGET_THE_WORD, Finishing, GIVE_LINKS_BACK, WAIT},
    household::EndingScope,
    saga::{self, Flow, Part, Saga, Step, Turn},
};

/// The steps of turning off.
pub static TURNING_OFF: Saga = Saga {
    name: "turning off",
    steps: &[
        Step {
            name: "turn off",
            part: Part::Intent,
            if_cut_off: "Either nothing has happened, or the consent is off, so that no code can be redeemed, and the ending is on \
                         record: the guardian ends the grants.",
        },
        END_THE_GRANTS,
        WAIT,
        GIVE_LINKS_BACK,
        FORGET_THE_WORD,
    ],
};

/// A turning off under way.
pub enum TurningOff {
    /// The word is to be put on record.
    TurnOff(HouseholdId),
    /// What follows.
    Finish(Box<Following>),
}

/// A consent that is off, and what follows from that.
pub struct Following {
    consent: Consent,
    finishing: Finishing,
}

/// Turns in-garage delivery off, and ends what was under way. Runs to its end even when the caller hangs up. Turning off what is
/// off does the rest again, and so finishes what an earlier try left.
///
/// # Errors
/// [`Error::Store`], [`Error::Contended`]: then the consent may be off all the same, and the guardian or asking again finishes it.
pub async fn turn_off(platform: &Platform, household: HouseholdId) -> Result<TurnedOff, Error> {
    saga::run_to_the_end(platform, TurningOff::asked(household)).await
}

impl TurningOff {
    /// A turning off that is asked for.
    #[must_use]
    pub const fn asked(household: HouseholdId) -> Self {
        Self::TurnOff(household)
    }
}

impl Flow for TurningOff {
    const SAGA: &'static Saga = &TURNING_OFF;
    type Done = TurnedOff;

    fn step(&self) -> usize {
        match self {
            Self::TurnOff(_) => 0,
            Self::Finish(following) => 1 + following.finishing.step(),
        }
    }

    async fn take(self, platform: &Platform) -> Result<Turn<Self>, Error> {
        match self {
            Self::TurnOff(household) => {
                let (begun, word) = Begun::now(
                    platform,
                    household,
                    EndingScope::Everything,
                    RevocationReason::Disabled,
                )?;
                let consent = change_consent_with(platform, household, &[word], off).await?;
                let finishing = Finishing::of(vec![begun]);
                let following = Box::new(Following { consent, finishing });
                Ok(Turn::Next(Self::Finish(following)))
            }
            Self::Finish(following) => {
                let Following { consent, finishing } = *following;
                Ok(match finishing.take(platform).await? {
                    ControlFlow::Continue(finishing) => {
                        Turn::Next(Self::Finish(Box::new(Following { consent, finishing })))
                    }
                    ControlFlow::Break(ended) => Turn::Done(TurnedOff {
                        preferences: consent.view(),
                        revoked: ended.revoked,
                        closing: ended.closing,
                    }),
                })
            }
        }
    }
}

fn off(consent: &Consent) -> Result<Option<(Consent, Option<HouseholdEvent>)>, Error> {
    if !consent.enabled {
        return Ok(None);
    }
    let off = consent.changed(|consent| consent.enabled = false);
    Ok(Some((off, Some(HouseholdEvent::TurnedOff))))
}
