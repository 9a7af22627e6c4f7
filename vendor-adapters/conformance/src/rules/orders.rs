//! Orders: read first, sent once, and refused when the door does not stand as expected.

use std::{sync::Arc, time::Duration};

use postern_contract::{
    adapter::{AdapterErrorKind, Call, Disposition, Outcome},
    conformance::Tier,
    door::DoorState,
};
use postern_vendor_clouds::{Direction, DoorTimings, Tells, control::DoorPatch};
use tokio::task::JoinSet;

use crate::{
    rule::{Check, Finding, Found, Rule, must, refused, refused_as, well},
    trial::Trial,
};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "an-open-is-one-command",
        tier: Tier::Bronze,
        title: "An open reaches the vendor as one command, and the door opens once.",
        why: "A second command to a toggle is a close on somebody's head.",
        example: "`door.open` from closed: `sent`, one command, one movement.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(open_once(trial))),
    },
    Rule {
        id: "a-close-is-one-command",
        tier: Tier::Bronze,
        title: "A close reaches the vendor as one command, and the door closes once.",
        why: "An opener takes two closes that something stopped, and no third. None of them may be wasted.",
        example: "`door.close` from open: `sent`, one command, one movement.",
        exceptions: "A vendor whose doors may not be closed unattended.",
        check: Check::Linked(|trial| Box::pin(close_once(trial))),
    },
    Rule {
        id: "accepted-is-not-done",
        tier: Tier::Silver,
        title: "An accepted order says how the door stood before, and promises nothing.",
        why: "What the platform keeps of an order is what was seen before it left.",
        example: "`door.open` from closed: `before` is a reading of a closed door.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(before(trial))),
    },
    Rule {
        id: "already-there-sends-nothing",
        tier: Tier::Silver,
        title: "A door that is there already gets no command.",
        why: "With a toggle behind the vendor's cloud the command would undo what is done.",
        example: "`door.close` of a closed door: `already_there`, and no command.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(already_there(trial))),
    },
    Rule {
        id: "already-moving-sends-nothing",
        tier: Tier::Gold,
        title: "A door that is on its way already gets no second command.",
        why: "A second command stops many openers half-way.",
        example: "A slow door is opened, and asked to open again while it moves: `already_moving`, one command.",
        exceptions: "A vendor that shows no movement: the door reads as open or closed meanwhile.",
        check: Check::Linked(|trial| Box::pin(already_moving(trial))),
    },
    Rule {
        id: "unexpected-states-refuse",
        tier: Tier::Bronze,
        title: "An order for a door that does not stand as expected is refused, with what was seen.",
        why: "A garage that stands open when it should be closed is news, and may hold somebody.",
        example: "The door is opened by hand, and ordered to open from closed: `rejected`, `not_executed`, with the reading; no command.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(unexpected(trial))),
    },
    Rule {
        id: "an-absent-door-gets-no-order",
        tier: Tier::Bronze,
        title: "A door that is known to be off the net gets no command.",
        why: "Clouds keep commands for openers that are away, and the door opens when nobody is there any more.",
        example: "The opener is off the net: `door_offline`, `not_executed`, no command.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(absent(trial))),
    },
    Rule {
        id: "orders-that-move-nothing-claim-nothing",
        tier: Tier::Silver,
        title: "An order that the vendor takes and the door ignores does not read as done.",
        why: "Openers go off the net without their cloud noticing.",
        example: "The opener is gone and its cloud has not noticed; the order is taken or refused, and the door goes on reading as closed.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(unnoticed(trial))),
    },
    Rule {
        id: "repeated-orders-move-once",
        tier: Tier::Silver,
        title: "The same order twice opens the door once.",
        why: "Lambda delivers an asynchronous invocation at least once, and networks repeat.",
        example: "The same `door.open` is sent twice, one after the other: one movement.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(repeated(trial))),
    },
    Rule {
        id: "orders-at-once-move-once",
        tier: Tier::Gold,
        title: "Two orders to open at the same time open the door once.",
        why: "Two copies of the adapter may be asked in the same moment.",
        example: "Two `door.open` at once, to two copies: the door begins to open once, and does not come back down.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(at_once(trial))),
    },
    Rule {
        id: "barred-closes-are-not-sent",
        tier: Tier::Bronze,
        title: "A door that may not be closed unattended gets no close.",
        why: "16 CFR 1211.14: sectional doors only, switched on by a deliberate act, with light and sound before it moves.",
        example: "The opener forbids it: the list says `not_allowed` with its reason, and `door.close` is refused as `not_executed`.",
        exceptions: "A vendor that has no word for it: then no door of it may be closed unattended, or its warning is vouched for in the adapter's settings.",
        check: Check::Linked(|trial| Box::pin(barred(trial))),
    },
];

