//! Reading from a vendor in trouble: asked again where that helps, left alone where it asks for it, and never believed in doubt.

use postern_contract::{
    adapter::{AdapterErrorKind, Outcome},
    conformance::Tier,
};
use postern_vendor_clouds::Target;

use super::{cut_short, dropped, firewall, huge, limited, status};
use crate::{
    rule::{Check, Finding, Found, Rule, must, refused, refused_as, well},
    trial::Trial,
};

/// More requests than any reading takes.
const TIMES: u32 = 50;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "limits-are-told-with-their-time",
        tier: Tier::Silver,
        title: "A limit is `rate_limited`, with the seconds that the vendor named.",
        why: "The platform leaves the vendor alone for that long, and people are told in time to choose the doorstep.",
        example: "429 with `Retry-After: 3600` to a reading: `retry_after_seconds` is 3600. Without it: `rate_limited` and no number made up.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(limits(trial))),
    },
    Rule {
        id: "limits-are-heeded",
        tier: Tier::Gold,
        title: "A reading that met a limit is not repeated within the call.",
        why: "Vendors lock accounts out for an hour that knock after a 429, and the household's own app with them.",
        example: "429 to everything: one request reaches the vendor.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(heeded(trial))),
    },
    Rule {
        id: "locked-out-accounts-are-told",
        tier: Tier::Gold,
        title: "An account that the vendor has locked out is `rate_limited`, and its link is not taken for broken.",
        why: "It ends by itself; a household that is told to link again makes it worse.",
        example: "The cloud answers 429 to everything of the account: `door.open` is `rate_limited`, `not_executed`.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(locked_out(trial))),
    },
    Rule {
        id: "passing-trouble-is-got-over",
        tier: Tier::Gold,
        title: "A reading that fails once is tried again.",
        why: "One 502 in a thousand must not leave a driver at a closed door.",
        example: "The first reading is answered 502: `door.read` goes well.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(passing(trial))),
    },
    Rule {
        id: "pages-in-place-of-readings-are-trouble",
        tier: Tier::Silver,
        title: "A page, half an object or far too much in place of a reading is the vendor's trouble, and is not repeated in the message.",
        why: "What a firewall shows is no state of a door, and pages hold what nobody wants in a log.",
        example: "A firewall's page, JSON that breaks off, 32 MiB: `vendor_unavailable` or `credentials_expired`, `not_executed`, a message under 500 characters without `<`.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(nonsense(trial))),
    },
    Rule {
        id: "a-vendor-that-is-gone-is-told",
        tier: Tier::Silver,
        title: "A vendor that hangs up on everything is `vendor_unavailable`.",
        why: "Carriers offer the doorstep then. They cannot when it is told as anything else.",
        example: "Every connection is hung up on: listing, reading, opening: `not_executed`.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(gone(trial))),
    },
    Rule {
        id: "copies-know-the-same",
        tier: Tier::Gold,
        title: "A copy that was just started knows as much as one that has run for hours.",
        why: "Lambda starts and ends copies as it likes. What one keeps for itself is lost, or wrong in the others.",
        example: "A link begun and completed, a door opened and refreshed, each by another fresh copy.",
        exceptions: "None. Where copies cannot be started from outside, the rule is not seen.",
        check: Check::Unlinked(|trial| Box::pin(fresh_copies(trial))),
    },
];

async fn limits(trial: &mut Trial) -> Finding {
    for (fault, seconds) in [(limited(3600), Some(3600)), (status(429), None)] {
        // Each by a link of its own: an account that was told to wait may well be left alone.
        let mut own = Trial::new(std::sync::Arc::clone(&trial.stand));
        own.settle().await?;
        let trial = own;
        trial.rig().fail_next(Target::Read, &fault, TIMES).await?;
        let answer = trial.try_read(trial.door()?).await?;
        let error = refused_as(
            "door.read",
            answer,
            &[AdapterErrorKind::RateLimited],
            Outcome::NotExecuted,
        )?;
        must(error.retry_after_seconds == seconds, || {
            format!(
                "retry_after_seconds is {:?}, and the vendor said {seconds:?}",
                error.retry_after_seconds
            )
        })?;
        trial.rig().clear_faults().await?;
    }
    Ok(())
}

async fn heeded(trial: &mut Trial) -> Finding {
    trial.rig().fail_next(Target::Read, &limited(3600), TIMES).await?;
    refused("door.read", trial.try_read(trial.door()?).await?)?;
    let asked = u64::from(TIMES) - trial.rig().strikes_left().await?;
    must(asked == 1, || format!("the vendor was asked {asked} times"))
}

async fn locked_out(trial: &mut Trial) -> Finding {
    let email = trial.stand.person.email.clone();
    for retry_after in [true, false] {
        trial.rig().lock_out(&email, 3600, retry_after).await?;
        let kinds = [AdapterErrorKind::RateLimited];
        refused_as("door.open", trial.try_open().await?, &kinds, Outcome::NotExecuted)?;
    }
    trial.no_command().await
}

async fn passing(trial: &mut Trial) -> Finding {
    trial.rig().fail_next(Target::Read, &status(502), 1).await?;
    trial.read().await.map(drop)
}

async fn nonsense(trial: &mut Trial) -> Finding {
    for fault in [firewall(), cut_short(), huge()] {
        trial.rig().fail_next(Target::Read, &fault, TIMES).await?;
        let answer = trial.try_read(trial.door()?).await?;
        let kinds = [
            AdapterErrorKind::VendorUnavailable,
            AdapterErrorKind::CredentialsExpired,
        ];
        let error = refused_as("door.read", answer, &kinds, Outcome::NotExecuted)?;
        let short = error.message.len() < 500 && !error.message.contains('<');
        must(short, || "the message repeats what the vendor sent".to_owned())?;
        trial.rig().clear_faults().await?;
    }
    Ok(())
}

async fn gone(trial: &mut Trial) -> Finding {
    trial.rig().fail_next(Target::Any, &dropped(), TIMES).await?;
    let kinds = [AdapterErrorKind::VendorUnavailable];
    refused_as(
        "doors.list",
        trial.try_list().await?,
        &kinds,
        Outcome::NotExecuted,
    )?;
    refused_as(
        "door.read",
        trial.try_read(trial.door()?).await?,
        &kinds,
        Outcome::NotExecuted,
    )?;
    refused_as("door.open", trial.try_open().await?, &kinds, Outcome::NotExecuted)?;
    trial.no_command().await
}

async fn fresh_copies(trial: &mut Trial) -> Finding {
    let renew = async || {
        let renewed = trial.stand.reach.renew().await;
        renewed.map_err(|unseen| Found::NotSeen(unseen.to_string()))
    };
    let (begun, _) = trial.begin().await?;
    renew().await?;
    let brought = trial.log_in(&begun, &trial.stand.person).await?;
    let granted = well(
        "link.complete by another copy",
        trial.complete(&begun, &brought.signed_in).await?,
    )?;
    renew().await?;
    let mut after = Trial::new(std::sync::Arc::clone(&trial.stand));
    after.link = trial.link;
    after.credentials = Some(granted.credentials);
    let doors = after.list().await?;
    renew().await?;
    let door = doors
        .first()
        .ok_or_else(|| Found::Broken("doors.list is empty".to_owned()))?;
    well("door.read by another copy", after.try_read(&door.door).await?)?;
    renew().await?;
    well("link.refresh by another copy", after.refresh().await?).map(drop)
}
