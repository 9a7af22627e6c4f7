//! What the guardian alone makes of a state once faults stop.
//!
//! Every flow is gone, as after a crash; the door is honest, or silent for good; the vendor carries out what is still with it, or
//! never does. Then the guardian's looks follow one another with no choice in them, to the end of the delivery or to a standing
//! word to a person. Played from every state that is explored, it shows that no crash is fatal.

use std::sync::PoisonError;

use postern_contract::delivery::{GrantState, Progress};
use postern_core::{grant::Chore, promises::Promise};

use crate::{
    model::{Delivery, seen_last},
    rules::GrantId,
    step::{Step, TakenBack, Word},
    values::{Order, Tick, tick},
    world::{Broken, Door, Stands, Way, World},
};

/// How many ticks the guardian is given.
const PATIENCE: Tick = 60;
/// How many looks it takes within one tick before it waits for the next.
const LOOKS_MAX: usize = 8;
/// The numbers of its orders begin here, above those of any path.
const FIRST_ORDER: u8 = 100;

/// What a run-out depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct RunOut {
    grant: GrantId,
    now: Tick,
    door: Door,
    ours: bool,
    movement_told: bool,
    open_under_way: bool,
}

/// How it goes from there.
#[derive(Debug, Clone, Copy)]
struct Course {
    /// The door answers, and does as it is told.
    honest: bool,
    /// An open that left is carried out now, or never.
    carried_out: bool,
}

const COURSES: [Course; 4] = [
    Course::new(true, false),
    Course::new(true, true),
    Course::new(false, false),
    Course::new(false, true),
];

impl Course {
    const fn new(honest: bool, carried_out: bool) -> Self {
        Self { honest, carried_out }
    }
}

impl From<&World> for RunOut {
    fn from(world: &World) -> Self {
        Self {
            grant: world.grant,
            now: world.now,
            door: Door {
                since: 0,
                ..world.door
            },
            ours: world.truth.ours.is_some(),
            movement_told: world.truth.movement_told,
            open_under_way: world.orders.iter().any(|order| order.way == Way::Open),
        }
    }
}

struct Guarding<'a> {
    story: &'a mut Vec<String>,
    model: &'a Delivery,
    course: Course,
    grant: GrantId,
    now: Tick,
    door: Door,
    ours: bool,
    told: bool,
    orders: u8,
    was_closed: bool,
}

impl Delivery {
    /// The promises that break when the guardian is left alone with this state.
    pub(crate) fn run_out(&self, world: &World) -> Broken {
        let key = RunOut::from(world);
        let known = self.run_outs.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(&key) {
            return *known;
        }
        drop(known);
        let mut broken = Broken::default();
        for course in COURSES {
            if key.open_under_way || !course.carried_out {
                broken.add(self.run_out_by(key, course, &mut Vec::new()));
            }
        }
        let mut known = self.run_outs.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(key, broken);
        broken
    }

    /// The run-out from a state as a story: of the first course that breaks a promise, if one does.
    pub(crate) fn run_out_story(&self, world: &World) -> Option<Vec<String>> {
        let key = RunOut::from(world);
        COURSES.into_iter().find_map(|course| {
            let mut told = Vec::new();
            self.run_out_by(key, course, &mut told).any().then(|| {
                let door = if course.honest { "honest" } else { "silent" };
                let order = if course.carried_out {
                    ", and the open under way is carried out"
                } else {
                    ""
                };
                told.insert(
                    0,
                    format!("from here the guardian is alone; the door is {door}{order}"),
                );
                told
            })
        })
    }

    fn run_out_by(&self, key: RunOut, course: Course, story: &mut Vec<String>) -> Broken {
        let mut guarding = Guarding {
            story,
            model: self,
            course,
            grant: key.grant,
            now: key.now,
            door: Door {
                blocked: false,
                ..key.door
            },
            ours: key.ours,
            told: key.movement_told,
            orders: FIRST_ORDER,
            was_closed: self.rules.grant(key.grant).was_closed(),
        };
        if course.carried_out && key.door.stands == Stands::Closed {
            guarding.door.stands = Stands::Opening;
            guarding.ours = true;
        }
        for _ in 0..PATIENCE {
            guarding.looks();
            guarding.ticks();
        }
        guarding.verdict()
    }
}

