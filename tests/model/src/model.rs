//! The model: where a path starts, what can happen next, and what every state must keep.

use std::sync::RwLock;

use postern_contract::{
    delivery::{GrantState, Progress},
    door::DoorState,
};
use postern_core::{
    grant::{Chore, Grant},
    promises::{Guard, Promise},
};
use stateright::{Model, Property};

use crate::{
    action::Action,
    bounds::{Bounds, Start},
    places::Place,
    properties,
    rules::{Decided, GrantId, Rules},
    runout::RunOut,
    step::{Asked, Step, Word},
    table::Table,
    values::{Agreed, Driver, Order, command, tick},
    world::{Broken, Code, Door, Due, Flow, InFlight, Stands, Truth, World},
};

/// One delivery, in every interleaving within its bounds.
pub struct Delivery {
    /// The rules that ship, under this configuration's limits.
    pub rules: Rules,
    /// How far it goes.
    pub bounds: Bounds,
    /// Where its paths are known to come.
    pub places: &'static [Place],
    pub(crate) run_outs: RwLock<Table<RunOut, Broken>>,
}

impl Delivery {
    /// The model within `bounds`, without some guards.
    #[must_use]
    pub fn new(bounds: Bounds, places: &'static [Place], without: &[Guard]) -> Self {
        Self {
            rules: Rules::new(bounds.limits(without)),
            bounds,
            places,
            run_outs: RwLock::default(),
        }
    }

    pub(crate) fn stands(&self, guard: Guard) -> bool {
        self.rules.limits.stands(guard)
    }

    fn start(&self) -> World {
        let mut world = World {
            now: 0,
            grant: self.rules.booked(self.bounds.window),
            code: None,
            agreed: Agreed::START,
            claim: true,
            door: Door {
                stands: Stands::Closed,
                blocked: false,
                since: 0,
            },
            flows: Vec::new(),
            orders: Vec::new(),
            sights: Vec::new(),
            errand: None,
            ordered: 0,
            left: self.bounds.left,
            truth: Truth {
                window: self.bounds.window,
                ..Truth::default()
            },
        };
        if self.bounds.start == Start::Booked {
            return world;
        }
        world.now = 1;
        self.note(&mut world, Step::Dispatch);
        if self.bounds.start == Start::Open {
            self.opened_in_due_order(&mut world);
        }
        world
    }

    /// The first driver opened, the vendor took the order, and the door was seen open.
    fn opened_in_due_order(&self, world: &mut World) {
        let driver = Driver(7);
        let asked = Asked {
            driver,
            near: true,
            right_parcel: true,
        };
        world.now = self.bounds.window.0;
        self.note(world, Step::Open(Order(1), asked));
        world.ordered = 1;
        world.code = world.code.map(|code| Code {
            redeemed: true,
            ..code
        });
        self.note(world, Step::Settle(Order(1), Word::Taken));
        world.now += 1;
        world.door = Door {
            stands: Stands::Open,
            blocked: false,
            since: world.now,
        };
        world.truth.codes_sent = 1 << 1;
        world.truth.recorded = 1 << 1;
        world.truth.driver = Some(driver);
        world.truth.ours = Some(Due::InTime);
        let seen = world.door.seen(world.now, self.bounds.tells_changes);
        self.note(world, Step::Observe(seen));
    }

    /// Has the grant on record take note of a step, as it is now.
    pub(crate) fn note(&self, world: &mut World, step: Step) -> Decided {
        let decided = self.rules.ask(world.grant, step, world.now, world.now);
        if decided.is_something() {
            self.commit(world, world.grant, &decided);
        }
        decided
    }

    /// What would come of a step now.
    pub(crate) fn would(&self, world: &World, step: Step) -> Decided {
        self.rules.ask(world.grant, step, world.now, world.now)
    }

    /// Commits what was decided about a grant as it was loaded.
    pub(crate) fn commit(&self, world: &mut World, loaded: GrantId, decided: &Decided) {
        let (before, after) = (self.rules.grant(loaded), self.rules.grant(decided.grant));
        world.grant = decided.grant;
        for flow in &mut world.flows {
            if let Flow::Decided { fresh, .. } = flow {
                *fresh = false;
            }
        }
        if after.code_ready && after.codes_minted > before.codes_minted {
            world.code = Some(Code {
                number: after.codes_minted,
                redeemed: false,
            });
            if self.rules.code_in_clear(after.codes_minted) {
                world.truth.breaks(Promise::SecretsKept);
            }
        }
        if decided.has("changed") && !after.code_ready {
            world.code = None;
        }
        if decided.leaks {
            world.truth.breaks(Promise::SecretsKept);
        }
        if decided.has("opened") {
            world.truth.closed_since = world.door.stands == Stands::Closed;
        }
        // By a reading that was true when it was taken. If an order comes late just then, the look after closing finds it.
        if decided.has("closed") && !world.truth.closed_since {
            world.truth.breaks(Promise::ClosedOrTold);
        }
        let taken_back = [
            "revocation_requested",
            "revoked",
            "doorstep_requested",
            "left_at_doorstep",
        ];
        world.truth.taken_back |= taken_back.into_iter().any(|event| decided.has(event));
        world.truth.movement_told |= decided.has("moved_unordered");
        world.truth.answered |= decided.has("cancelled") || decided.has("left_at_doorstep");
    }

