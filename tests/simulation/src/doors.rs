//! The doors' own troubles: stuck, late, obstructed, stopped half-way, frozen, off the net. They come with the orders, because that is
//! when they matter, and they pass.

use std::{sync::Arc, time::Duration};

use postern_vendor_clouds::{Control, Direction, DoorTimings, Serial, control::DoorPatch};
use tokio::time::sleep;

use crate::{kinds::Kind, scene::Scene};

/// The doors behind the vendor's cloud.
pub(crate) struct Doors {
    scene: Arc<Scene>,
    control: Control,
    all: std::sync::Mutex<Vec<Serial>>,
}

impl Doors {
    pub(crate) fn new(scene: &Arc<Scene>, control: Control) -> Arc<Self> {
        Arc::new(Self {
            scene: Arc::clone(scene),
            control,
            all: std::sync::Mutex::default(),
        })
    }

    /// A door that is there.
    pub(crate) fn add(&self, serial: Serial) {
        crate::scene::lock(&self.all).push(serial);
    }

    /// All of them.
    pub(crate) fn all(&self) -> Vec<Serial> {
        crate::scene::lock(&self.all).clone()
    }

    /// Whether every door lies on the floor.
    pub(crate) fn all_closed(&self) -> bool {
        self.all().iter().all(|serial| {
            self.control
                .door(serial)
                .is_ok_and(|door| door.position_millionths == 0)
        })
    }

    fn patch(&self, serial: &Serial, patch: &DoorPatch) {
        self.control
            .patch_door(serial, patch)
            .expect("the doors of a run stay, and what is set on them fits together");
    }

    /// Has `patch` hold for a while, and then `back`.
    fn for_a_while(&self, serial: &Serial, span: Duration, patch: &DoorPatch, back: DoorPatch) {
        self.patch(serial, patch);
        let (control, serial) = (self.control.clone(), serial.clone());
        tokio::spawn(async move {
            sleep(span).await;
            // The last of several that overlap wins; the healing at the end of a run is above them all.
            let _ = control.patch_door(&serial, &back);
        });
    }

    /// What befalls a door as an order is on its way to it.
    pub(crate) fn before_order(&self, serial: &Serial, way: Direction) {
        self.movement(serial, way);
        self.reporting(serial);
    }

    fn movement(&self, serial: &Serial, way: Direction) {
        let faults = &self.scene.faults;
        let note = |what: std::fmt::Arguments<'_>| self.scene.note(serial.as_str(), what);
        if faults.strikes(Kind::DoorStuck) {
            let span = Duration::from_secs(faults.dice(Kind::DoorStuck).between(2, 300));
            note(format_args!("sticks for {} s", span.as_secs()));
            self.for_a_while(serial, span, &stuck(true), stuck(false));
        }
        if faults.strikes(Kind::DoorLate) {
            let dice = faults.dice(Kind::DoorLate);
            let mut timings = DoorTimings::default();
            let late = match way {
                Direction::Open => dice.between(5, 480),
                Direction::Close => dice.between(5, 150),
            };
            match way {
                Direction::Open => timings.open_start = Duration::from_secs(late),
                Direction::Close => timings.close_warning = Duration::from_secs(late),
            }
            note(format_args!("will move {late} s late"));
            self.patch(
                serial,
                &DoorPatch {
                    timings: Some(timings),
                    ..DoorPatch::default()
                },
            );
        }
        if way == Direction::Close && faults.strikes(Kind::DoorObstructed) {
            let times = faults.dice(Kind::DoorObstructed).between(1, 3);
            note(format_args!("meets something at its next {times} closes"));
            let times = u32::try_from(times).ok();
            self.patch(
                serial,
                &DoorPatch {
                    obstruct_next_closes: times,
                    ..DoorPatch::default()
                },
            );
        }
        if faults.strikes(Kind::DoorStops) {
            note(format_args!("will stop half-way"));
            self.patch(
                serial,
                &DoorPatch {
                    stop_next_halfway: Some(1),
                    ..DoorPatch::default()
                },
            );
        }
    }

    fn reporting(&self, serial: &Serial) {
        let faults = &self.scene.faults;
        let note = |what: std::fmt::Arguments<'_>| self.scene.note(serial.as_str(), what);
        if faults.strikes(Kind::ReportFrozen) {
            let span = faults.dice(Kind::ReportFrozen).between(10, 900);
            note(format_args!("its report stands still for {span} s"));
            self.patch(
                serial,
                &DoorPatch {
                    freeze_report_ms: Some(span * 1000),
                    ..DoorPatch::default()
                },
            );
        }
        if faults.strikes(Kind::ReportLate) {
            let dice = faults.dice(Kind::ReportLate);
            let (lag, span) = (dice.between(5, 360), Duration::from_secs(dice.between(60, 900)));
            note(format_args!("is shown {lag} s late for {} s", span.as_secs()));
            self.for_a_while(serial, span, &lag_ms(lag * 1000), lag_ms(2_000));
        }
        for (kind, noticed) in [(Kind::Offline, true), (Kind::OfflineUnnoticed, false)] {
            if faults.strikes(kind) {
                let dice = faults.dice(kind);
                let (after, span) = (dice.between(0, 60), Duration::from_secs(dice.between(5, 900)));
                note(format_args!(
                    "leaves the net in {after} s for {} s, noticed: {noticed}",
                    span.as_secs()
                ));
                let (control, serial) = (self.control.clone(), serial.clone());
                tokio::spawn(async move {
                    sleep(Duration::from_secs(after)).await;
                    let gone = DoorPatch {
                        online: Some(false),
                        absence_noticed: Some(noticed),
                        ..DoorPatch::default()
                    };
                    let _ = control.patch_door(&serial, &gone);
                    sleep(span).await;
                    let _ = control.set_online(&serial, true);
                });
            }
        }
    }

    /// What was about one order alone ends with it.
    pub(crate) fn after_order(&self, serial: &Serial) {
        let lag = self
            .control
            .door(serial)
            .map_or(Duration::from_secs(2), |door| door.timings.report_lag);
        let timings = DoorTimings {
            report_lag: lag,
            ..DoorTimings::default()
        };
        self.patch(
            serial,
            &DoorPatch {
                timings: Some(timings),
                ..DoorPatch::default()
            },
        );
    }

    /// Everything is well again.
    pub(crate) fn heal(&self) {
        for serial in self.all() {
            self.patch(
                &serial,
                &DoorPatch {
                    online: Some(true),
                    obstruct_next_closes: Some(0),
                    stop_next_halfway: Some(0),
                    stuck: Some(false),
                    freeze_report_ms: Some(0),
                    timings: Some(DoorTimings::default()),
                    ..DoorPatch::default()
                },
            );
        }
        self.control.clear_faults().expect("faults can always be cleared");
    }
}

fn stuck(stuck: bool) -> DoorPatch {
    DoorPatch {
        stuck: Some(stuck),
        ..DoorPatch::default()
    }
}

fn lag_ms(lag: u64) -> DoorPatch {
    DoorPatch {
        report_lag_ms: Some(lag),
        ..DoorPatch::default()
    }
}
