//! How this vendor is read and told for an order.

use async_trait::async_trait;
use postern_adapter_sdk::{CallContext, TakesOrders, Target, TokenSet};
use postern_contract::adapter::{AdapterError, AdapterErrorKind, Disposition};
use postern_contract::door::DoorReading;
use postern_contract::text::DoorRef;
use postern_contract::unattended::UnattendedClose;

use crate::SmartThingsAdapter;
use crate::api::Seen;
use crate::door_id::DoorKey;
use crate::reading;
use crate::wire::Device;

/// A door as it was looked at for an order.
pub(crate) struct Looked {
    key: DoorKey,
    seen: Seen,
    /// What the device is, where it matters.
    device: Option<Device>,
}

/// An order on its way through [`carry_out`](postern_adapter_sdk::carry_out).
pub(crate) struct Orders<'a> {
    pub(crate) adapter: &'a SmartThingsAdapter,
    /// Whose door it is, where that is known.
    pub(crate) owner: Option<&'a str>,
    pub(crate) target: Target,
}

#[async_trait]
impl TakesOrders for Orders<'_> {
    type Door = Looked;

    async fn look(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        door: &DoorRef,
    ) -> Result<(Looked, DoorReading), AdapterError> {
        let key = DoorKey::from_ref(door)?;
        let api = &self.adapter.api;
        // Who made it decides whether it may be closed.
        let device = match self.target {
            Target::Closed => Some(api.device(call, tokens, &key.device).await?),
            Target::Open => None,
        };
        let asked = call.now();
        let seen = api.door(call, tokens, &key).await?;
        let reading = reading::reading(&seen.status, seen.health, asked);
        if let Some(owner) = self.owner {
            self.adapter.pace.keep(owner, door.as_str(), &reading);
        }
        Ok((Looked { key, seen, device }, reading))
    }

    /// What is not known to be permitted is refused here: the cloud would pass it on. So is what would be one call too many, as its
    /// refusal would leave in doubt whether the door moves.
    fn check_permitted(&self, door: &Looked, target: Target) -> Result<(), AdapterError> {
        let may_close = door.device.as_ref().is_some_and(|device| {
            let allowed = reading::unattended_close(device, &self.adapter.close_warnings);
            matches!(allowed, UnattendedClose::Allowed { .. })
        });
        if target == Target::Closed && !may_close {
            return Err(AdapterError::not_executed(
                AdapterErrorKind::DoorLockedOut,
                "nobody has said that the opener may be closed unattended; nothing was sent",
            ));
        }
        if door.seen.spent {
            return Err(AdapterError::not_executed(
                AdapterErrorKind::RateLimited,
                "the vendor answers no more calls about this door for now; nothing was sent",
            )
            .with_retry_after(door.seen.more_in_seconds));
        }
        Ok(())
    }

    async fn send(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        door: &Looked,
        target: Target,
    ) -> Result<Disposition, AdapterError> {
        // A reading has at least one capability.
        let capability = door
            .seen
            .status
            .door
            .first()
            .map_or("doorControl", |(capability, _)| capability);
        self.adapter
            .api
            .command(call, tokens, &door.key, capability, target)
            .await
    }
}