    /// Whether the command under way is one of which something was heard.
    pub(crate) fn heard_of(&self, world: &World, order: Order) -> bool {
        let grant = self.rules.grant(world.grant);
        grant.command.as_ref().is_none_or(|pending| {
            pending.command != command(order) || pending.progress != Progress::Requested
        })
    }

    /// Whether nothing can come of this state any more.
    fn is_over(&self, world: &World) -> bool {
        let ended = self.rules.grant(world.grant).state.is_end();
        let still = world.flows.is_empty() && !world.orders.iter().any(InFlight::opens);
        ended && still && (world.left.opens == 0 || self.stands(Guard::NotOver))
    }

    /// What a state breaks by being what it is.
    fn judge(&self, world: &mut World) {
        if world.truth.broken.any() {
            return;
        }
        let grant = self.rules.grant(world.grant);
        if grant.state.is_end() && grant.attention.is_none() && world.open_and_untold() && !seen_last(&grant)
        {
            world.truth.breaks(Promise::ClosedOrTold);
        }
        let may_come = world.orders.iter().any(InFlight::opens);
        let given_up = grant.state == GrantState::Armed && !self.is_watching(world);
        if may_come && given_up {
            world.truth.breaks(Promise::NoBlindRepeat);
        }
        let run_out = self.run_out(world);
        world.truth.broken.add(run_out);
    }

    fn is_watching(&self, world: &World) -> bool {
        let due = self.rules.chore(world.grant, world.now);
        matches!(due, Some((at, Chore::ReadDoor)) if tick(at) <= world.now)
    }
}

impl Model for Delivery {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![self.start()]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        if world.truth.broken.any() {
            return;
        }
        if self.is_over(world) {
            return;
        }
        if world.now < self.bounds.horizon {
            actions.push(Action::Tick);
        }
        self.carriers_actions(world, actions);
        self.flows_actions(world, actions);
        self.guardians_actions(world, actions);
        self.doors_actions(world, actions);
        self.households_actions(world, actions);
    }

    fn next_state(&self, last: &World, action: Action) -> Option<World> {
        let mut world = last.clone();
        self.take(&mut world, action)?;
        world.flows.sort_unstable();
        world.orders.sort_unstable();
        world.sights.sort_unstable();
        world.sights.dedup();
        self.judge(&mut world);
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all(self)
    }

    fn format_action(&self, action: &Action) -> String {
        action.to_string()
    }
}

impl Delivery {
    fn take(&self, world: &mut World, action: Action) -> Option<()> {
        match action {
            Action::Tick => self.tick(world),
            Action::Tap { asked, own } => self.tap(world, asked, own)?,
            Action::Redeem(at) => self.redeem(world, at),
            Action::Leave(at) => self.leave(world, at, false),
            Action::LeaveTwice(at) => {
                world.left.doubles -= 1;
                self.leave(world, at, true);
            }
            Action::Refused(at, word) => self.refused(world, at, word),
            Action::Settle(at, word) => self.settle(world, at, word),
            Action::Crash(at) => {
                world.left.crashes -= 1;
                world.flows.remove(at);
            }
            Action::CarryOut { order, again } => self.carry_out(world, order, again),
            Action::TapClose(driver) => self.tap_close(world, driver)?,
            Action::Note { step, by } => self.noted(world, step, by)?,
            Action::Look => self.look(world),
            Action::Observe { ahead } => self.observe(world, ahead),
            Action::Tell(at) => self.tell(world, at)?,
            Action::GuardianCloses => self.guardian_closes(world)?,
            Action::ByHand(way) => self.by_hand(world, way),
            Action::Block => {
                world.left.blocks -= 1;
                world.door.blocked = true;
            }
            Action::Clear => world.door.blocked = false,
            Action::Begin(why) => self.begin(world, why),
            Action::Revoke => self.revoke(world),
            Action::Answer => {
                world.errand = None;
                world.truth.answered = true;
            }
            Action::CrashErrand => {
                world.left.crashes -= 1;
                world.errand = None;
            }
            Action::TurnOn => self.turn_on(world),
            Action::Pause => self.pause(world),
            Action::StrangerRefuses => self.stranger_refuses(world)?,
        }
        Some(())
    }
}

/// Whether the last that was seen of the door is that it was closed. Completed so, a door that moves before the look after closing,
/// and is silent then, is not promised to be found.
pub(crate) fn seen_last(grant: &Grant) -> bool {
    grant.state == GrantState::Completed
        && grant.last_reading.as_ref().map(|reading| reading.state) == Some(DoorState::Closed)
}
