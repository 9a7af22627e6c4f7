//! The true door and the vendor before it: time, orders carried out in time, late, twice or never, hands, and what is in the way.

use crate::{
    action::Action,
    bounds::LATE_OPEN,
    model::Delivery,
    steps::guardian::is_told_still,
    world::{Door, Due, InFlight, Stands, Way, World},
};

impl Delivery {
    pub(crate) fn doors_actions(&self, world: &World, actions: &mut Vec<Action>) {
        for order in 0..world.orders.len() {
            actions.push(Action::CarryOut { order, again: false });
            if world.left.doubles > 0 {
                actions.push(Action::CarryOut { order, again: true });
            }
        }
        if world.left.hands > 0 {
            match world.door.stands {
                Stands::Open => actions.push(Action::ByHand(Way::Close)),
                Stands::Closed => actions.push(Action::ByHand(Way::Open)),
                Stands::Opening | Stands::Closing => {}
            }
        }
        if world.door.blocked {
            actions.push(Action::Clear);
        } else if world.left.blocks > 0 && world.door.stands != Stands::Closed {
            actions.push(Action::Block);
        }
    }

    pub(crate) fn tick(&self, world: &mut World) {
        world.now += 1;
        let now = world.now;
        match world.door.stands {
            Stands::Opening => world.stand(Stands::Open),
            Stands::Closing if world.door.blocked => {
                world.truth.stops += 1;
                world.stand(Stands::Open);
            }
            Stands::Closing => world.stand(Stands::Closed),
            Stands::Open | Stands::Closed => {}
        }
        world.orders.retain(|order| now <= order.left + LATE_OPEN);
        let within = self.bounds.told_within;
        world.sights.retain(|seen| is_told_still(*seen, now, within));
    }

    pub(crate) fn carry_out(&self, world: &mut World, at: usize, again: bool) {
        let order = world.orders[at];
        if again {
            world.left.doubles -= 1;
        } else {
            world.orders.remove(at);
        }
        let InFlight { way, requested, .. } = order;
        match (way, world.door.stands) {
            (Way::Open, Stands::Closed | Stands::Closing) => {
                let due = if self.is_in_time(world, requested) {
                    Due::InTime
                } else {
                    Due::Late
                };
                if world.door.stands == Stands::Closed {
                    world.truth.stops = 0;
                }
                world.truth.ours = Some(due);
                world.stand(Stands::Opening);
            }
            (Way::Close, Stands::Open) => world.stand(Stands::Closing),
            (Way::Open, Stands::Opening | Stands::Open)
            | (Way::Close, Stands::Closed | Stands::Opening | Stands::Closing) => {}
        }
    }

    pub(crate) fn by_hand(&self, world: &mut World, way: Way) {
        world.left.hands -= 1;
        match way {
            Way::Open => world.stand(Stands::Open),
            Way::Close => world.stand(Stands::Closed),
        }
    }
}

impl World {
    /// The door comes to stand so, now.
    fn stand(&mut self, stands: Stands) {
        let closed = stands == Stands::Closed;
        self.door = Door {
            stands,
            blocked: self.door.blocked && !closed,
            since: self.now,
        };
        if closed {
            self.truth.closed_since = true;
            self.truth.ours = None;
            self.truth.movement_told = false;
        }
    }
}
