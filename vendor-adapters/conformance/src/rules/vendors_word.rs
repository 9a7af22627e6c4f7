//! What a vendor tells beyond open and closed, and a delivery can use.

use std::time::Duration;

use postern_contract::{adapter::Call, conformance::Tier, door::DoorState};
use postern_vendor_clouds::{DoorTimings, control::DoorPatch};

use crate::{
    rule::{Check, Finding, Found, Rule, must, well},
    trial::Trial,
};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "readings-are-as-old-as-the-vendor-says",
        tier: Tier::Platinum,
        title: "When a cloud goes on showing an old state, the reading is as old as that state.",
        why: "A state six minutes old that passes for fresh has called an open garage closed.",
        example: "The cloud stops hearing the door; two readings half a second apart have one `observed_at`, or are `stale`.",
        exceptions: "None: a vendor that does not say when it heard its opener cannot keep it.",
        check: Check::Linked(|trial| Box::pin(as_old(trial))),
    },
    Rule {
        id: "obstructions-are-told",
        tier: Tier::Platinum,
        title: "A door that met something says so.",
        why: "Whoever is called then knows to look for a parcel under the door.",
        example: "A close is obstructed; one of the readings until the door is open again has `obstructed: true`.",
        exceptions: "None: a vendor that does not say so cannot keep it.",
        check: Check::Linked(|trial| Box::pin(obstructions(trial))),
    },
    Rule {
        id: "movements-are-told",
        tier: Tier::Platinum,
        title: "A door that moves reads as moving.",
        why: "A customer who watches sees it go up and come down.",
        example: "A slow door is opened; one of the readings is `opening`.",
        exceptions: "None: a vendor with a single contact at the floor cannot keep it.",
        check: Check::Linked(|trial| Box::pin(movements(trial))),
    },
    Rule {
        id: "lock-outs-are-told",
        tier: Tier::Gold,
        title: "After two closes that something stopped, a third is refused or comes to nothing, and never reads as closed.",
        why: "The opener takes no third by itself (16 CFR 1211.14), and a person has to go and look.",
        example: "Two obstructed closes, then a third: no reading proves it closed.",
        exceptions: "A vendor whose doors may not be closed unattended.",
        check: Check::Linked(|trial| Box::pin(lock_outs(trial))),
    },
];

async fn as_old(trial: &mut Trial) -> Finding {
    trial.read().await?;
    let frozen = DoorPatch {
        freeze_report_ms: Some(600_000),
        ..DoorPatch::default()
    };
    trial.rig().patch_door(trial.serial()?, &frozen).await?;
    let first = trial.read().await?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let second = trial.read().await?;
    must(second.stale || second.observed_at == first.observed_at, || {
        format!(
            "the cloud heard nothing, and the door was observed at {} and at {}",
            first.observed_at, second.observed_at
        )
    })
}

async fn obstructions(trial: &mut Trial) -> Finding {
    trial.needs_closes().await?;
    trial.opened().await?;
    // Slow, so that what a vendor shows for as long as the door goes back up is not missed.
    let obstructed = DoorPatch {
        obstruct_next_closes: Some(1),
        timings: Some(DoorTimings {
            open_travel: Duration::from_secs(4),
            close_travel: Duration::from_secs(1),
            ..DoorTimings::fast()
        }),
        ..DoorPatch::default()
    };
    trial.rig().patch_door(trial.serial()?, &obstructed).await?;
    well("door.close", trial.try_close().await?)?;
    for _ in 0..40 {
        if trial.read().await?.obstructed == Some(true) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    Err(Found::Broken("no reading told it".to_owned()))
}

async fn movements(trial: &mut Trial) -> Finding {
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
    let state = shown.await?.state;
    must(state == DoorState::Opening, || {
        "it was closed, and then open".to_owned()
    })
}

async fn lock_outs(trial: &mut Trial) -> Finding {
    trial.needs_closes().await?;
    trial.opened().await?;
    let obstructed = DoorPatch {
        obstruct_next_closes: Some(2),
        ..DoorPatch::default()
    };
    trial.rig().patch_door(trial.serial()?, &obstructed).await?;
    let begun = postern_adapter_sdk::Clock::now(&postern_adapter_sdk::SystemClock);
    for _ in 0..3 {
        let any = [DoorState::Open, DoorState::Stopped];
        let input = trial.close_input(trial.door()?, &any)?;
        // Taken or refused: what counts is what is then seen.
        let _whatever = trial.order(Call::DoorClose(input)).await?;
        for _ in 0..8 {
            let reading = trial.read().await?;
            must(!reading.proves_closed_after(begun), || {
                format!("it reads as closed: {reading:?}")
            })?;
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
    }
    Ok(())
}
