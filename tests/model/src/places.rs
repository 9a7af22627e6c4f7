//! Places worth coming to: without them an exploration that finds nothing wrong would say nothing.

use postern_contract::delivery::{Attention, GrantState};
use postern_core::grant::Grant;

use crate::{
    model::Delivery,
    values::tick,
    world::{Due, Stands, World},
};

/// A kind of state that a configuration is known to come to.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Its name.
    pub name: &'static str,
    /// Whether a state is of that kind.
    pub is_here: fn(&Delivery, &World) -> bool,
}

macro_rules! places {
    ($($(#[$doc:meta])* $name:ident = $words:literal: |$grant:ident, $world:ident| $here:expr;)*) => {$(
        $(#[$doc])*
        pub const $name: Place = Place {
            name: $words,
            is_here: |model, $world| {
                let $grant: &Grant = &model.rules.grant($world.grant);
                let _ = &$world;
                $here
            },
        };
    )*};
}

places! {
    /// Opened by order.
    OPENED = "opened": |grant, world| grant.state == GrantState::Open && world.truth.ours.is_some();
    /// Closed after it was opened.
    CLOSED = "closed": |grant, _world| grant.state == GrantState::Closed;
    /// Completed.
    COMPLETED = "completed": |grant, _world| grant.state == GrantState::Completed;
    /// Cancelled.
    CANCELLED = "cancelled": |grant, _world| grant.state == GrantState::Cancelled;
    /// Expired.
    EXPIRED = "expired": |grant, _world| grant.state == GrantState::Expired;
    /// Revoked.
    REVOKED = "revoked": |grant, _world| grant.state == GrantState::Revoked;
    /// The right was taken back while the door stood open.
    REVOKED_WHILE_OPEN = "revoked while open": |grant, world| {
        grant.revocation.is_some() && grant.state == GrantState::Open && world.door.stands == Stands::Open
    };
    /// The right was taken back while an order to open might still be carried out late.
    REVOKED_IN_DOUBT = "revoked in doubt": |grant, _world| {
        grant.revocation.is_some() && grant.state == GrantState::Armed && grant.watched()
    };
    /// The household was answered, and the door was opened for it just before.
    ANSWERED_WHILE_OPEN = "answered while open": |_grant, world| {
        world.truth.answered && world.truth.ours.is_some()
    };
    /// Nobody knew what became of an order.
    UNKNOWN = "outcome unknown": |grant, _world| grant.attention == Some(Attention::OutcomeUnknown);
    /// Nothing was heard of the door.
    UNREACHABLE = "door unreachable": |grant, _world| grant.attention == Some(Attention::DoorUnreachable);
    /// Something stood in the way.
    OBSTRUCTED = "obstructed": |grant, _world| grant.attention == Some(Attention::Obstructed);
    /// Left open, and told.
    LEFT_OPEN = "left open": |grant, _world| grant.attention == Some(Attention::DoorLeftOpen);
    /// An open came late, and the guardian caught it.
    LATE_CAUGHT = "late open caught": |grant, world| {
        grant.state == GrantState::Open && world.truth.ours == Some(Due::Late)
    };
    /// A late open moved a door that was already given a fresh code.
    LATE_AFTER_FRESH_CODE = "late open after a fresh code": |grant, world| {
        grant.state == GrantState::Armed && world.truth.ours == Some(Due::Late) && grant.codes_minted > 1
    };
    /// Two closes were stopped: there is no third.
    NO_THIRD = "third close refused": |grant, world| {
        world.truth.stops >= 2 && grant.stopped_closes >= 2 && grant.state == GrantState::Open
    };
    /// A second order after the first did nothing.
    TRIED_AGAIN = "tried again": |_grant, world| world.truth.codes_sent.count_ones() > 1;
    /// The driver was let back in.
    BACK_IN = "back in": |grant, world| grant.reissues > 0 && world.truth.ours.is_some();
    /// Two flows decided to open about the same grant.
    TWO_DECIDED = "two opens decided": |_grant, world| {
        world.flows.iter().filter(|flow| matches!(flow, crate::world::Flow::Decided { .. })).count() > 1
    };
    /// The parcels were left at the doorstep while an order to open might still be carried out.
    DOORSTEP_IN_DOUBT = "doorstep in doubt": |grant, _world| grant.doorstep.is_some() && grant.watched();
    /// The door opened after the parcels were left at the doorstep.
    DOORSTEP_WHILE_OPEN = "doorstep while open": |grant, world| {
        grant.doorstep.is_some() && grant.state == GrantState::Open && world.truth.ours.is_some()
    };
    /// The driver had been inside, and left the parcels at the doorstep all the same.
    DOORSTEP_AFTER_CLOSING = "doorstep after closing": |grant, _world| {
        grant.doorstep.is_some() && grant.was_closed() && grant.state == GrantState::Cancelled
    };
    /// The window was changed.
    CHANGED = "window changed": |grant, world| tick(grant.window.ends_at()) == world.truth.window.1 && world.truth.window.0 == 4;
    /// The window was changed while a flow had decided to open by the one before.
    CHANGED_WHILE_DECIDED = "window changed while an open was decided": |_grant, world| {
        world.truth.window.0 == 4
            && world.flows.iter().any(|flow| matches!(flow, crate::world::Flow::Decided { at, .. } if *at < 4))
    };
    /// Opened by order in the window that it was changed to.
    OPENED_IN_ANOTHER_WINDOW = "opened in another window": |grant, world| {
        grant.state == GrantState::Open && world.truth.window.0 == 4 && world.truth.ours.is_some()
    };
    /// The door moved with nobody ordering it, and that was told.
    MOVED_UNORDERED = "moved unordered": |_grant, world| world.truth.movement_told;
}
