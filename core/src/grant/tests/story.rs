//! A delivery, played: what is asked is decided and recorded, at a time that only a test moves.

use jiff::Timestamp;
use postern_contract::{
    adapter::Disposition,
    delivery::Doorstep,
    door::{DoorReading, DoorState},
    event::{DeliveryEvent, LogEntry},
    ids::CommandId,
};

use super::fixtures::{
    BOOKED, STARTS, accepted, at, booking, command, driver, fix, household_on, parcel, seconds, seen, site,
};
use crate::grant::{Chore, Command, CommandResult, Context, Grant, Limits, Policy, Refusal, book, decide};

/// One delivery, played: a grant, its log, and a clock that only a test moves.
#[derive(Debug, Clone)]
pub(super) struct Story {
    pub(super) grant: Grant,
    pub(super) log: Vec<LogEntry>,
    pub(super) now: Timestamp,
    /// The household's policy of the moment, which decisions are made by.
    pub(super) policy: Policy,
    pub(super) limits: Limits,
    pub(super) orders: u128,
}

impl Story {
    pub(super) fn booked() -> Self {
        let limits = Limits::default();
        let now = at(BOOKED);
        let (grant, first) = book(booking(), Some(site()), now, &limits).unwrap();
        Self {
            grant,
            log: vec![first],
            now,
            policy: household_on(),
            limits,
            orders: 0,
        }
    }

    /// Out for delivery on the day, half an hour into the window.
    pub(super) fn armed() -> Self {
        let mut story = Self::booked();
        story.now = at(STARTS) + seconds(1800);
        let names = story.does(Command::Dispatch { driver: None });
        assert_eq!(names, ["dispatched", "armed"]);
        story
    }

    /// The code is redeemed; whether the order left is not known yet.
    pub(super) fn opening() -> Self {
        let mut story = Self::armed();
        assert_eq!(story.open(), ["open_requested"]);
        story
    }

    /// Ten seconds later the door was seen open.
    pub(super) fn open_door() -> Self {
        let mut story = Self::opening();
        assert_eq!(story.accept(), ["open_accepted"]);
        story.wait(10);
        assert_eq!(story.see(DoorState::Open), ["opened"]);
        story
    }

    /// A minute later the driver left.
    pub(super) fn closing() -> Self {
        let mut story = Self::open_door();
        story.wait(60);
        assert_eq!(story.close(), ["close_requested"]);
        story
    }

    /// Twenty seconds later the door was seen closed.
    pub(super) fn closed() -> Self {
        let mut story = Self::closing();
        assert_eq!(story.accept(), ["close_accepted"]);
        story.wait(20);
        assert_eq!(story.see(DoorState::Closed), ["closed"]);
        story
    }

    /// The order to open seemed to do nothing, and the door is watched in case it comes late.
    pub(super) fn not_opened() -> Self {
        let mut story = Self::opening();
        story.accept();
        story.wait(100);
        assert_eq!(story.see(DoorState::Closed), ["not_opened", "armed"]);
        story
    }

    pub(super) fn wait(&mut self, count: i64) {
        self.now += seconds(count);
    }

    pub(super) fn ask(&mut self, asked: Command) -> Result<Vec<DeliveryEvent>, Refusal> {
        let context = Context {
            now: self.now,
            policy: &self.policy,
            limits: &self.limits,
        };
        let events = decide(&self.grant, asked, &context)?;
        let (grant, entries) = self.grant.clone().record(events.clone(), self.now, &self.limits);
        self.grant = grant;
        self.log.extend(entries);
        Ok(events)
    }

    /// What happens, by name, when `asked` is not refused.
    pub(super) fn does(&mut self, asked: Command) -> Vec<&'static str> {
        let events = self.ask(asked).unwrap();
        events.iter().map(DeliveryEvent::name).collect()
    }

    pub(super) fn refuses(&mut self, asked: Command) -> Refusal {
        let before = self.grant.clone();
        let refusal = self.ask(asked).unwrap_err();
        assert_eq!(self.grant, before, "a refusal changed the grant");
        refusal
    }

    pub(super) fn order(&mut self) -> CommandId {
        self.orders += 1;
        command(self.orders)
    }

    pub(super) fn order_open(&mut self) -> Command {
        Command::Open {
            command: self.order(),
            driver: driver("driver-7"),
            position: fix(9.5, 4.5),
            tracking_number: parcel("A1"),
        }
    }

    pub(super) fn order_close(&mut self) -> Command {
        Command::Close {
            command: self.order(),
            driver: driver("driver-7"),
        }
    }

    pub(super) fn open(&mut self) -> Vec<&'static str> {
        let asked = self.order_open();
        self.does(asked)
    }

    pub(super) fn close(&mut self) -> Vec<&'static str> {
        let asked = self.order_close();
        self.does(asked)
    }

    pub(super) fn close_by_guardian(&mut self) -> Vec<&'static str> {
        let command = self.order();
        self.does(Command::CloseByGuardian { command })
    }

    /// The result of the command under way, or of the last one when none is.
    pub(super) fn settle(&mut self, result: CommandResult) -> Vec<&'static str> {
        let last = command(self.orders);
        let command = self
            .grant
            .command
            .as_ref()
            .map_or(last, |pending| pending.command);
        self.does(Command::Settle { command, result })
    }

    pub(super) fn accept(&mut self) -> Vec<&'static str> {
        let before = seen(DoorState::Closed, self.now - seconds(30));
        self.settle(accepted(Disposition::Sent, before))
    }

    /// The door is seen now, without a doubt.
    pub(super) fn see(&mut self, state: DoorState) -> Vec<&'static str> {
        self.observe(seen(state, self.now))
    }

    pub(super) fn observe(&mut self, reading: DoorReading) -> Vec<&'static str> {
        self.does(Command::Observe { reading })
    }

    /// Does a chore as the guardian does it, with `reading` where the chore is to read the door.
    pub(super) fn perform(&mut self, chore: Chore, reading: DoorReading) -> Vec<&'static str> {
        match chore {
            Chore::Arm => self.does(Command::Arm),
            Chore::Expire => self.does(Command::Expire),
            Chore::FinishRevocation => match self.grant.doorstep.clone() {
                Some(Doorstep { reason, remark, .. }) => {
                    self.does(Command::LeaveAtDoorstep { reason, remark })
                }
                None => {
                    let reason = self.grant.revocation.unwrap();
                    self.does(Command::Revoke { reason })
                }
            },
            Chore::Lapse => self.does(Command::Lapse),
            Chore::ReadDoor => self.observe(reading),
            Chore::CloseDoor => {
                let mut names = self.observe(reading);
                names.extend(self.close_by_guardian());
                names
            }
            Chore::LetGo => self.does(Command::LetGo),
            Chore::LapseReissue => self.does(Command::LapseReissue),
            Chore::Complete => self.does(Command::CompleteByGuardian),
            Chore::SignLog => {
                self.grant.log_signature = Some("signed".to_owned());
                vec!["(signed)"]
            }
        }
    }
}
