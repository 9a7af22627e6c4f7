//! What a carrier asks about a visit beside opening and closing.

use super::{BASE, Config, NO_ASKS, NOTHING};
use crate::{
    bounds::{Asks, Bounds, Start},
    places,
    world::Left,
};

/// The carrier changes the window, before the parcels are out and after, while a driver taps open and flows are cut off.
pub const CHANGED: Config = Config {
    name: "changed",
    bounds: Bounds {
        start: Start::Booked,
        window: (2, 5),
        other_window: (4, 7),
        horizon: 9,
        flows_max: 1,
        asks: Asks {
            change: true,
            ..NO_ASKS
        },
        left: Left {
            opens: 2,
            asks: 2,
            crashes: 1,
            faults: 1,
            ..NOTHING
        },
        ..BASE
    },
    places: &[
        places::OPENED,
        places::EXPIRED,
        places::CHANGED,
        places::CHANGED_WHILE_DECIDED,
        places::OPENED_IN_ANOTHER_WINDOW,
    ],
};

/// The parcels are left at the doorstep: before the door was told to open, while nobody knows, and after it was closed.
pub const DOORSTEP: Config = Config {
    name: "doorstep",
    bounds: Bounds {
        horizon: 8,
        window: (1, 7),
        flows_max: 1,
        asks: Asks {
            doorstep: true,
            complete: true,
            reissue: true,
            ..NO_ASKS
        },
        left: Left {
            opens: 2,
            closes: 1,
            faults: 1,
            asks: 2,
            ..NOTHING
        },
        ..BASE
    },
    places: &[
        places::OPENED,
        places::CANCELLED,
        places::COMPLETED,
        places::DOORSTEP_IN_DOUBT,
        places::DOORSTEP_WHILE_OPEN,
        places::DOORSTEP_AFTER_CLOSING,
    ],
};