async fn open_once(trial: &mut Trial) -> Finding {
    let accepted = well("door.open", trial.try_open().await?)?;
    must(accepted.disposition == Disposition::Sent, || {
        format!("it was answered {:?}", accepted.disposition)
    })?;
    trial.until_really(true).await?;
    trial.commands_are(1).await?;
    let moved = trial.rig().moved(trial.serial()?, Direction::Open).await?;
    must(moved == 1, || format!("the door opened {moved} times"))
}

async fn close_once(trial: &mut Trial) -> Finding {
    trial.needs_closes().await?;
    trial.opened().await?;
    let accepted = well("door.close", trial.try_close().await?)?;
    must(accepted.disposition == Disposition::Sent, || {
        format!("it was answered {:?}", accepted.disposition)
    })?;
    trial.until_really(false).await?;
    let (door, rig) = (trial.serial()?, trial.rig());
    let closes = rig.commands_to(door, Direction::Close).await?;
    must(closes == 1, || format!("{closes} closes reached the vendor"))?;
    let moved = rig.moved(door, Direction::Close).await?;
    must(moved == 1, || format!("the door closed {moved} times"))
}

async fn before(trial: &mut Trial) -> Finding {
    let accepted = well("door.open", trial.try_open().await?)?;
    must(accepted.before.state == DoorState::Closed, || {
        format!("it stood {:?} before", accepted.before.state)
    })
}

async fn already_there(trial: &mut Trial) -> Finding {
    let input = trial.close_input(trial.door()?, &[DoorState::Open])?;
    let answer = trial.order(Call::DoorClose(input)).await?;
    let accepted = well("door.close of a closed door", answer)?;
    must(accepted.disposition == Disposition::AlreadyThere, || {
        format!("it was answered {:?}", accepted.disposition)
    })?;
    trial.no_command().await
}

async fn already_moving(trial: &mut Trial) -> Finding {
    let slow = DoorPatch {
        timings: Some(DoorTimings {
            open_travel: Duration::from_secs(4),
            ..DoorTimings::fast()
        }),
        ..DoorPatch::default()
    };
    trial.rig().patch_door(trial.serial()?, &slow).await?;
    well("door.open", trial.try_open().await?)?;
    let shown = trial.until("a movement or its end", |reading| {
        matches!(reading.state, DoorState::Opening | DoorState::Open)
    });
    if shown.await?.state != DoorState::Opening {
        return Err(Found::NotApplicable("the vendor shows no movement".to_owned()));
    }
    let any = [DoorState::Closed, DoorState::Opening, DoorState::Open];
    let input = trial.open_input(trial.door()?, &any)?;
    let again = well(
        "door.open of an opening door",
        trial.order(Call::DoorOpen(input)).await?,
    )?;
    must(again.disposition == Disposition::AlreadyMoving, || {
        format!("it was answered {:?}", again.disposition)
    })?;
    trial.commands_are(1).await
}

async fn unexpected(trial: &mut Trial) -> Finding {
    trial.rig().press(trial.serial()?, Direction::Open).await?;
    trial
        .until("the door, opened by hand", |reading| {
            reading.state == DoorState::Open
        })
        .await?;
    let kinds = [AdapterErrorKind::Rejected];
    let error = refused_as(
        "door.open of an open door",
        trial.try_open().await?,
        &kinds,
        Outcome::NotExecuted,
    )?;
    let seen = error.reading.map(|reading| reading.state);
    must(seen == Some(DoorState::Open), || {
        format!("the refusal tells the door as {seen:?}")
    })?;
    trial.no_command().await
}

