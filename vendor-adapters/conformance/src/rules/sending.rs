//! Sending a command: once, whatever comes back, and `not_executed` only when it is certain.

use jiff::{SignedDuration, Timestamp};
use postern_adapter_sdk::{Clock as _, SystemClock};
use postern_contract::{
    adapter::{AdapterErrorKind, Call, Outcome},
    conformance::Tier,
    door::DoorState,
};
use postern_vendor_clouds::{Fault, Target};

use super::{cut_short, dropped, firewall, huge, slow, status};
use crate::{
    rule::{Check, Finding, Rule, must, refused, refused_as},
    trial::Trial,
};

/// How much time a call gets that is not to be answered in time.
const SHORT: SignedDuration = SignedDuration::from_millis(1_500);
/// How long after its deadline a call may still take to say so.
const GRACE: SignedDuration = SignedDuration::from_millis(2_500);
/// Longer than any call waits.
const FOR_EVER_MS: u64 = 600_000;
/// More than a command may ever be sent.
const TIMES: u32 = 10;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "refused-commands-are-sent-once",
        tier: Tier::Bronze,
        title: "A command that the vendor answers with 400, 401, 403, 404 or 409 is not sent again, and its outcome is unknown.",
        why: "Clouds refuse after the relay has fired. A second command to such a door is a movement that nobody ordered.",
        example: "The door moves and the cloud answers each of these: `unknown`, one command.",
        exceptions: "An answer that the vendor documents as a refusal before anything moved may be `not_executed`; one that says the door is there already is no error.",
        check: Check::Linked(|trial| Box::pin(each_once(trial, &[400, 401, 403, 404, 409]))),
    },
    Rule {
        id: "limited-commands-are-sent-once",
        tier: Tier::Bronze,
        title: "A command that met a limit is not sent again, and its outcome is unknown.",
        why: "A limit may be counted after the command was passed on.",
        example: "The door moves and the cloud answers 429: `rate_limited`, `unknown`, one command.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(limited(trial))),
    },
    Rule {
        id: "failed-commands-are-sent-once",
        tier: Tier::Bronze,
        title: "A command that the vendor answers with 500, 502, 503 or 504 is not sent again, and its outcome is unknown.",
        why: "It is the commonest way in which a garage is opened twice.",
        example: "The door moves and the cloud answers each of these: `unknown`, one command.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(each_once(trial, &[500, 502, 503, 504]))),
    },
    Rule {
        id: "unanswered-commands-are-sent-once",
        tier: Tier::Bronze,
        title: "A command whose connection breaks is not sent again, and its outcome is unknown.",
        why: "HTTP libraries send such a request again by themselves.",
        example: "The cloud hangs up, once before and once after the door was told: `unknown`, one command each time.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(hung_up(trial))),
    },
    Rule {
        id: "late-commands-are-unknown",
        tier: Tier::Bronze,
        title: "A command without an answer by the deadline is `timed_out` and unknown, and that is said soon after.",
        why: "The driver stands at the door. A reply that comes late comes to nobody.",
        example: "The cloud tells the door and is silent; the deadline is in 1.5 s; the reply comes within 2.5 s of it.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(silent(trial))),
    },
    Rule {
        id: "pages-in-place-of-answers-are-unknown",
        tier: Tier::Bronze,
        title: "A command that is answered with a page, with JSON that breaks off or with far too much is sent once.",
        why: "A firewall in front of a cloud answers in its stead, before or after.",
        example: "The door moves, and the answer is a firewall's page, half an object, 32 MiB: an error is unknown, and one command was sent.",
        exceptions: "A vendor that answers a command with its status alone may take a 200 with any body for an acceptance.",
        check: Check::Linked(|trial| Box::pin(pages(trial))),
    },
    Rule {
        id: "a-slow-look-sends-nothing-late",
        tier: Tier::Bronze,
        title: "When the look before the order takes until the deadline, the order is not sent, and that is said soon after.",
        why: "An order after its deadline opens a door that nobody watches any more.",
        example: "The reading hangs until the deadline has passed: `timed_out`, `not_executed`, no command.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(slow_look(trial))),
    },
    Rule {
        id: "a-failed-look-sends-nothing",
        tier: Tier::Bronze,
        title: "When the door cannot be looked at, it gets no order.",
        why: "An order on a guess opens what stands open and stops what moves.",
        example: "The reading is answered 401, 403, 429, 500, a page, half an object: `not_executed`, no command.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(failed_look(trial))),
    },
    Rule {
        id: "expired-tokens-send-nothing",
        tier: Tier::Bronze,
        title: "A token that the vendor no longer takes is told before anything is sent.",
        why: "The platform refreshes the link and asks again, which is safe only when nothing happened.",
        example: "The cloud voids all access tokens: `credentials_expired`, `not_executed`, no command.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(expired(trial))),
    },
];

