//! Random stories: what is asked in any order at any time, with a door and a vendor that lie.

use postern_contract::{
    adapter::{AdapterErrorKind, Disposition},
    delivery::{DoorstepReason, RevocationReason, Window},
    door::{DoorReading, DoorState},
};
use proptest::{prelude::*, sample::select};

use super::{
    fixtures::{
        ENDS, LATER, LATER_ENDS, STARTS, accepted, at, command, driver, fix, not_executed, parcel, seconds,
        seen, unknown,
    },
    story::Story,
};
use crate::grant::{Change, Chore, Command, CommandResult, chore};

/// One thing that happens in a random story.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Wait(i64),
    /// The clock jumps to just before or after an end of the window.
    JumpTo(&'static str, i64),
    Ask(Command),
    Open {
        who: &'static str,
        metres: f64,
    },
    Close {
        who: &'static str,
    },
    CloseByGuardian,
    /// A result, for the command under way or for one that many orders back.
    Settle {
        back: Option<u128>,
        result: Word,
        before: Look,
    },
    See(Look),
    /// The guardian comes by and does what is due.
    Guardian(Look),
    /// The household turns deliveries on or off, or pauses them for some seconds.
    Consent {
        enabled: bool,
        paused_s: Option<i64>,
    },
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Word {
    Accepted(Disposition),
    NotExecuted(AdapterErrorKind),
    Unknown,
}

/// A reading, relative to the moment at which it is told.
#[derive(Debug, Clone)]
pub(super) struct Look {
    state: DoorState,
    observed_s: i64,
    changed_s: Option<i64>,
    online: bool,
    stale: bool,
    obstructed: Option<bool>,
}

impl Look {
    fn reading(&self, story: &Story) -> DoorReading {
        DoorReading {
            online: self.online,
            stale: self.stale,
            obstructed: self.obstructed,
            changed_at: self.changed_s.map(|s| story.now + seconds(s)),
            ..seen(self.state, story.now + seconds(self.observed_s))
        }
    }
}

fn looks() -> impl Strategy<Value = Look> {
    use DoorState::{Closed, Closing, Open, Opening, Stopped, Unknown, Warning};
    let state = select(vec![
        Open, Opening, Closed, Closed, Closed, Closing, Stopped, Warning, Unknown,
    ]);
    let observed_s = prop_oneof![6 => Just(0), 2 => -200..0_i64, 1 => 0..60_i64, 1 => Just(86_400 * 365)];
    let changed_s = proptest::option::of(-200..200_i64);
    let obstructed = proptest::option::weighted(0.3, any::<bool>());
    let sure = prop_oneof![8 => Just((true, false)), 1 => Just((false, false)), 1 => Just((true, true))];
    (state, observed_s, changed_s, obstructed, sure).prop_map(
        |(state, observed_s, changed_s, obstructed, (online, stale))| Look {
            state,
            observed_s,
            changed_s,
            online,
            stale,
            obstructed,
        },
    )
}

fn results() -> impl Strategy<Value = Word> {
    use AdapterErrorKind::{DoorObstructed, DoorOffline, Rejected};
    use Disposition::{AlreadyMoving, AlreadyThere, Sent};
    prop_oneof![
        3 => select(vec![Sent, Sent, AlreadyThere, AlreadyMoving]).prop_map(Word::Accepted),
        1 => select(vec![DoorOffline, DoorObstructed, Rejected]).prop_map(Word::NotExecuted),
        1 => Just(Word::Unknown),
    ]
}

fn asked() -> impl Strategy<Value = Command> {
    use DoorstepReason::{DoorDidNotOpen, TooLarge};
    use RevocationReason::{Disabled, Refused};
    prop_oneof![
        3 => Just(Command::Dispatch { driver: None }),
        1 => Just(Command::Dispatch { driver: Some(driver("driver-7")) }),
        3 => changes().prop_map(Command::Change),
        1 => Just(Command::Arm),
        2 => Just(Command::Lapse),
        1 => Just(Command::CannotSee),
        2 => Just(Command::Complete { dropped: None }),
        1 => Just(Command::Complete { dropped: Some(vec![parcel("B2")]) }),
        1 => Just(Command::CompleteByGuardian),
        1 => Just(Command::TakeOver),
        1 => Just(Command::LetGo),
        4 => Just(Command::Reissue { driver: driver("driver-7") }),
        1 => Just(Command::LapseReissue),
        1 => Just(Command::Cancel { reason: "lost".parse().unwrap() }),
        2 => select(vec![DoorDidNotOpen, TooLarge])
            .prop_map(|reason| Command::LeaveAtDoorstep { reason, remark: None }),
        1 => Just(Command::Expire),
        1 => select(vec![Disabled, Refused]).prop_map(|reason| Command::Revoke { reason }),
    ]
}

fn changes() -> impl Strategy<Value = Change> {
    let windows = [(STARTS, ENDS), (LATER, LATER_ENDS)];
    let window = select(windows.to_vec()).prop_map(|(from, until)| Window::new(at(from), at(until)).unwrap());
    let parcels = select(vec![vec![parcel("A1")], vec![parcel("A1"), parcel("B2")]]);
    let drivers = select(vec![driver("driver-7"), driver("driver-8")]);
    let drivers = proptest::option::weighted(0.1, drivers);
    (
        proptest::option::of(window),
        drivers,
        proptest::option::of(parcels),
    )
        .prop_map(|(window, driver, tracking_numbers)| Change {
            window,
            driver,
            tracking_numbers,
        })
}

pub(super) fn steps() -> impl Strategy<Value = Step> {
    let who = || prop_oneof![8 => Just("driver-7"), 1 => Just("driver-8")];
    let metres = prop_oneof![8 => Just(5.0), 1 => Just(400.0)];
    let waits = prop_oneof![4 => 1..30_i64, 3 => 80..130_i64, 2 => 280..700_i64, 1 => 1800..8000_i64];
    prop_oneof![
        6 => waits.prop_map(Step::Wait),
        1 => (select(vec![STARTS, ENDS, LATER, LATER_ENDS]), -20..20_i64).prop_map(|(to, off)| Step::JumpTo(to, off)),
        4 => asked().prop_map(Step::Ask),
        6 => (who(), metres).prop_map(|(who, metres)| Step::Open { who, metres }),
        3 => who().prop_map(|who| Step::Close { who }),
        1 => Just(Step::CloseByGuardian),
        6 => (proptest::option::weighted(0.2, 0..4_u128), results(), looks())
            .prop_map(|(back, result, before)| Step::Settle { back, result, before }),
        8 => looks().prop_map(Step::See),
        4 => looks().prop_map(Step::Guardian),
        1 => (any::<bool>(), proptest::option::of(0..600_i64))
            .prop_map(|(enabled, paused_s)| Step::Consent { enabled, paused_s }),
    ]
}

/// Random stories begin at a stage that a random walk would rarely come to.
pub(super) fn stages() -> impl Strategy<Value = Story> {
    let stages = [
        Story::booked,
        Story::armed,
        Story::opening,
        Story::not_opened,
        Story::open_door,
        Story::closed,
    ];
    select(stages.to_vec()).prop_map(|stage| stage())
}

pub(super) fn take(story: &mut Story, step: &Step) {
    match step {
        Step::Wait(count) => story.wait(*count),
        Step::JumpTo(to, off) => story.now = story.now.max(at(to) + seconds(*off)),
        Step::Ask(asked) => {
            let _ = story.ask(asked.clone());
        }
        Step::Open { who, metres } => {
            let command = story.order();
            let _ = story.ask(Command::Open {
                command,
                driver: driver(who),
                position: fix(*metres, 5.0),
                tracking_number: parcel("A1"),
            });
        }
        Step::Close { who } => {
            let command = story.order();
            let _ = story.ask(Command::Close {
                command,
                driver: driver(who),
            });
        }
        Step::CloseByGuardian => {
            story.close_by_guardian();
        }
        Step::Settle { back, result, before } => settle(story, *back, *result, before),
        Step::See(look) => {
            let reading = look.reading(story);
            story.observe(reading);
        }
        Step::Guardian(look) => {
            if let Some((due, what)) = chore(&story.grant, story.now, &story.limits) {
                story.now = story.now.max(due);
                let reading = look.reading(story);
                let names = story.perform(what, reading);
                let watching = matches!(what, Chore::ReadDoor | Chore::CloseDoor);
                assert!(watching || !names.is_empty(), "{what:?} was due and did nothing");
            }
        }
        Step::Consent { enabled, paused_s } => {
            let until = paused_s.map(|s| story.now + seconds(s));
            story.policy.consent = story.policy.consent.changed(|consent| {
                consent.enabled = *enabled;
                consent.preferences.paused_until = until;
            });
        }
    }
}

fn settle(story: &mut Story, back: Option<u128>, result: Word, before: &Look) {
    let result: CommandResult = match result {
        Word::Accepted(disposition) => accepted(disposition, before.reading(story)),
        Word::NotExecuted(kind) => not_executed(kind),
        Word::Unknown => unknown(),
    };
    match back {
        None => story.settle(result),
        Some(back) => {
            let command = command(story.orders.saturating_sub(back));
            story.does(Command::Settle { command, result })
        }
    };
}
