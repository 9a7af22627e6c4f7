//! Choosing the door that deliveries use, and with it claiming that door.
//!
//! A vendor's door belongs to one household at a time. Whoever shows, by a working link, that the door answers to them gets it: the
//! household that had it loses it in the same transaction, its consent included, so that no code of its deliveries can be redeemed
//! from then on. Its grants end at once, and its link too unless that reaches other doors or is still needed to close this one.

use std::ops::ControlFlow;

use postern_contract::{
    customer::{ChooseDoor, HouseholdDoor, HouseholdEvent},
    delivery::RevocationReason,
    ids::{DoorId, HouseholdId},
    unattended::DeliberateAct,
};

use super::doors::view;
use crate::{
    Error, Platform,
    consent::{ChosenDoor, Consent},
    deliveries::granted,
    endings::{self, Begun, END_THE_GRANTS, FORGET_THE_WORD, Finishing, GIVE_LINKS_BACK, WAIT},
    household::{EndingScope, HouseholdDoorRecord},
    households::{consent_of, happened, usable},
    saga::{self, Flow, Part, Saga, Step, Turn},
    store::{Condition, DoorClaim, Key, StoreError, Write},
};

/// How often it is tried when others were faster.
const TRIES_MAX: usize = 12;

/// The steps of choosing a door.
pub static CHOOSING: Saga = Saga {
    name: "choosing a door",
    steps: &[
        Step {
            name: "choose and claim",
            part: Part::Intent,
            if_cut_off: "Either nothing has happened, or the door is chosen and claimed, whoever had it has lost it and can redeem no \
                         code for it, and the endings are on record: the guardian ends the grants for other doors, and the loser's.",
        },
        END_THE_GRANTS,
        WAIT,
        GIVE_LINKS_BACK,
        FORGET_THE_WORD,
    ],
};

/// A choice under way.
pub enum Choosing {
    /// It is to be put on record.
    Choose(HouseholdId, ChooseDoor),
    /// What follows.
    Finish(Box<Following>),
}

/// A choice that is on record, and what follows from it.
pub struct Following {
    household: HouseholdId,
    door: HouseholdDoorRecord,
    finishing: Finishing,
}

/// Chooses the delivery door. Grants for another door end; when this returns, no open of theirs can leave. A door that may not be
/// opened or closed unattended can be chosen, but turns in-garage delivery off. Choosing what is chosen, in the same words, changes nothing.
/// Runs to its end even when the caller hangs up.
///
/// # Errors
/// [`Error::NotFound`] also for another household's door; [`Error::Store`], [`Error::Contended`].
pub async fn choose_door(
    platform: &Platform,
    household: HouseholdId,
    choice: ChooseDoor,
) -> Result<HouseholdDoor, Error> {
    saga::run_to_the_end(platform, Choosing::asked(household, choice)).await
}

impl Choosing {
    /// A choice that is asked for.
    #[must_use]
    pub const fn asked(household: HouseholdId, choice: ChooseDoor) -> Self {
        Self::Choose(household, choice)
    }
}

impl Flow for Choosing {
    const SAGA: &'static Saga = &CHOOSING;
    type Done = HouseholdDoor;

    fn step(&self) -> usize {
        match self {
            Self::Choose(..) => 0,
            Self::Finish(following) => 1 + following.finishing.step(),
        }
    }

    async fn take(self, platform: &Platform) -> Result<Turn<Self>, Error> {
        match self {
            Self::Choose(household, choice) => {
                // What an earlier choice took back must not take back what is agreed to from now on.
                endings::finish_all(platform, household).await?;
                let (door, begun) = choose_and_claim(platform, household, &choice).await?;
                Ok(Turn::Next(Self::Finish(Box::new(Following {
                    household,
                    door,
                    finishing: Finishing::of(begun),
                }))))
            }
            Self::Finish(following) => {
                let Following {
                    household,
                    door,
                    finishing,
                } = *following;
                match finishing.take(platform).await? {
                    ControlFlow::Continue(finishing) => Ok(Turn::Next(Self::Finish(Box::new(Following {
                        household,
                        door,
                        finishing,
                    })))),
                    ControlFlow::Break(_) => {
                        let consent = consent_of(platform, household).await?;
                        Ok(Turn::Done(view(door, &consent, platform.now())))
                    }
                }
            }
        }
    }
}

