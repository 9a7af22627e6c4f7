//! What a reading says: who saw it and when, and on any doubt not closed.

use std::time::Duration;

use jiff::SignedDuration;
use postern_adapter_sdk::{Clock as _, SystemClock};
use postern_contract::{conformance::Tier, door::DoorState};
use postern_vendor_clouds::{Direction, Target, Tells, control::DoorPatch};

use super::slow;
use crate::{
    rule::{Check, Finding, Found, Rule, must, well},
    trial::Trial,
};

/// How far the clocks of the kit, the adapter and the cloud may lie apart.
const CLOCKS_APART: SignedDuration = SignedDuration::from_secs(5);

/// How long a slow answer is on its way.
const SLOW_MS: u64 = 2_000;
/// How long the question itself may take, of that.
const SLOW_GRACE: SignedDuration = SignedDuration::from_millis(1_500);

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "an-open-door-reads-open-and-a-closed-one-closed",
        tier: Tier::Bronze,
        title: "A door that was opened is seen to be open, and one that was closed to be closed.",
        why: "A delivery is complete when the door is seen to be closed, and not before.",
        example: "Open, read until open; close, read until a reading proves it closed after the order.",
        exceptions: "A vendor whose doors may not be closed unattended: the closing half is done by the button on the wall.",
        check: Check::Linked(|trial| Box::pin(both_ways(trial))),
    },
    Rule {
        id: "movements-by-hand-are-seen",
        tier: Tier::Bronze,
        title: "A door that somebody moves by the button on the wall reads as it then stands.",
        why: "Households come and go. A reading that shows only what the platform ordered calls an open garage closed.",
        example: "The button opens the door; a reading shows it open.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(by_hand(trial))),
    },
    Rule {
        id: "readings-tell-when",
        tier: Tier::Silver,
        title: "A reading tells when the door was observed and when it was read, neither in the future nor before the other.",
        why: "A reading proves a door closed only if it was made after the order.",
        example: "`observed_at` is not after `read_at`, and `read_at` is within five seconds of now.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(tells_when(trial))),
    },
    Rule {
        id: "slow-answers-are-as-old-as-their-question",
        tier: Tier::Silver,
        title: "A reading whose answer was long on its way was observed no later than when it was asked for.",
        why: "Meanwhile the door may have been opened. A reading stamped on arrival would prove it closed after that.",
        example: "The cloud looks the door up, and answers two seconds later: `observed_at` lies before the wait, or the reading is `stale`.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(slow_answers(trial))),
    },
    Rule {
        id: "an-absent-door-proves-nothing",
        tier: Tier::Bronze,
        title: "A door that is off the net never reads as surely closed.",
        why: "Clouds go on showing the last state of a door that they no longer hear.",
        example: "The opener goes off the net: the reading is not `online`, or is `stale`, and proves nothing.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(absent(trial))),
    },
    Rule {
        id: "an-obstructed-close-is-never-closed",
        tier: Tier::Bronze,
        title: "A close that meets something and reverses is never seen as closed.",
        why: "The door is open, and whoever reads closed goes home.",
        example: "Something stands in the way of the next close; every reading until the door is open again is looked at.",
        exceptions: "A vendor whose doors may not be closed unattended.",
        check: Check::Linked(|trial| Box::pin(reversed(trial))),
    },
    Rule {
        id: "a-stopped-door-is-not-closed",
        tier: Tier::Bronze,
        title: "A door that stops half-way is never seen as closed.",
        why: "Half-way is open.",
        example: "The next close stops half-way; the reading is anything but a proof of closed.",
        exceptions: "A vendor whose doors may not be closed unattended.",
        check: Check::Linked(|trial| Box::pin(stopped(trial))),
    },
    Rule {
        id: "a-wrong-clock-proves-nothing",
        tier: Tier::Gold,
        title: "A vendor whose clock is wrong makes no reading later than now, and breaks no link.",
        why: "A reading from the future would prove a door closed that has not yet been asked to close.",
        example: "The cloud's clock is ten minutes ahead, then ten behind: link, read, and no `observed_at` lies in the future.",
        exceptions: "None.",
        check: Check::Unlinked(|trial| Box::pin(wrong_clock(trial))),
    },
    Rule {
        id: "unknown-positions-are-unknown",
        tier: Tier::Silver,
        title: "An opener that does not know where its door is reads as `unknown` and gets no order.",
        why: "An order to such an opener goes who knows where.",
        example: "The opener was reset; the reading is `unknown`, and `door.open` is refused even when `unknown` is among the expected states.",
        exceptions: "A vendor whose cloud cannot show it.",
        check: Check::Linked(|trial| Box::pin(unknown(trial))),
    },
];

async fn both_ways(trial: &mut Trial) -> Finding {
    let ordered_at = SystemClock.now();
    trial.opened().await?;
    trial
        .until("the door, proven open", |reading| {
            reading.proves_open_after(ordered_at)
        })
        .await?;
    let ordered_at = SystemClock.now();
    if trial.try_close().await?.is_err() {
        trial.rig().press(trial.serial()?, Direction::Close).await?;
    }
    trial
        .until("the door, proven closed", |reading| {
            reading.proves_closed_after(ordered_at)
        })
        .await?;
    let open = trial.rig().door(trial.serial()?).await?.position_millionths > 0;
    must(!open, || {
        "a reading proves the door closed, and it is not".to_owned()
    })
}

