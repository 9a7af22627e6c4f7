//! Carrying out an order: what every adapter does in the same steps, whatever its vendor's cloud speaks.
//!
//! The token's freshness is checked, the door is read, [`weigh_order`] judges, the opener's own bars are heeded, and then the order is
//! sent, once at most.

use async_trait::async_trait;
use postern_contract::adapter::{AdapterError, CommandAccepted, Disposition, DoorCloseInput, DoorOpenInput};
use postern_contract::door::{DoorReading, DoorState};
use postern_contract::ids::CommandId;
use postern_contract::text::DoorRef;
use tracing::info;

use crate::{CallContext, FRESHNESS_MARGIN, Step, Target, TokenSet, weigh_order};

/// An order as the platform gave it.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// The door.
    pub door: &'a DoorRef,
    /// Names the order in both sides' logs.
    pub command: CommandId,
    /// How the door may stand for the order to make sense.
    pub expected: &'a [DoorState],
    /// Which way.
    pub target: Target,
}

impl<'a> From<&'a DoorOpenInput> for Order<'a> {
    fn from(input: &'a DoorOpenInput) -> Self {
        Self {
            door: &input.door,
            command: input.command,
            expected: &input.expected,
            target: Target::Open,
        }
    }
}

impl<'a> From<&'a DoorCloseInput> for Order<'a> {
    fn from(input: &'a DoorCloseInput) -> Self {
        Self {
            door: &input.door,
            command: input.command,
            expected: &input.expected,
            target: Target::Closed,
        }
    }
}

/// A vendor's cloud, as far as an order needs it.
#[async_trait]
pub trait TakesOrders: Sync {
    /// A door as the cloud shows it.
    type Door: Send + Sync;

    /// Reads a door.
    ///
    /// # Errors
    /// Always `not_executed`.
    async fn look(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        door: &DoorRef,
    ) -> Result<(Self::Door, DoorReading), AdapterError>;

    /// Refuses what the opener would not honour.
    ///
    /// # Errors
    /// Always `not_executed`.
    fn check_permitted(&self, door: &Self::Door, target: Target) -> Result<(), AdapterError>;

    /// Sends the order, once at most, and says what the cloud made of it.
    ///
    /// # Errors
    /// `not_executed` only when the order has certainly not reached the door.
    async fn send(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        door: &Self::Door,
        target: Target,
    ) -> Result<Disposition, AdapterError>;
}

/// Checks, reads, judges, and then sends at most once.
///
/// # Errors
/// `credentials_expired` with nothing sent; those of [`weigh_order`]; those of the vendor. From the judging on they carry the reading.
pub async fn carry_out<V: TakesOrders>(
    vendor: &V,
    call: &CallContext,
    tokens: &TokenSet,
    order: Order<'_>,
) -> Result<CommandAccepted, AdapterError> {
    tokens.check_fresh(call.now(), FRESHNESS_MARGIN)?;
    let (door, before) = vendor.look(call, tokens, order.door).await?;
    if let Step::Answer(disposition) = weigh_order(order.target, &before, order.expected)? {
        info!(command = %order.command, ?disposition, "nothing to send");
        return Ok(CommandAccepted { disposition, before });
    }
    let sent = match vendor.check_permitted(&door, order.target) {
        Ok(()) => vendor.send(call, tokens, &door, order.target).await,
        Err(refusal) => Err(refusal),
    };
    match sent {
        Ok(disposition) => {
            info!(command = %order.command, ?disposition, "the cloud took the command");
            Ok(CommandAccepted { disposition, before })
        }
        Err(error) => Err(error.with_reading(before)),
    }
}
