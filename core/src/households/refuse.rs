//! Refusing one delivery.

use postern_contract::{
    delivery::{DeliveryView, RevocationReason},
    ids::{DeliveryId, HouseholdId},
};

use crate::{
    Error, Platform, deliveries,
    endings::until_no_open_can_leave,
    grant::{Grant, Viewer},
    saga::{self, Flow, Part, Saga, Step, Turn},
};

/// The steps of a refusal.
pub static REFUSING: Saga = Saga {
    name: "refusing",
    steps: &[
        Step {
            name: "take the right back",
            part: Part::Intent,
            if_cut_off: "Either nothing has happened, or no open is decided any more, and the guardian closes a door in use.",
        },
        Step {
            name: "wait for an open on its way",
            part: Part::Wait,
            if_cut_off: "No open is decided any more; nobody was answered.",
        },
    ],
};

/// A refusal under way.
pub enum Refusing {
    /// The right is to be taken back.
    TakeBack(HouseholdId, DeliveryId),
    /// An open that may be on its way is to be waited for.
    Wait(Box<Grant>),
}

/// Takes the right back from one delivery. When it returns, no open of it can leave; a door in use is closed and watched. Refusing
/// what is refused, or has ended, changes nothing. Runs to its end even when the caller hangs up.
///
/// # Errors
/// [`Error::NotFound`] also for another household's; [`Error::Store`], [`Error::Contended`].
pub async fn refuse(
    platform: &Platform,
    household: HouseholdId,
    delivery: DeliveryId,
) -> Result<DeliveryView, Error> {
    saga::run_to_the_end(platform, Refusing::asked(household, delivery)).await
}

impl Refusing {
    /// A refusal that is asked for.
    #[must_use]
    pub const fn asked(household: HouseholdId, delivery: DeliveryId) -> Self {
        Self::TakeBack(household, delivery)
    }
}

impl Flow for Refusing {
    const SAGA: &'static Saga = &REFUSING;
    type Done = DeliveryView;

    fn step(&self) -> usize {
        match self {
            Self::TakeBack(..) => 0,
            Self::Wait(_) => 1,
        }
    }

    async fn take(self, platform: &Platform) -> Result<Turn<Self>, Error> {
        match self {
            Self::TakeBack(household, delivery) => {
                deliveries::get_of_household(platform, household, delivery).await?;
                let revoked = deliveries::revoke(platform, delivery, RevocationReason::Refused).await?;
                Ok(Turn::Next(Self::Wait(Box::new(revoked))))
            }
            Self::Wait(grant) => {
                let grant = until_no_open_can_leave(platform, *grant).await?;
                Ok(Turn::Done(grant.view(Viewer::Household)))
            }
        }
    }
}
