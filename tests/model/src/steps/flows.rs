//! Flows in the middle: the redeeming transaction, the order on its way, and the word that is recorded (`deliveries/open.rs`,
//! `send.rs`).

use postern_core::promises::{Guard, Promise};

use crate::{
    action::Action,
    model::Delivery,
    step::{Asked, Step, Word},
    values::{Order, tick},
    world::{Code, Due, Flow, InFlight, Sending, Stands, Way, World},
};

impl Delivery {
    pub(crate) fn flows_actions(&self, world: &World, actions: &mut Vec<Action>) {
        for (at, flow) in world.flows.iter().enumerate() {
            if at > 0 && world.flows[at - 1] == *flow {
                continue;
            }
            if world.left.crashes > 0 {
                actions.push(Action::Crash(at));
            }
            match *flow {
                Flow::Decided { .. } => actions.push(Action::Redeem(at)),
                Flow::Sending(sending) => self.sendings_actions(world, at, sending, actions),
                Flow::Waiting { order, doubled, .. } => {
                    actions.push(Action::Settle(at, Word::Taken));
                    if world.left.faults > 0 {
                        actions.push(Action::Settle(at, Word::Unknown));
                    }
                    if doubled && self.heard_of(world, order) {
                        actions.push(Action::Settle(at, Word::NotAsExpected));
                    }
                }
                Flow::Heard { word, .. } => actions.push(Action::Settle(at, word)),
            }
        }
    }

    fn sendings_actions(&self, world: &World, at: usize, sending: Sending, actions: &mut Vec<Action>) {
        if world.now >= sending.send_by + self.bounds.skew {
            actions.push(Action::Refused(at, Word::Offline));
            return;
        }
        actions.push(Action::Leave(at));
        if world.left.doubles > 0 && sending.way == Way::Open {
            actions.push(Action::LeaveTwice(at));
        }
        if world.left.faults > 0 {
            actions.push(Action::Refused(at, Word::Offline));
        }
        match (sending.way, world.door.stands) {
            (Way::Open, Stands::Closed) => {}
            (Way::Close, Stands::Closed) => {
                let seen = world.door.seen(world.now, self.bounds.tells_changes);
                actions.push(Action::Refused(at, Word::AlreadyThere(seen)));
            }
            (Way::Close, Stands::Open) if world.door.blocked => {
                actions.push(Action::Refused(at, Word::Obstructed));
            }
            (Way::Close, Stands::Open) => {}
            _ => actions.push(Action::Refused(at, Word::NotAsExpected)),
        }
    }

    pub(crate) fn redeem(&self, world: &mut World, at: usize) {
        let Flow::Decided {
            asked,
            loaded,
            code,
            at: decided_at,
            fresh,
        } = world.flows.remove(at)
        else {
            return;
        };
        let order = Order(world.ordered + 1);
        let step = Step::Open(order, asked);
        let decided = self.rules.ask(loaded, step, decided_at, world.now);
        let before = self.rules.grant(loaded);
        if self.stands(Guard::IntentOnRecord) {
            let unredeemed = Code {
                number: before.codes_minted,
                redeemed: false,
            };
            let faster = self.stands(Guard::NobodyWasFaster) && !fresh;
            let used = self.stands(Guard::CodeRedeemedOnce) && world.code != Some(unredeemed);
            if faster || used {
                world.flows.extend(self.decided(world, asked));
                return;
            }
            let version = u64::from(world.agreed.version);
            let judged = world.agreed.enabled && before.policy.consent.version == version;
            if self.stands(Guard::ConsentUnchanged) && !judged {
                // It is judged again by what the household agrees to now.
                let now_agreed = self.rules.with_policy(world.grant, world.agreed);
                world.flows.extend(self.decided_about(world, now_agreed, asked));
                return;
            }
            if self.stands(Guard::DoorStillTheirs) && !world.claim {
                return;
            }
            self.witness_redeeming(world, asked);
            self.commit(world, loaded, &decided);
            if self.stands(Guard::CodeRedeemedOnce) {
                world.code = world.code.map(|code| Code {
                    redeemed: true,
                    ..code
                });
            }
            world.truth.recorded |= 1 << order.0;
            world.truth.driver = world.truth.driver.or(Some(asked.driver));
        }
        world.ordered = order.0;
        let after = self.rules.grant(decided.grant);
        let Some(pending) = after.command.as_ref() else {
            return;
        };
        world.flows.push(Flow::Sending(Sending {
            order,
            way: Way::Open,
            requested: tick(pending.requested_at),
            send_by: tick(pending.send_by),
            code,
        }));
    }