/// Reads, decides and commits until nobody was faster; answers what that takes back.
async fn choose_and_claim(
    platform: &Platform,
    household: HouseholdId,
    choice: &ChooseDoor,
) -> Result<(HouseholdDoorRecord, Vec<Begun>), Error> {
    for _ in 0..TRIES_MAX {
        let (stored, consent) = tokio::join!(
            platform.store.door(household, choice.door),
            consent_of(platform, household)
        );
        let (record, consent) = (stored?.ok_or(Error::NotFound)?.doc, consent?);
        let holder = platform.store.door_claim(&record.vendor, record.opener()).await?;
        let loser = match holder {
            Some(claim) if claim.household != household => Some(loss(platform, claim).await?),
            _ => None,
        };
        let scope = EndingScope::DoorsBut { door: record.id };
        let (begun, word) = Begun::now(platform, household, scope, RevocationReason::DoorChanged)?;
        let mut begun = vec![begun];
        let chosen = chosen(platform, &consent, choice);
        let mut writes = own_writes(platform, household, &record, &consent, chosen)?;
        writes.push(word);
        let claim = DoorClaim {
            household,
            door: record.id,
        };
        if holder != Some(claim) {
            writes.push(Write::claim_door(&record.vendor, record.opener(), claim, holder));
        }
        if let Some(loss) = &loser {
            writes.extend(loss_writes(platform, loss)?);
            let scope = EndingScope::Door {
                door: loss.door,
                link: loss.record.as_ref().map(|record| record.link),
            };
            let reason = RevocationReason::DoorTransferred;
            let (lost, word) = Begun::now(platform, loss.household, scope, reason)?;
            begun.push(lost);
            writes.push(word);
        }
        match platform.store.transact(writes).await {
            Ok(()) => return Ok((record, begun)),
            Err(StoreError::ConditionFailed { .. } | StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Contended)
}

/// The choice as it is kept. The moment of a deliberate act that stands already is kept with it.
fn chosen(platform: &Platform, consent: &Consent, choice: &ChooseDoor) -> ChosenDoor {
    let before = consent.delivery_door.filter(|before| {
        before.door == choice.door
            && before.sectional == choice.door_is_sectional
            && before.unattended_close.is_some() == choice.allow_unattended_close
    });
    before.unwrap_or_else(|| ChosenDoor {
        door: choice.door,
        sectional: choice.door_is_sectional,
        unattended_close: choice
            .allow_unattended_close
            .then(|| DeliberateAct { at: platform.now() }),
    })
}

fn own_writes(
    platform: &Platform,
    household: HouseholdId,
    record: &HouseholdDoorRecord,
    consent: &Consent,
    chosen: ChosenDoor,
) -> Result<Vec<Write>, StoreError> {
    // The door may be unlinked at this very moment.
    let mut writes = vec![Write::check(Key::Door(household, record.id), Condition::Present)];
    if consent.delivery_door == Some(chosen) {
        return Ok(writes);
    }
    let stays_on = consent.enabled && usable(&granted(record.clone(), chosen)).is_ok();
    let changed = consent.changed(|consent| {
        consent.delivery_door = Some(chosen);
        consent.enabled = stays_on;
    });
    writes.push(Write::put_consent(household, &changed, Some(consent.version))?);
    writes.push(happened(
        platform,
        household,
        HouseholdEvent::DoorChosen { door: chosen.door },
    )?);
    if consent.enabled && !stays_on {
        writes.push(happened(platform, household, HouseholdEvent::TurnedOff)?);
    }
    Ok(writes)
}

/// A household that loses a door, as it was found.
struct Loss {
    household: HouseholdId,
    door: DoorId,
    record: Option<HouseholdDoorRecord>,
    consent: Consent,
}

async fn loss(platform: &Platform, claim: DoorClaim) -> Result<Loss, Error> {
    let (stored, consent) = tokio::join!(
        platform.store.door(claim.household, claim.door),
        consent_of(platform, claim.household)
    );
    Ok(Loss {
        household: claim.household,
        door: claim.door,
        record: stored?.map(|stored| stored.doc),
        consent: consent?,
    })
}

fn loss_writes(platform: &Platform, loss: &Loss) -> Result<Vec<Write>, StoreError> {
    let event = HouseholdEvent::DoorLost { door: loss.door };
    let mut writes = vec![
        Write::delete(Key::Door(loss.household, loss.door)),
        happened(platform, loss.household, event)?,
    ];
    if loss
        .consent
        .delivery_door
        .is_some_and(|chosen| chosen.door == loss.door)
    {
        let off = loss.consent.changed(|consent| {
            consent.delivery_door = None;
            consent.enabled = false;
        });
        writes.push(Write::put_consent(
            loss.household,
            &off,
            Some(loss.consent.version),
        )?);
        if loss.consent.enabled {
            writes.push(happened(platform, loss.household, HouseholdEvent::TurnedOff)?);
        }
    }
    Ok(writes)
}