/// One open under a fault, and what became of it.
async fn under(
    trial: &mut Trial,
    fault: &Fault,
) -> Result<postern_contract::adapter::AdapterError, crate::rule::Found> {
    anew(trial).await?;
    trial.rig().fail_next(Target::Command, fault, TIMES).await?;
    let answer = trial.try_open().await?;
    trial.commands_are_sent(1).await?;
    refused("door.open", answer)
}

/// A cloud begun anew, so that one fault leaves nothing to the next.
async fn anew(trial: &mut Trial) -> Finding {
    trial.rig().reset(0).await?;
    trial.settle().await
}

impl Trial {
    /// So many commands were sent, by what is left of the faults for them.
    async fn commands_are_sent(&self, expected: u64) -> Finding {
        let sent = u64::from(TIMES) - self.rig().strikes_left().await?;
        must(sent == expected, || format!("the command was sent {sent} times"))
    }
}

async fn each_once(trial: &mut Trial, statuses: &[u16]) -> Finding {
    for &answer in statuses {
        let error = under(trial, &status(answer).after_motion()).await?;
        must(error.outcome == Outcome::Unknown, || {
            format!("a {answer} after the door moved was told as {error}")
        })?;
    }
    Ok(())
}

async fn limited(trial: &mut Trial) -> Finding {
    let error = under(trial, &status(429).after_motion()).await?;
    let right = error.outcome == Outcome::Unknown && error.kind == AdapterErrorKind::RateLimited;
    must(right, || format!("it was told as {error}"))
}

async fn hung_up(trial: &mut Trial) -> Finding {
    for fault in [dropped(), dropped().after_motion()] {
        let error = under(trial, &fault).await?;
        must(error.outcome == Outcome::Unknown, || {
            format!("it was told as {error}")
        })?;
    }
    Ok(())
}

async fn silent(trial: &mut Trial) -> Finding {
    trial
        .rig()
        .fail_next(Target::Command, &slow(FOR_EVER_MS).after_motion(), TIMES)
        .await?;
    let deadline = SystemClock.now() + SHORT;
    let input = trial.open_input(trial.door()?, &[DoorState::Closed])?;
    let answer = trial.call_by(Call::DoorOpen(input), deadline).await?;
    in_time(deadline)?;
    refused_as(
        "door.open without an answer",
        answer,
        &[AdapterErrorKind::TimedOut],
        Outcome::Unknown,
    )?;
    trial.commands_are_sent(1).await
}

async fn pages(trial: &mut Trial) -> Finding {
    for fault in [firewall(), cut_short(), huge()] {
        anew(trial).await?;
        trial
            .rig()
            .fail_next(Target::Command, &fault.clone().after_motion(), TIMES)
            .await?;
        let answer = trial.try_open().await?;
        trial.commands_are_sent(1).await?;
        if let Err(error) = answer {
            must(error.outcome == Outcome::Unknown, || {
                format!("it was told as {error}")
            })?;
        } else {
            must(fault != firewall(), || {
                "a firewall's 403 was taken for an acceptance".to_owned()
            })?;
        }
    }
    Ok(())
}

async fn slow_look(trial: &mut Trial) -> Finding {
    trial
        .rig()
        .fail_next(Target::Read, &slow(FOR_EVER_MS), TIMES)
        .await?;
    let deadline = SystemClock.now() + SHORT;
    let input = trial.open_input(trial.door()?, &[DoorState::Closed])?;
    let answer = trial.call_by(Call::DoorOpen(input), deadline).await?;
    in_time(deadline)?;
    refused_as(
        "door.open",
        answer,
        &[AdapterErrorKind::TimedOut],
        Outcome::NotExecuted,
    )?;
    trial.no_command().await
}

/// The reply came soon enough after its deadline.
fn in_time(deadline: Timestamp) -> Finding {
    let late = SystemClock.now().duration_since(deadline);
    must(late <= GRACE, || {
        format!("the reply came {late:#} after the deadline")
    })
}

async fn failed_look(trial: &mut Trial) -> Finding {
    for fault in [
        status(401),
        status(403),
        status(429),
        status(500),
        firewall(),
        cut_short(),
        huge(),
        dropped(),
    ] {
        trial.rig().fail_next(Target::Read, &fault, TIMES).await?;
        let error = refused("door.open", trial.try_open().await?)?;
        must(error.outcome == Outcome::NotExecuted, || {
            format!("it was told as {error}")
        })?;
        trial.rig().clear_faults().await?;
    }
    trial.no_command().await
}

async fn expired(trial: &mut Trial) -> Finding {
    trial.rig().expire_access_tokens().await?;
    let kinds = [AdapterErrorKind::CredentialsExpired];
    refused_as("door.open", trial.try_open().await?, &kinds, Outcome::NotExecuted)?;
    trial.no_command().await
}