    /// What the promises ask of an open at the moment at which its code is redeemed.
    fn witness_redeeming(&self, world: &mut World, asked: Asked) {
        let driver = world.truth.driver.is_none_or(|first| first == asked.driver);
        let at_the_door = asked.near && asked.right_parcel && driver;
        let wanted = world.agreed.covers(world.now) && world.claim && !world.truth.taken_back;
        if !(at_the_door && wanted) {
            world.truth.breaks(Promise::RightHolds);
        }
        let on_its_way = world
            .orders
            .iter()
            .any(|order| order.opens() && self.is_in_time(world, order.requested));
        let moved = world.truth.ours == Some(Due::InTime);
        if on_its_way || moved {
            world.truth.breaks(Promise::NoBlindRepeat);
        }
    }

    /// Whether a door that is told to move at `requested` may be expected to move still.
    pub(crate) fn is_in_time(&self, world: &World, requested: crate::values::Tick) -> bool {
        crate::values::at(world.now) <= crate::values::at(requested) + self.rules.limits.open_settle
    }

    pub(crate) fn leave(&self, world: &mut World, at: usize, doubled: bool) {
        let Flow::Sending(sending) = world.flows.remove(at) else {
            return;
        };
        let Sending {
            order,
            way,
            requested,
            code,
            ..
        } = sending;
        if world.truth.recorded & (1 << order.0) == 0 {
            world.truth.breaks(Promise::IntentFirst);
        }
        match way {
            Way::Open => self.witness_leaving(world, code),
            Way::Close if world.truth.stops >= 2 => world.truth.breaks(Promise::ClosedOrTold),
            Way::Close => {}
        }
        world.orders.push(InFlight {
            order,
            way,
            requested,
            left: world.now,
        });
        world.flows.push(Flow::Waiting { order, way, doubled });
    }

    /// What the promises ask of an open at the moment at which it leaves.
    fn witness_leaving(&self, world: &mut World, code: u32) {
        if world.truth.codes_sent & (1 << code) != 0 {
            world.truth.breaks(Promise::OpensOnce);
        }
        world.truth.codes_sent |= 1 << code;
        let (starts, ends) = world.truth.window;
        let inside = starts <= world.now && world.now < ends + self.bounds.skew;
        if !inside || world.truth.answered {
            world.truth.breaks(Promise::RightHolds);
        }
    }

    pub(crate) fn refused(&self, world: &mut World, at: usize, word: Word) {
        let Flow::Sending(sending) = world.flows.remove(at) else {
            return;
        };
        let in_time = world.now < sending.send_by + self.bounds.skew;
        if word == Word::Offline && in_time {
            world.left.faults -= 1;
        }
        world.flows.push(Flow::Heard {
            order: sending.order,
            way: sending.way,
            word,
        });
    }

    pub(crate) fn settle(&self, world: &mut World, at: usize, word: Word) {
        let flow = world.flows.remove(at);
        let (Flow::Waiting { order, .. } | Flow::Heard { order, .. }) = flow else {
            return;
        };
        if word == Word::Unknown {
            world.left.faults -= 1;
        }
        self.note(world, Step::Settle(order, word));
    }
}