impl Guarding<'_> {
    fn looks(&mut self) {
        for _ in 0..LOOKS_MAX {
            let Some((at, chore)) = self.model.rules.chore(self.grant, self.now) else {
                return;
            };
            let due = tick(at) <= self.now;
            let open = self.model.rules.grant(self.grant).state == GrantState::Open;
            let before = self.grant;
            match chore {
                _ if !due && !open => return,
                Chore::CloseDoor if due => self.close(),
                Chore::CloseDoor | Chore::ReadDoor => self.read(),
                Chore::Arm => self.note(Step::Arm),
                Chore::Expire => self.note(Step::Expire),
                Chore::FinishRevocation if self.model.rules.grant(self.grant).doorstep.is_some() => {
                    self.note(Step::Doorstep);
                }
                Chore::FinishRevocation => self.note(Step::Revoke(TakenBack::Refused)),
                Chore::Lapse => self.note(Step::Lapse),
                Chore::LapseReissue => self.note(Step::LapseReissue),
                Chore::LetGo => self.note(Step::LetGo),
                Chore::Complete => self.note(Step::CompleteByGuardian),
                Chore::SignLog => return,
            }
            if self.grant == before {
                return;
            }
        }
    }

    fn note(&mut self, step: Step) {
        let decided = self.model.rules.ask(self.grant, step, self.now, self.now);
        self.told |= decided.has("moved_unordered");
        if decided.is_something() {
            let events = decided.events.join(", ");
            self.story
                .push(format!("tick {:<2} {step:?}: {events}", self.now));
        }
        self.grant = decided.grant;
    }

    fn read(&mut self) {
        if self.course.honest {
            let seen = self.door.seen(self.now, self.model.bounds.tells_changes);
            self.note(Step::Observe(seen));
        } else {
            self.note(Step::CannotSee);
        }
    }

    fn close(&mut self) {
        self.read();
        let due = self.model.rules.chore(self.grant, self.now);
        let still = matches!(due, Some((at, Chore::CloseDoor)) if tick(at) <= self.now);
        if !still {
            return;
        }
        self.orders += 1;
        let order = Order(self.orders);
        let before = self.grant;
        self.note(Step::CloseByGuardian(order));
        if self.grant == before {
            return;
        }
        if self.course.honest {
            self.note(Step::Settle(order, Word::Taken));
            if self.door.stands == Stands::Open {
                self.door.stands = Stands::Closing;
                self.door.since = self.now;
            }
        } else {
            self.note(Step::Settle(order, Word::Offline));
        }
    }

    fn ticks(&mut self) {
        self.now += 1;
        let stands = match self.door.stands {
            Stands::Opening => Stands::Open,
            Stands::Closing => Stands::Closed,
            stays => stays,
        };
        if stands != self.door.stands {
            self.door.stands = stands;
            self.door.since = self.now;
            self.story
                .push(format!("tick {:<2} [the door: {stands:?}]", self.now));
        }
        if stands == Stands::Closed {
            self.ours = false;
        }
    }

    fn verdict(&self) -> Broken {
        let grant = self.model.rules.grant(self.grant);
        let mut broken = Broken::default();
        let cut_off = grant
            .command
            .as_ref()
            .is_some_and(|command| command.progress == Progress::Requested);
        if cut_off {
            broken.add(Broken::of(Promise::IntentFirst));
            return broken;
        }
        let told = grant.attention.is_some() || self.told;
        // A door that nobody can see counts where it was not seen closed.
        let left_open = self.ours && (self.course.honest || !self.was_closed);
        let ended = grant.state.is_end();
        let left_open = left_open && !seen_last(&grant);
        if !told && (!ended || left_open) {
            broken.add(Broken::of(Promise::ClosedOrTold));
        }
        broken
    }
}