async fn by_hand(trial: &mut Trial) -> Finding {
    trial.rig().press(trial.serial()?, Direction::Open).await?;
    trial
        .until("the door, opened by hand", |reading| {
            reading.state == DoorState::Open
        })
        .await?;
    trial.no_command().await
}

async fn tells_when(trial: &mut Trial) -> Finding {
    let before = SystemClock.now();
    let reading = trial.read().await?;
    let now = SystemClock.now();
    must(reading.observed_at <= reading.read_at + CLOCKS_APART, || {
        format!(
            "observed at {} and read at {}",
            reading.observed_at, reading.read_at
        )
    })?;
    let in_time = reading.read_at >= before - CLOCKS_APART && reading.read_at <= now + CLOCKS_APART;
    must(in_time, || {
        format!("read at {}, between {before} and {now}", reading.read_at)
    })
}

async fn slow_answers(trial: &mut Trial) -> Finding {
    let fault = slow(SLOW_MS).after_motion();
    // As often as a reading may take several requests: each is answered late.
    trial.rig().fail_next(Target::Read, &fault, 20).await?;
    let asked_at = SystemClock.now();
    let reading = trial.read().await?;
    let latest = asked_at + SLOW_GRACE;
    must(reading.stale || reading.observed_at <= latest, || {
        format!(
            "it was asked for at {asked_at} and observed at {}",
            reading.observed_at
        )
    })
}

async fn absent(trial: &mut Trial) -> Finding {
    let off = DoorPatch {
        online: Some(false),
        ..DoorPatch::default()
    };
    trial.rig().patch_door(trial.serial()?, &off).await?;
    let reading = trial
        .until("the absence", |reading| !reading.online || reading.stale)
        .await?;
    must(reading.shown_state() != DoorState::Closed, || {
        format!("it reads as {reading:?}")
    })?;
    let listed = trial.list().await?;
    let listed = listed.iter().find(|door| Some(&door.door) == trial.door().ok());
    let sure = listed.is_some_and(|door| door.reading.online && !door.reading.stale);
    must(!sure, || "the list shows it as online".to_owned())
}

async fn reversed(trial: &mut Trial) -> Finding {
    trial.needs_closes().await?;
    trial.opened().await?;
    let obstructed = DoorPatch {
        obstruct_next_closes: Some(1),
        ..DoorPatch::default()
    };
    trial.rig().patch_door(trial.serial()?, &obstructed).await?;
    watched_not_closed(trial).await
}

async fn stopped(trial: &mut Trial) -> Finding {
    trial.needs_closes().await?;
    trial.opened().await?;
    let stop = DoorPatch {
        stop_next_halfway: Some(1),
        ..DoorPatch::default()
    };
    trial.rig().patch_door(trial.serial()?, &stop).await?;
    watched_not_closed(trial).await
}

/// Orders the close, and watches the door for as long as it takes it several times.
async fn watched_not_closed(trial: &Trial) -> Finding {
    let ordered_at = SystemClock.now();
    well("door.close", trial.try_close().await?)?;
    for _ in 0..12 {
        let reading = trial.read().await?;
        must(!reading.proves_closed_after(ordered_at), || {
            format!("it reads as closed: {reading:?}")
        })?;
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    let open = trial.rig().door(trial.serial()?).await?.position_millionths > 0;
    must(open, || {
        "the door closed all the same, so nothing was seen".to_owned()
    })
    .map_err(|_| Found::NotSeen("the door closed all the same".to_owned()))
}

async fn wrong_clock(trial: &mut Trial) -> Finding {
    for ahead in [600, -600] {
        trial.rig().reset(ahead).await?;
        trial.settle().await?;
        let reading = trial.read().await?;
        let now = SystemClock.now();
        must(reading.observed_at <= now + CLOCKS_APART, || {
            format!(
                "with a clock {ahead} s ahead the door was observed at {}, and it is {now}",
                reading.observed_at
            )
        })?;
        well("link.refresh", trial.refresh().await?)?;
    }
    Ok(())
}

async fn unknown(trial: &mut Trial) -> Finding {
    trial
        .rig()
        .needs(Tells::UnknownPositions, "the vendor's cloud does not show it")
        .await?;
    let reset = DoorPatch {
        position_unknown: Some(true),
        ..DoorPatch::default()
    };
    trial.rig().patch_door(trial.serial()?, &reset).await?;
    let reading = trial.read().await?;
    must(reading.state == DoorState::Unknown, || {
        format!("it reads as {:?}", reading.state)
    })?;
    let any = [
        DoorState::Closed,
        DoorState::Unknown,
        DoorState::Open,
        DoorState::Stopped,
    ];
    let input = trial.open_input(trial.door()?, &any)?;
    let order = trial
        .order(postern_contract::adapter::Call::DoorOpen(input))
        .await?;
    must(order.is_err(), || "the order was taken".to_owned())?;
    trial.no_command().await
}
