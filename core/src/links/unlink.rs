//! Unlinking an opener.
//!
//! First the consent loses the delivery door, so that no code can be redeemed; then the grants end; and only when no door of the
//! link is in use are the credentials given back and forgotten, because nothing else could close that door.

use std::ops::ControlFlow;

use postern_contract::{
    customer::HouseholdEvent,
    delivery::RevocationReason,
    ids::{DoorId, HouseholdId, LinkId},
};

use crate::{
    Error, Platform,
    endings::{Begun, END_THE_GRANTS, FORGET_THE_WORD, Finishing, GIVE_LINKS_BACK, WAIT},
    household::EndingScope,
    households::{HouseholdRefusal, change_consent_with},
    saga::{self, Flow, Part, Saga, Step, Turn},
};

/// The steps of an unlinking.
pub static UNLINKING: Saga = Saga {
    name: "unlinking",
    steps: &[
        Step {
            name: "take the door away",
            part: Part::Intent,
            if_cut_off: "Either nothing has happened, or no code can be redeemed for the link's doors, and the ending is on record: \
                         the guardian ends the grants and the link.",
        },
        END_THE_GRANTS,
        WAIT,
        GIVE_LINKS_BACK,
        FORGET_THE_WORD,
    ],
};

/// An unlinking under way.
pub enum Unlinking {
    /// The word is to be put on record.
    TakeAway(HouseholdId, LinkId),
    /// What follows.
    Finish(Following),
}

/// What follows an unlinking that is on record.
pub struct Following(Finishing);

/// Ends a household's link. When it returns, no open through it can leave, and its credentials are forgotten. Runs to its end even
/// when the caller hangs up. Unlinking what is not there is [`Error::NotFound`].
///
/// # Errors
/// [`HouseholdRefusal::DoorBeingClosed`] while one of its doors is in use: the grants have ended, the door is being closed, and then
/// the guardian ends the link. [`Error::NotFound`] also for another household's; [`Error::Store`], [`Error::Contended`].
pub async fn unlink(platform: &Platform, household: HouseholdId, link: LinkId) -> Result<(), Error> {
    saga::run_to_the_end(platform, Unlinking::asked(household, link)).await
}

impl Unlinking {
    /// An unlinking that is asked for.
    #[must_use]
    pub const fn asked(household: HouseholdId, link: LinkId) -> Self {
        Self::TakeAway(household, link)
    }
}

impl Flow for Unlinking {
    const SAGA: &'static Saga = &UNLINKING;
    type Done = ();

    fn step(&self) -> usize {
        match self {
            Self::TakeAway(..) => 0,
            Self::Finish(Following(finishing)) => 1 + finishing.step(),
        }
    }

    async fn take(self, platform: &Platform) -> Result<Turn<Self>, Error> {
        match self {
            Self::TakeAway(household, link) => {
                let begun = take_away(platform, household, link).await?;
                Ok(Turn::Next(Self::Finish(Following(Finishing::of(vec![begun])))))
            }
            Self::Finish(Following(finishing)) => match finishing.take(platform).await? {
                ControlFlow::Continue(next) => Ok(Turn::Next(Self::Finish(Following(next)))),
                ControlFlow::Break(ended) if ended.waits => Err(HouseholdRefusal::DoorBeingClosed.into()),
                ControlFlow::Break(_) => Ok(Turn::Done(())),
            },
        }
    }
}

async fn take_away(platform: &Platform, household: HouseholdId, link: LinkId) -> Result<Begun, Error> {
    let (store, scope) = (&platform.store, EndingScope::Link { link });
    store.link(household, link).await?.ok_or(Error::NotFound)?;
    let doors = store.doors_of(household).await?;
    let reached: Vec<DoorId> = doors
        .iter()
        .filter(|door| door.doc.link == link)
        .map(|door| door.doc.id)
        .collect();
    let (begun, word) = Begun::now(platform, household, scope, RevocationReason::Unlinked)?;
    change_consent_with(platform, household, &[word], |consent| {
        let is_chosen = consent
            .delivery_door
            .is_some_and(|chosen| reached.contains(&chosen.door));
        if !is_chosen {
            return Ok(None);
        }
        let without = consent.changed(|consent| {
            consent.delivery_door = None;
            consent.enabled = false;
        });
        let turned_off = consent.enabled.then_some(HouseholdEvent::TurnedOff);
        Ok(Some((without, turned_off)))
    })
    .await?;
    Ok(begun)
}
