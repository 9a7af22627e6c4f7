//! The configurations: each looks at one matter, exhaustively within its bounds.

mod visits;

pub use visits::*;

use crate::{
    bounds::{Asks, Bounds, Start, Wishes},
    places::{self, Place},
    world::Left,
};

/// One configuration.
#[derive(Debug, Clone, Copy)]
pub struct Config {
    /// Its name.
    pub name: &'static str,
    /// How far it goes.
    pub bounds: Bounds,
    /// Where its paths are known to come.
    pub places: &'static [Place],
}

impl Config {
    /// The same with `more` of everything that may happen in it, and as many ticks longer.
    #[must_use]
    pub const fn with_more(self, more: u8) -> Self {
        let left = self.bounds.left;
        let bounds = Bounds {
            horizon: self.bounds.horizon + more,
            left: Left {
                opens: and(left.opens, more),
                closes: and(left.closes, more),
                crashes: and(left.crashes, more),
                faults: and(left.faults, more),
                doubles: and(left.doubles, more),
                hands: and(left.hands, more),
                blocks: and(left.blocks, more),
                sights: and(left.sights, more),
                lies: and(left.lies, more),
                wishes: and(left.wishes, more),
                asks: and(left.asks, more),
            },
            ..self.bounds
        };
        Self { bounds, ..self }
    }
}

/// More of what there is at all.
const fn and(left: u8, more: u8) -> u8 {
    if left == 0 { 0 } else { left + more }
}

/// What the others are made from.
const BASE: Bounds = Bounds {
    start: Start::Armed,
    horizon: 8,
    window: (1, 6),
    other_window: (0, 0),
    left: NOTHING,
    flows_max: 2,
    sights_max: 0,
    told_within: 2,
    tells_changes: false,
    skew: 0,
    reissues_max: 1,
    asks: NO_ASKS,
    wishes: NO_WISHES,
};

const NO_ASKS: Asks = Asks {
    change: false,
    doorstep: false,
    cancel: false,
    complete: false,
    reissue: false,
};

const NO_WISHES: Wishes = Wishes {
    off: false,
    pause: false,
    refuse: false,
    lose_door: false,
    take_over: false,
};

const NOTHING: Left = Left {
    opens: 0,
    closes: 0,
    crashes: 0,
    faults: 0,
    doubles: 0,
    hands: 0,
    blocks: 0,
    sights: 0,
    lies: 0,
    wishes: 0,
    asks: 0,
};

/// Two drivers tap open at the same time.
pub const TWO_DRIVERS: Config = Config {
    name: "two_drivers",
    bounds: Bounds {
        left: Left {
            opens: 2,
            faults: 1,
            ..NOTHING
        },
        ..BASE
    },
    places: &[
        places::OPENED,
        places::CLOSED,
        places::COMPLETED,
        places::EXPIRED,
        places::TWO_DECIDED,
        places::UNKNOWN,
    ],
};

/// The vendor carries orders out late, twice or never, and its calls arrive twice.
pub const LATE_ORDERS: Config = Config {
    name: "late_orders",
    bounds: Bounds {
        flows_max: 1,
        horizon: 8,
        window: (1, 6),
        left: Left {
            opens: 2,
            doubles: 1,
            faults: 1,
            ..NOTHING
        },
        ..BASE
    },
    places: &[
        places::OPENED,
        places::UNKNOWN,
        places::LATE_CAUGHT,
        places::LATE_AFTER_FRESH_CODE,
        places::TRIED_AGAIN,
    ],
};

/// The household turns deliveries off and on, pauses them or refuses one, while a driver taps open.
pub const KILL_SWITCH: Config = Config {
    name: "kill_switch",
    bounds: Bounds {
        skew: 1,
        wishes: Wishes {
            off: true,
            pause: true,
            refuse: true,
            lose_door: false,
            take_over: false,
        },
        horizon: 6,
        window: (1, 5),
        flows_max: 1,
        left: Left {
            opens: 1,
            crashes: 1,
            wishes: 2,
            ..NOTHING
        },
        ..BASE
    },
    places: &[
        places::OPENED,
        places::REVOKED,
        places::REVOKED_WHILE_OPEN,
        places::ANSWERED_WHILE_OPEN,
    ],
};

/// The household refuses a delivery whose first order to open is in doubt.
pub const REFUSED: Config = Config {
    name: "refused",
    bounds: Bounds {
        horizon: 8,
        window: (1, 7),
        flows_max: 1,
        wishes: Wishes {
            refuse: true,
            ..NO_WISHES
        },
        left: Left {
            opens: 2,
            wishes: 1,
            ..NOTHING
        },
        ..BASE
    },
    places: &[places::OPENED, places::REVOKED, places::REVOKED_IN_DOUBT],
};

