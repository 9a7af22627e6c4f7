//! The guardian: it notes what is over, reads the door, and closes it (`guardian/chores.rs`). It may look late, twice, for nothing,
//! or never; what it chose to do may be out of date by the time it is done.

use postern_contract::delivery::GrantState;
use postern_core::grant::Chore;

use crate::{
    action::{Action, By},
    model::Delivery,
    step::{Step, TakenBack},
    values::{Order, Seen, Tick, tick},
    world::World,
};

const NOTES: [Step; 6] = [
    Step::Arm,
    Step::Expire,
    Step::Lapse,
    Step::LapseReissue,
    Step::CompleteByGuardian,
    Step::LetGo,
];
/// How far ahead the clock of a lying observer runs.
const FAR_AHEAD: Tick = 40;

impl Delivery {
    pub(crate) fn guardians_actions(&self, world: &World, actions: &mut Vec<Action>) {
        let grant = self.rules.grant(world.grant);
        let finish = grant.revocation.map(|_| Step::Revoke(TakenBack::Refused));
        let finish = grant.doorstep.as_ref().map_or(finish, |_| Some(Step::Doorstep));
        let cannot_see = (world.left.faults > 0).then_some(Step::CannotSee);
        for step in NOTES.into_iter().chain(finish).chain(cannot_see) {
            if self.would(world, step).is_something() {
                let by = By::Guardian;
                actions.push(Action::Note { step, by });
            }
        }
        let seen = world.door.seen(world.now, self.bounds.tells_changes);
        if self.would(world, Step::Observe(seen)).is_something() {
            actions.push(Action::Look);
        }
        let room = world.sights.len() < self.bounds.sights_max;
        let matters = !grant.state.is_end() && grant.state != GrantState::Scheduled;
        if room && matters {
            for ahead in [false, true] {
                let left = if ahead { world.left.lies } else { world.left.sights };
                if left > 0 && !world.sights.contains(&stamped(seen, ahead)) {
                    actions.push(Action::Observe { ahead });
                }
            }
        }
        for (at, sight) in world.sights.iter().enumerate() {
            if self.would(world, Step::Observe(*sight)).is_something() {
                actions.push(Action::Tell(at));
            }
        }
        let due = self.rules.chore(world.grant, world.now);
        let close_is_due = matches!(due, Some((at, Chore::CloseDoor)) if tick(at) <= world.now);
        if close_is_due && world.flows.len() < self.bounds.flows_max {
            actions.push(Action::GuardianCloses);
        }
    }

    pub(crate) fn look(&self, world: &mut World) {
        let seen = world.door.seen(world.now, self.bounds.tells_changes);
        self.note(world, Step::Observe(seen));
    }

    pub(crate) fn observe(&self, world: &mut World, ahead: bool) {
        let left = if ahead {
            &mut world.left.lies
        } else {
            &mut world.left.sights
        };
        *left -= 1;
        let seen = world.door.seen(world.now, self.bounds.tells_changes);
        world.sights.push(stamped(seen, ahead));
    }

    /// A reading may be told again, until it is too old to be told at all.
    pub(crate) fn tell(&self, world: &mut World, at: usize) -> Option<()> {
        let sight = world.sights[at];
        self.note(world, Step::Observe(sight))
            .is_something()
            .then_some(())
    }

    pub(crate) fn guardian_closes(&self, world: &mut World) -> Option<()> {
        let order = Order(world.ordered + 1);
        self.order_close(world, Step::CloseByGuardian(order), order)
    }
}

const fn stamped(seen: Seen, ahead: bool) -> Seen {
    if ahead {
        Seen {
            observed: seen.observed + FAR_AHEAD,
            ..seen
        }
    } else {
        seen
    }
}

/// Whether a reading is still told at `now`.
pub(super) const fn is_told_still(seen: Seen, now: Tick, within: Tick) -> bool {
    let observed = if seen.observed >= FAR_AHEAD {
        seen.observed - FAR_AHEAD
    } else {
        seen.observed
    };
    now <= observed + within
}
