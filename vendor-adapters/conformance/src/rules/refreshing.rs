//! Refreshing a link: the one thing that can burn it.

use std::sync::Arc;

use postern_contract::{
    adapter::{AdapterErrorKind, Answer, Call, Outcome},
    conformance::Tier,
};
use postern_vendor_clouds::{Target, config::RefreshTokens};
use tokio::task::JoinSet;

use super::{dropped, status};
use crate::{
    rule::{Check, Finding, Found, Rule, must, refused, refused_as, well},
    trial::Trial,
};

/// How many refresh one link at once.
const RACERS: usize = 10;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "refreshed-credentials-work",
        tier: Tier::Bronze,
        title: "A link refreshes again and again, and works after each time.",
        why: "A household links once and is delivered to for years.",
        example: "Three refreshes, each with the credentials of the one before; a door is read after each.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(refreshes(trial))),
    },
    Rule {
        id: "ended-links-are-told",
        tier: Tier::Silver,
        title: "A refresh token that the vendor no longer takes means `link_revoked`.",
        why: "The household is then asked to link again, today and not on the day of a delivery.",
        example: "The cloud voids all refresh tokens; `link.refresh`: `link_revoked`, `not_executed`.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(ended(trial))),
    },
    Rule {
        id: "spent-credentials-are-told",
        tier: Tier::Silver,
        title: "Credentials that were exchanged already are refused as over.",
        why: "The platform keeps the new ones before it forgets the old; if it ever fails in that, it must learn so and not go on with nothing.",
        example: "Two refreshes with the same credentials; the second: `link_revoked`, `not_executed`.",
        exceptions: "A vendor whose refresh tokens do not rotate: both refreshes go well.",
        check: Check::Linked(|trial| Box::pin(spent(trial))),
    },
    Rule {
        id: "refreshes-in-doubt-are-unknown",
        tier: Tier::Gold,
        title: "A refresh whose answer was lost is `unknown`, and is sent once.",
        why: "The vendor may have spent the token. Whoever sends it again burns the link for good.",
        example: "The cloud exchanges the token, and hangs up or answers 503: `unknown`, and one request.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(in_doubt(trial))),
    },
    Rule {
        id: "vendor-trouble-ends-no-link",
        tier: Tier::Gold,
        title: "A token endpoint in trouble ends no link.",
        why: "A household that is told to link again because a cloud was down for a minute will not do it a third time.",
        example: "429, 500, 503 and a 401 without a reason from the token endpoint: never `link_revoked`; afterwards the link refreshes.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(trouble(trial))),
    },
    Rule {
        id: "refreshes-race-without-harm",
        tier: Tier::Gold,
        title: "Of ten copies that refresh one link at once, whichever is answered has credentials that work.",
        why: "The platform lets one copy refresh at a time. If that ever fails, no copy may hand out credentials that are dead.",
        example: "Ten refreshes at once with the same credentials; at least one goes well, and a door is read with what each brought.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(race(trial))),
    },
];

async fn refreshes(trial: &mut Trial) -> Finding {
    for _ in 0..3 {
        let granted = well("link.refresh", trial.refresh().await?)?;
        trial.credentials = Some(granted.credentials);
        trial.read().await?;
    }
    Ok(())
}

async fn ended(trial: &mut Trial) -> Finding {
    trial.rig().revoke_refresh_tokens().await?;
    let answer = trial.refresh().await?;
    let kinds = [AdapterErrorKind::LinkRevoked];
    refused_as(
        "link.refresh with a void token",
        answer,
        &kinds,
        Outcome::NotExecuted,
    )
    .map(drop)
}

async fn spent(trial: &mut Trial) -> Finding {
    let first = well("link.refresh", trial.refresh().await?)?;
    let second = trial.refresh().await?;
    if trial.rig().settings().await?.refresh_tokens == RefreshTokens::Fixed {
        return well("link.refresh with tokens that do not rotate", second).map(drop);
    }
    let kinds = [AdapterErrorKind::LinkRevoked];
    refused_as(
        "link.refresh with spent credentials",
        second,
        &kinds,
        Outcome::NotExecuted,
    )?;
    trial.credentials = Some(first.credentials);
    trial.read().await.map(drop)
}

async fn in_doubt(trial: &mut Trial) -> Finding {
    for fault in [dropped().after_motion(), status(503).after_motion()] {
        trial.rig().clear_faults().await?;
        let person = trial.stand.person.clone();
        trial.link_as(&person).await?;
        trial.rig().fail_next(Target::Token, &fault, 5).await?;
        let error = refused("link.refresh without an answer", trial.refresh().await?)?;
        must(error.outcome == Outcome::Unknown, || {
            format!("the refusal is {error}")
        })?;
        let sent = 5 - trial.rig().strikes_left().await?;
        must(sent == 1, || format!("the token was sent {sent} times"))?;
    }
    Ok(())
}

async fn trouble(trial: &mut Trial) -> Finding {
    for trouble in [429, 500, 503, 401] {
        trial.rig().fail_next(Target::Token, &status(trouble), 1).await?;
        let error = refused("link.refresh", trial.refresh().await?)?;
        must(error.kind != AdapterErrorKind::LinkRevoked, || {
            format!("a {trouble} was taken for the end of the link")
        })?;
        trial.rig().clear_faults().await?;
    }
    well("link.refresh", trial.refresh().await?).map(drop)
}

async fn race(trial: &mut Trial) -> Finding {
    let call = Call::LinkRefresh(trial.link_input()?);
    let mut racers = JoinSet::new();
    for _ in 0..RACERS {
        let mut racer = Trial::new(Arc::clone(&trial.stand));
        racer.link = trial.link;
        let call = call.clone();
        racers.spawn(async move { racer.call(call).await });
    }
    let mut granted = Vec::new();
    while let Some(raced) = racers.join_next().await {
        let answer = raced.map_err(|error| Found::NotSeen(error.to_string()))??;
        if let Ok(Answer::LinkRefresh(fresh)) = answer {
            granted.push(fresh.credentials);
        }
    }
    must(!granted.is_empty(), || "none of them went well".to_owned())?;
    for credentials in granted {
        trial.credentials = Some(credentials);
        trial.read().await?;
    }
    Ok(())
}