async fn absent(trial: &mut Trial) -> Finding {
    let off = DoorPatch {
        online: Some(false),
        ..DoorPatch::default()
    };
    trial.rig().patch_door(trial.serial()?, &off).await?;
    trial
        .until("the absence", |reading| !reading.online || reading.stale)
        .await?;
    let kinds = [AdapterErrorKind::DoorOffline];
    refused_as(
        "door.open of an absent door",
        trial.try_open().await?,
        &kinds,
        Outcome::NotExecuted,
    )?;
    trial.no_command().await
}

async fn unnoticed(trial: &mut Trial) -> Finding {
    let gone = DoorPatch {
        online: Some(false),
        absence_noticed: Some(false),
        ..DoorPatch::default()
    };
    trial.rig().patch_door(trial.serial()?, &gone).await?;
    if let Ok(accepted) = trial.try_open().await? {
        must(accepted.disposition == Disposition::Sent, || {
            format!("it was answered {:?}", accepted.disposition)
        })?;
    }
    let moved = trial.rig().moved(trial.serial()?, Direction::Open).await?;
    must(moved == 0, || "the door moved, so nothing was seen".to_owned())?;
    let reading = trial.read().await?;
    must(reading.state != DoorState::Open, || "it reads as open".to_owned())
}

async fn repeated(trial: &mut Trial) -> Finding {
    let input = trial.open_input(trial.door()?, &[DoorState::Closed])?;
    let order = Call::DoorOpen(input);
    well("door.open", trial.order(order.clone()).await?)?;
    // Whatever it is answered: what counts is the door.
    let _whatever = trial.order(order).await?;
    trial.until_really(true).await?;
    tokio::time::sleep(Duration::from_millis(300)).await;
    moved_once(trial).await
}

async fn moved_once(trial: &Trial) -> Finding {
    let (door, rig) = (trial.serial()?, trial.rig());
    let (opened, closed) = (
        rig.moved(door, Direction::Open).await?,
        rig.moved(door, Direction::Close).await?,
    );
    must((opened, closed) == (1, 0), || {
        format!("the door opened {opened} times and closed {closed} times")
    })
}

async fn at_once(trial: &mut Trial) -> Finding {
    let mut both = JoinSet::new();
    for _ in 0..2 {
        let input = trial.open_input(trial.door()?, &[DoorState::Closed])?;
        let mut other = Trial::new(Arc::clone(&trial.stand));
        other.link = trial.link;
        both.spawn(async move { other.order(Call::DoorOpen(input)).await });
    }
    let mut taken = 0;
    while let Some(answer) = both.join_next().await {
        let answer = answer.map_err(|error| Found::NotSeen(error.to_string()))??;
        taken += usize::from(answer.is_ok());
    }
    must(taken > 0, || "neither order was taken".to_owned())?;
    trial.until_really(true).await?;
    tokio::time::sleep(Duration::from_millis(300)).await;
    moved_once(trial).await
}

async fn barred(trial: &mut Trial) -> Finding {
    trial
        .rig()
        .needs(Tells::ForbiddenCloses, "the vendor has no word for it")
        .await?;
    let forbid = DoorPatch {
        unattended_close_allowed: Some(false),
        ..DoorPatch::default()
    };
    trial.rig().patch_door(trial.serial()?, &forbid).await?;
    must(!trial.may_close().await?, || {
        "the list says that it may be closed".to_owned()
    })?;
    trial.opened().await?;
    let error = refused("door.close of a door that bars it", trial.try_close().await?)?;
    must(error.outcome == Outcome::NotExecuted, || {
        format!("the refusal is {error}")
    })?;
    let closes = trial.rig().commands_to(trial.serial()?, Direction::Close).await?;
    must(closes == 0, || format!("{closes} closes reached the vendor"))
}
