//! The carrier: its drivers tap open and close, and it asks for what moves no door (`deliveries/open.rs`, `close.rs`, `ask.rs`).

use postern_contract::delivery::GrantState;
use postern_core::promises::Promise;

use crate::{
    action::{Action, By},
    model::Delivery,
    rules::{GrantId, is_carriers},
    step::{Asked, Step},
    values::{Driver, Order, Tick, tick},
    world::{Flow, Sending, Way, World},
};

const DRIVERS: [Driver; 2] = [Driver(7), Driver(8)];
/// Refusals after which the household's wishes are read again.
const BY_CONSENT: [&str; 4] = [
    "delivery_disabled",
    "delivery_paused",
    "outside_hours",
    "carrier_not_allowed",
];

impl Delivery {
    pub(crate) fn carriers_actions(&self, world: &World, actions: &mut Vec<Action>) {
        let room = world.flows.len() < self.bounds.flows_max;
        let state = self.rules.grant(world.grant).state;
        for driver in DRIVERS.into_iter().take(world.drivers_met()) {
            let asked = Asked {
                driver,
                near: true,
                right_parcel: true,
            };
            if world.left.opens > 0 && room {
                let far = Asked { near: false, ..asked };
                let wrong = Asked {
                    right_parcel: false,
                    ..asked
                };
                let tap = |asked, own| Action::Tap { asked, own };
                let taps = [
                    tap(asked, true),
                    tap(far, true),
                    tap(wrong, true),
                    tap(asked, false),
                ];
                actions.extend(taps.into_iter().filter(|action| self.may_tap(world, *action)));
            }
            if world.left.closes > 0 && room && state == GrantState::Open {
                actions.push(Action::TapClose(driver));
            }
            if self.bounds.asks.reissue && world.left.asks > 0 && state == GrantState::Closed {
                let step = Step::Reissue(driver);
                let loaded = self.rules.with_policy(world.grant, world.agreed);
                if self.rules.ask(loaded, step, world.now, world.now).is_something() {
                    actions.push(Action::Note {
                        step,
                        by: By::Carrier,
                    });
                }
            }
        }
        let dispatch = (state == GrantState::Scheduled).then_some(Step::Dispatch);
        let asks = self.bounds.asks;
        let cancel = (asks.cancel && world.left.asks > 0).then_some(Step::Cancel);
        let complete = (asks.complete && world.left.asks > 0).then_some(Step::Complete);
        let (from, until) = self.another_window(world);
        let change = (asks.change && world.left.asks > 0).then_some(Step::Change(from, until));
        let doorstep = (asks.doorstep && world.left.asks > 0).then_some(Step::Doorstep);
        for step in [dispatch, change, cancel, doorstep, complete]
            .into_iter()
            .flatten()
        {
            if self.would(world, step).is_something() {
                for by in [By::Carrier, By::Stranger] {
                    if by == By::Carrier || self.is_let_in(world) {
                        actions.push(Action::Note { step, by });
                    }
                }
            }
        }
    }

    /// The window that the delivery has not now, of the two.
    fn another_window(&self, world: &World) -> (Tick, Tick) {
        if world.truth.window == self.bounds.window {
            self.bounds.other_window
        } else {
            self.bounds.window
        }
    }

    /// Whether another carrier's request finds the delivery.
    fn is_let_in(&self, world: &World) -> bool {
        is_carriers(&self.rules.grant(world.grant), false, &self.rules.limits)
    }

    fn may_tap(&self, world: &World, action: Action) -> bool {
        let Action::Tap { asked, own } = action else {
            return false;
        };
        (own || self.is_let_in(world)) && self.decided(world, asked).is_some()
    }

    pub(crate) fn tap(&self, world: &mut World, asked: Asked, own: bool) -> Option<()> {
        world.left.opens -= 1;
        if !own {
            world.truth.breaks(Promise::TenantsApart);
        }
        let flow = self.decided(world, asked)?;
        world.flows.push(flow);
        Some(())
    }

    /// A flow that loaded the grant and decided to open; none when it is refused. Refused by what the grant remembers of the
    /// household's wishes, it is judged again by what they are now.
    pub(crate) fn decided(&self, world: &World, asked: Asked) -> Option<Flow> {
        let step = Step::Open(Order(world.ordered + 1), asked);
        let by_consent = |code: &str| BY_CONSENT.contains(&code);
        let loaded = if self.would(world, step).refusal.is_some_and(by_consent) {
            self.rules.with_policy(world.grant, world.agreed)
        } else {
            world.grant
        };
        self.decided_about(world, loaded, asked)
    }

    /// A flow that decided to open about the grant as it was loaded; none when it is refused.
    pub(crate) fn decided_about(&self, world: &World, loaded: GrantId, asked: Asked) -> Option<Flow> {
        let step = Step::Open(Order(world.ordered + 1), asked);
        if !self.rules.ask(loaded, step, world.now, world.now).is_something() {
            return None;
        }
        let minted = self.rules.grant(loaded).codes_minted;
        let ready = world.code.filter(|code| code.number == minted)?;
        Some(Flow::Decided {
            asked,
            loaded,
            code: ready.number,
            at: world.now,
            fresh: true,
        })
    }

    pub(crate) fn tap_close(&self, world: &mut World, driver: Driver) -> Option<()> {
        let order = Order(world.ordered + 1);
        self.order_close(world, Step::Close(order, driver), order)?;
        world.left.closes -= 1;
        Some(())
    }

    /// Has a close decided and committed; the order is to be sent next.
    pub(crate) fn order_close(&self, world: &mut World, step: Step, order: Order) -> Option<()> {
        let decided = self.note(world, step);
        if !decided.is_something() {
            return None;
        }
        if decided.has("close_requested") {
            world.ordered = order.0;
            world.truth.recorded |= 1 << order.0;
            let grant = self.rules.grant(world.grant);
            let pending = grant.command.as_ref()?;
            world.flows.push(Flow::Sending(Sending {
                order,
                way: Way::Close,
                requested: tick(pending.requested_at),
                send_by: tick(pending.send_by),
                code: 0,
            }));
        }
        Some(())
    }

    pub(crate) fn noted(&self, world: &mut World, step: Step, by: By) -> Option<()> {
        match by {
            By::Stranger => world.truth.breaks(Promise::TenantsApart),
            By::Carrier if step != Step::Dispatch => world.left.asks -= 1,
            By::Guardian if step == Step::CannotSee => world.left.faults -= 1,
            By::Household => world.left.wishes -= 1,
            By::Carrier | By::Guardian => {}
        }
        if matches!(step, Step::Reissue(_) | Step::Dispatch | Step::Change(..)) {
            world.grant = self.rules.with_policy(world.grant, world.agreed);
        }
        self.note(world, step).is_something().then_some(())?;
        if let Step::Change(from, until) = step {
            world.truth.window = (from, until);
        }
        Some(())
    }
}
