//! The household: turning off and on, pausing, refusing, losing the door to another (`households/turn_off.rs`, `ending.rs`,
//! `refuse.rs`, `links/choose.rs`).

use postern_core::promises::{Guard, Promise};

use crate::{
    action::{Action, By},
    model::Delivery,
    step::{Step, TakenBack},
    values::{at, household},
    world::{Errand, World},
};

impl Delivery {
    pub(crate) fn households_actions(&self, world: &World, actions: &mut Vec<Action>) {
        match world.errand {
            Some(Errand::Revoking(_)) => actions.push(Action::Revoke),
            Some(Errand::Waiting) if !self.waits(world) => actions.push(Action::Answer),
            Some(Errand::Waiting) | None => {}
        }
        if world.errand.is_some() {
            if world.left.crashes > 0 {
                actions.push(Action::CrashErrand);
            }
        } else if world.left.wishes > 0 {
            self.wishes_actions(world, actions);
        }
    }

    fn wishes_actions(&self, world: &World, actions: &mut Vec<Action>) {
        let wishes = self.bounds.wishes;
        let grant = self.rules.grant(world.grant);
        let over = grant.state.is_end();
        if wishes.off && !over {
            actions.push(Action::Begin(TakenBack::Off));
        }
        if wishes.off && !world.agreed.enabled && world.claim {
            actions.push(Action::TurnOn);
        }
        if wishes.pause && world.agreed.enabled && !over {
            actions.push(Action::Pause);
        }
        if wishes.refuse && !over {
            actions.push(Action::Begin(TakenBack::Refused));
            if grant.is_households(household(false), &self.rules.limits) {
                actions.push(Action::StrangerRefuses);
            }
        }
        if wishes.take_over && self.would(world, Step::TakeOver).is_something() {
            let (step, by) = (Step::TakeOver, By::Household);
            actions.push(Action::Note { step, by });
        }
        if wishes.lose_door && world.claim && !over {
            actions.push(Action::Begin(TakenBack::DoorLost));
        }
    }

    /// Whether whoever took the right back still waits for an open that may leave.
    fn waits(&self, world: &World) -> bool {
        let limits = &self.rules.limits;
        let may_leave = self
            .rules
            .grant(world.grant)
            .open_may_leave(at(world.now), limits);
        limits.stands(Guard::OffWaits) && may_leave
    }

    pub(crate) fn begin(&self, world: &mut World, why: TakenBack) {
        world.left.wishes -= 1;
        world.errand = Some(Errand::Revoking(why));
        match why {
            TakenBack::Off if world.agreed.enabled => world.agreed.change(|agreed| agreed.enabled = false),
            TakenBack::Off => {}
            TakenBack::Refused => self.revoke(world),
            TakenBack::DoorLost => {
                world.claim = false;
                world.agreed.change(|agreed| agreed.enabled = false);
            }
        }
    }

    pub(crate) fn revoke(&self, world: &mut World) {
        if let Some(Errand::Revoking(why)) = world.errand {
            self.note(world, Step::Revoke(why));
            world.errand = Some(Errand::Waiting);
        }
    }

    pub(crate) fn turn_on(&self, world: &mut World) {
        world.left.wishes -= 1;
        world.agreed.change(|agreed| agreed.enabled = true);
    }

    pub(crate) fn pause(&self, world: &mut World) {
        world.left.wishes -= 1;
        let until = world.now + 2;
        world.agreed.change(|agreed| agreed.paused_until = until);
    }

    pub(crate) fn stranger_refuses(&self, world: &mut World) -> Option<()> {
        world.left.wishes -= 1;
        world.truth.breaks(Promise::TenantsApart);
        self.note(world, Step::Revoke(TakenBack::Refused))
            .is_something()
            .then_some(())
    }
}