/// Another carrier, another household, and one that shows that the door is theirs.
pub const TENANTS: Config = Config {
    name: "tenants",
    bounds: Bounds {
        asks: Asks {
            cancel: true,
            complete: true,
            ..NO_ASKS
        },
        wishes: Wishes {
            off: false,
            pause: false,
            refuse: true,
            lose_door: true,
            take_over: false,
        },
        horizon: 7,
        flows_max: 1,
        left: Left {
            opens: 1,
            crashes: 1,
            wishes: 1,
            asks: 1,
            ..NOTHING
        },
        ..BASE
    },
    places: &[places::OPENED, places::REVOKED, places::CANCELLED],
};

/// Flows are cut off at any step.
pub const CRASHES: Config = Config {
    name: "crashes",
    bounds: Bounds {
        flows_max: 1,
        left: Left {
            opens: 2,
            closes: 1,
            crashes: 2,
            ..NOTHING
        },
        ..BASE
    },
    places: &[places::OPENED, places::CLOSED, places::COMPLETED, places::UNKNOWN],
};

/// What is seen of an open door is told late, out of order, and by a clock that runs far ahead.
pub const LYING_DOOR: Config = Config {
    name: "lying_door",
    bounds: Bounds {
        start: Start::Open,
        sights_max: 2,
        horizon: 7,
        flows_max: 1,
        left: Left {
            closes: 1,
            sights: 2,
            lies: 1,
            ..NOTHING
        },
        ..BASE
    },
    places: &[places::OPENED, places::CLOSED, places::COMPLETED],
};

/// What is seen of a door that opens is told late, out of order, and by a clock that runs far ahead.
pub const LYING_START: Config = Config {
    name: "lying_start",
    bounds: Bounds {
        sights_max: 2,
        tells_changes: true,
        horizon: 7,
        flows_max: 1,
        left: Left {
            opens: 1,
            sights: 2,
            lies: 1,
            ..NOTHING
        },
        ..BASE
    },
    places: &[places::OPENED, places::EXPIRED],
};

/// Something gets in the way of a door that closes, again and again.
pub const OBSTRUCTIONS: Config = Config {
    name: "obstructions",
    bounds: Bounds {
        start: Start::Open,
        horizon: 10,
        flows_max: 1,
        left: Left {
            closes: 1,
            blocks: 1,
            ..NOTHING
        },
        ..BASE
    },
    places: &[
        places::OPENED,
        places::CLOSED,
        places::OBSTRUCTED,
        places::LEFT_OPEN,
        places::NO_THIRD,
    ],
};

/// The driver goes back in.
pub const REISSUE: Config = Config {
    name: "reissue",
    bounds: Bounds {
        start: Start::Open,
        horizon: 9,
        window: (1, 10),
        asks: Asks {
            complete: true,
            reissue: true,
            ..NO_ASKS
        },
        flows_max: 1,
        left: Left {
            opens: 1,
            closes: 1,
            asks: 2,
            ..NOTHING
        },
        ..BASE
    },
    places: &[places::OPENED, places::CLOSED, places::COMPLETED, places::BACK_IN],
};

/// Nothing is heard of the door, and a person moves it.
pub const SILENCE: Config = Config {
    name: "silence",
    bounds: Bounds {
        flows_max: 1,
        horizon: 7,
        left: Left {
            opens: 1,
            closes: 1,
            faults: 2,
            hands: 1,
            ..NOTHING
        },
        ..BASE
    },
    places: &[
        places::OPENED,
        places::CLOSED,
        places::UNREACHABLE,
        places::UNKNOWN,
    ],
};

/// From the booking on: dispatched, armed on its day, called off, over.
pub const BOOKED: Config = Config {
    name: "booked",
    bounds: Bounds {
        start: Start::Booked,
        window: (2, 5),
        asks: Asks {
            cancel: true,
            complete: true,
            ..NO_ASKS
        },
        left: Left {
            opens: 1,
            asks: 1,
            crashes: 1,
            ..NOTHING
        },
        ..BASE
    },
    places: &[places::OPENED, places::CANCELLED, places::EXPIRED],
};

/// All of them.
pub const ALL: &[Config] = &[
    TWO_DRIVERS,
    LATE_ORDERS,
    KILL_SWITCH,
    REFUSED,
    TENANTS,
    CRASHES,
    LYING_DOOR,
    LYING_START,
    OBSTRUCTIONS,
    REISSUE,
    SILENCE,
    BOOKED,
    CHANGED,
    DOORSTEP,
];
