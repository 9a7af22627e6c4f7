//! A state of the model: the record, the true door, everything under way between them, and what truly happened.

use postern_core::promises::Promise;

use crate::{
    rules::GrantId,
    step::{Asked, TakenBack, Word},
    values::{Agreed, Driver, Order, Seen, Tick},
};

/// Everything at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    /// The present.
    pub now: Tick,
    /// The grant on record.
    pub grant: GrantId,
    /// The code on record.
    pub code: Option<Code>,
    /// What the household agrees to, on record.
    pub agreed: Agreed,
    /// Whether the household still has the claim on its door.
    pub claim: bool,
    /// The true door.
    pub door: Door,
    /// Flows in the middle of their work, in no order.
    pub flows: Vec<Flow>,
    /// Orders that left and that the vendor may yet carry out.
    pub orders: Vec<InFlight>,
    /// What was seen of the door and may yet be told.
    pub sights: Vec<Seen>,
    /// What the household is in the middle of.
    pub errand: Option<Errand>,
    /// How many orders were given a number.
    pub ordered: u8,
    /// What may still go wrong, or be asked, on this path.
    pub left: Left,
    /// What truly happened, which no rule reads.
    pub truth: Truth,
}

/// A code on record: which, and whether it was redeemed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Code {
    /// Which of the delivery's codes.
    pub number: u32,
    /// Whether it was redeemed.
    pub redeemed: bool,
}

/// Where the true door stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stands {
    /// Down.
    Closed,
    /// On its way up.
    Opening,
    /// Up.
    Open,
    /// On its way down.
    Closing,
}

/// The true door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Door {
    /// Where it stands.
    pub stands: Stands,
    /// Whether something is in its way.
    pub blocked: bool,
    /// When it last began to stand so.
    pub since: Tick,
}

impl Door {
    /// What an honest observer sees.
    #[must_use]
    pub const fn seen(self, now: Tick, tells_changes: bool) -> Seen {
        Seen {
            state: self.stands as u8,
            blocked: self.blocked,
            observed: now,
            changed: if tells_changes { Some(self.since) } else { None },
        }
    }
}

/// Which way an order moves the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// Up.
    Open,
    /// Down.
    Close,
}

/// A flow in the middle of its work. It may end at any step by a crash, and then what it knew is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flow {
    /// An open was decided about a grant that was loaded; the redeeming transaction is next.
    Decided {
        /// What was asked.
        asked: Asked,
        /// The grant as it was loaded.
        loaded: GrantId,
        /// The code as it was loaded.
        code: u32,
        /// When it was decided.
        at: Tick,
        /// Whether nobody changed the grant since.
        fresh: bool,
    },
    /// The intent is on record; the order is next.
    Sending(Sending),
    /// The order left; its sender waits for the vendor's word.
    Waiting {
        /// Which order.
        order: Order,
        /// Which way.
        way: Way,
        /// Whether the call reached the adapter twice, so that a second word may say the contrary.
        doubled: bool,
    },
    /// A word came, and is to be recorded.
    Heard {
        /// Which order.
        order: Order,
        /// Which way.
        way: Way,
        /// The word.
        word: Word,
    },
}

/// An order that is about to leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sending {
    /// Which order.
    pub order: Order,
    /// Which way.
    pub way: Way,
    /// When it was put on record.
    pub requested: Tick,
    /// From when on it does not leave any more.
    pub send_by: Tick,
    /// The code that it carries; 0 for a close.
    pub code: u32,
}

/// An order that left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InFlight {
    /// Which.
    pub order: Order,
    /// Which way.
    pub way: Way,
    /// When it was put on record.
    pub requested: Tick,
    /// When it left.
    pub left: Tick,
}

/// What a household is in the middle of, and how far it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Errand {
    /// The consent is off, or the claim gone, where that comes first; the grant is to be revoked.
    Revoking(TakenBack),
    /// Revoked; the answer waits until no open can leave any more.
    Waiting,
}

/// What may still happen on a path, by kind. Each is used up one by one, so that every path ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Left {
    /// Drivers' taps on open.
    pub opens: u8,
    /// Drivers' taps on close.
    pub closes: u8,
    /// Crashes of a flow or an errand.
    pub crashes: u8,
    /// A vendor's refusals, and words that never came.
    pub faults: u8,
    /// Orders that are carried out twice, calls that reach the adapter twice.
    pub doubles: u8,
    /// Movements by hand.
    pub hands: u8,
    /// Times that something gets in the door's way.
    pub blocks: u8,
    /// Readings that are told late.
    pub sights: u8,
    /// Readings stamped far ahead.
    pub lies: u8,
    /// What the household does: off, on, pause, refusing, losing the door.
    pub wishes: u8,
    /// What the carrier asks beside opening and closing.
    pub asks: u8,
}

/// A promise that was broken, as bits by its place in `Promise::ALL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Broken(pub u8);

/// What truly happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Truth {
    /// The window that the carrier was last answered with.
    pub window: (Tick, Tick),
    /// The codes for which an open left, as bits.
    pub codes_sent: u16,
    /// The orders that are on record, as bits.
    pub recorded: u16,
    /// The driver who opened first.
    pub driver: Option<Driver>,
    /// The household's taking back is on record.
    pub taken_back: bool,
    /// Somebody was answered that nothing leaves any more.
    pub answered: bool,
    /// The door is not closed since an order of ours was carried out, and whether that was in due time.
    pub ours: Option<Due>,
    /// The door truly stood closed at some moment since the grant last came to say that it was opened.
    pub closed_since: bool,
    /// How many closes were stopped since the door was opened.
    pub stops: u8,
    /// That the door moved unordered was told.
    pub movement_told: bool,
    /// Promises that a step broke.
    pub broken: Broken,
}

/// Whether an order was carried out in the time that a door may take, or late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Due {
    /// In time.
    InTime,
    /// Late.
    Late,
}

impl World {
    /// How many of the two drivers may act: which of them comes first makes no difference.
    #[must_use]
    pub fn drivers_met(&self) -> usize {
        let nobody = self.flows.is_empty() && self.ordered == 0;
        if nobody { 1 } else { 2 }
    }

    /// Whether the door is not closed since an order of ours moved it, and nobody was told that it moved.
    #[must_use]
    pub fn open_and_untold(&self) -> bool {
        self.truth.ours.is_some() && self.door.stands != Stands::Closed && !self.truth.movement_told
    }
}

impl InFlight {
    /// Whether it is an order to open.
    #[must_use]
    pub fn opens(&self) -> bool {
        self.way == Way::Open
    }
}

impl Truth {
    /// A promise was broken.
    pub fn breaks(&mut self, promise: Promise) {
        self.broken.add(Broken::of(promise));
    }
}

impl Broken {
    /// That one.
    #[must_use]
    pub const fn of(promise: Promise) -> Self {
        Self(1 << (promise.number() - 1))
    }

    /// These too.
    pub const fn add(&mut self, others: Self) {
        self.0 |= others.0;
    }

    /// Whether any was.
    #[must_use]
    pub const fn any(self) -> bool {
        self.0 != 0
    }

    /// Whether that one was.
    #[must_use]
    pub const fn has(self, promise: Promise) -> bool {
        self.0 & Self::of(promise).0 != 0
    }
}
