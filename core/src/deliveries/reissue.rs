//! Letting the driver back in: a further code, minted in the transaction that says so.

use postern_contract::{carrier::Reissue, delivery::DeliveryView, ids::DeliveryId};

use super::{answer::Idempotent, ask::ask};
use crate::{
    Error, Platform,
    grant::Command,
    saga::{self, Flow, Part, Saga, Step, Turn},
};

/// The one step of a reissue.
pub static REISSUING: Saga = Saga {
    name: "reissuing",
    steps: &[Step {
        name: "reissue",
        part: Part::Intent,
        if_cut_off: "Either nothing has happened, or a further code lies ready; the guardian takes it back when nobody uses it.",
    }],
};

/// A reissue under way.
pub struct Reissuing {
    caller: Idempotent,
    delivery: DeliveryId,
    body: Reissue,
}

/// The driver has to go back in.
///
/// # Errors
/// See [`Error`]; a refusal by the grant is [`Error::Refused`].
pub async fn reissue(
    platform: &Platform,
    caller: &Idempotent,
    delivery: DeliveryId,
    body: Reissue,
) -> Result<DeliveryView, Error> {
    saga::run(platform, Reissuing::asked(caller.clone(), delivery, body)).await
}

impl Reissuing {
    /// A reissue that is asked for.
    #[must_use]
    pub const fn asked(caller: Idempotent, delivery: DeliveryId, body: Reissue) -> Self {
        Self {
            caller,
            delivery,
            body,
        }
    }
}

impl Flow for Reissuing {
    const SAGA: &'static Saga = &REISSUING;
    type Done = DeliveryView;

    fn step(&self) -> usize {
        0
    }

    async fn take(self, platform: &Platform) -> Result<Turn<Self>, Error> {
        let command = || Command::Reissue {
            driver: self.body.driver.clone(),
        };
        ask(platform, &self.caller, self.delivery, command)
            .await
            .map(Turn::Done)
    }
}
