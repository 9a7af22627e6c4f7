//! Looking at every rule, each in a trial of its own, as many side by side as there are lanes.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use futures_util::future::join_all;
use jiff::SignedDuration;
use postern_adapter_sdk::{Clock as _, SystemClock};
use postern_contract::{
    adapter::{
        AdapterReply, AdapterRequest, AdapterResult, Answer, Call, ContractVersion, DescribeInput,
        Description,
    },
    conformance::{ConformanceReport, RuleId, RuleReport, tier_of},
};
use postern_vendor_clouds::{DEMO_EMAIL, DEMO_PASSWORD};

use crate::{
    KIT, KitError, Reach, Rig, Rule,
    browser::Person,
    heard::{Heard, quoted},
    rule::{Check, Finding, Found},
    rules::rules,
    trial::{REDIRECT, Stand, Trial},
};

/// How long an adapter may take to say who it is, cold.
const DESCRIBE_WITHIN: SignedDuration = SignedDuration::from_secs(30);

/// A way to the adapter, and the cloud behind it.
#[derive(Clone)]
pub struct Lane {
    /// The way to the adapter.
    pub reach: Arc<dyn Reach>,
    /// The cloud behind it.
    pub rig: Rig,
}

/// What is looked at.
pub struct Examination {
    /// The same build in as many lanes as rules are to be looked at side by side, each with a cloud of its own.
    pub lanes: Vec<Lane>,
    /// Only these rules, by name; none for all. What is not looked at stands in the report as not seen.
    pub only: Vec<String>,
}

/// Is told of each rule before it is looked at, and of how many there are.
pub type Progress<'a> = &'a (dyn Fn(&Rule, usize) + Send + Sync);

/// Looks at every rule.
///
/// # Errors
/// [`KitError`] when the adapter cannot be reached or does not say who it is, and when the cloud's controls do not answer.
pub async fn examine(
    examination: Examination,
    progress: Progress<'_>,
) -> Result<ConformanceReport, KitError> {
    let Examination { lanes, only } = examination;
    let tested_at = SystemClock.now();
    let number = Arc::new(AtomicU64::new(1));
    let mut stands = Vec::new();
    for lane in lanes {
        stands.push(Arc::new(stand(lane, Arc::clone(&number)).await?));
    }
    let (description, build) = match stands.first() {
        Some(stand) => (stand.description.clone(), stand.reach.build()),
        None => return Err(KitError::Unreachable("no way to it was given".to_owned())),
    };
    let wanted = |rule: &Rule| only.is_empty() || only.iter().any(|name| name == rule.id);
    // What is judged by all that was heard comes last.
    let over_all = |rule: &&Rule| matches!(rule.check, Check::OverAll(_));
    let queue: Vec<&Rule> = rules()
        .iter()
        .filter(|rule| !over_all(rule) && wanted(rule))
        .collect();
    let next = AtomicUsize::new(0);
    let walk = async |stand: Arc<Stand>| {
        let (mut heard, mut found) = (Heard::default(), Vec::new());
        while let Some(rule) = queue.get(next.fetch_add(1, Ordering::Relaxed)) {
            progress(rule, rules().len());
            found.push((rule.id, look(rule, &stand, &mut heard).await));
        }
        // A cloud that others use is left as it was found.
        let _left_as_it_was = stand.rig.reset(0).await;
        (heard, found)
    };
    let (mut heard, mut found) = (Heard::default(), HashMap::new());
    for (heard_here, found_here) in join_all(stands.into_iter().map(walk)).await {
        heard.join(heard_here);
        found.extend(found_here);
    }
    let rules: Vec<RuleReport> = rules()
        .iter()
        .map(|rule| {
            let not_asked_for = || Err(Found::NotSeen("it was not asked for".to_owned()));
            let finding = match rule.check {
                Check::OverAll(judge) if wanted(rule) => {
                    progress(rule, rules().len());
                    judge(&heard)
                }
                _ => found.remove(rule.id).unwrap_or_else(not_asked_for),
            };
            (rule, finding)
        })
        .filter_map(|(rule, finding)| reported(rule, finding))
        .collect();
    Ok(ConformanceReport {
        kit: KIT.to_owned(),
        vendor: description.vendor,
        contract: description.contract,
        build,
        tested_at,
        tier: tier_of(&rules),
        rules,
    })
}

/// A lane, ready for trials.
async fn stand(lane: Lane, number: Arc<AtomicU64>) -> Result<Stand, KitError> {
    let Lane { reach, rig } = lane;
    let description = describe(&*reach).await?;
    let wired = rig.accept_redirect(REDIRECT).await;
    let address = rig.base().to_string();
    wired.map_err(|problem| KitError::Controls {
        address,
        problem: format!("{problem:?}"),
    })?;
    Ok(Stand {
        rig,
        person: Person {
            email: DEMO_EMAIL.to_owned(),
            password: DEMO_PASSWORD.to_owned(),
        },
        description,
        number,
        reach,
    })
}

fn reported(rule: &Rule, finding: Finding) -> Option<RuleReport> {
    Some(RuleReport {
        // Each name is fit: a test reads them all.
        rule: RuleId::try_from(rule.id.to_owned()).ok()?,
        tier: rule.tier,
        title: rule.title.to_owned(),
        verdict: Found::verdict(finding),
    })
}

async fn look(rule: &Rule, stand: &Arc<Stand>, heard: &mut Heard) -> Finding {
    let (step, linked) = match rule.check {
        Check::OverAll(judge) => return judge(heard),
        Check::Unlinked(step) => (step, false),
        Check::Linked(step) => (step, true),
    };
    stand.rig.reset(0).await?;
    let mut trial = Trial::new(Arc::clone(stand));
    let ready = if linked { trial.settle().await } else { Ok(()) };
    let finding = match ready {
        Ok(()) => step(&mut trial).await,
        Err(found) => Err(found),
    };
    listen(&trial, heard).await?;
    finding
}

/// Holds what was heard in a trial against what may never be in it.
async fn listen(trial: &Trial, heard: &mut Heard) -> Finding {
    let (replies, told, misshapen) = {
        let mut ears = trial.ears();
        let replies = std::mem::take(&mut ears.replies);
        (
            replies.clone(),
            ears.secrets_in(&without_pages(&replies)),
            std::mem::take(&mut ears.misshapen),
        )
    };
    heard.misshapen.extend(misshapen);
    heard.told.extend(told);
    if trial.rig().tokens_in(&replies).await? > 0 {
        heard.told.insert("a token of the vendor".to_owned());
    }
    match trial.stand.reach.logs().await {
        Ok(log) => {
            heard.log_characters += log.len();
            heard.logged.extend(trial.ears().secrets_in(&log));
            if trial.rig().tokens_in(&log).await? > 0 {
                heard.logged.insert("a token of the vendor".to_owned());
            }
        }
        Err(unseen) => heard.log_unseen = Some(unseen.to_string()),
    }
    Ok(())
}

/// Replies without the pages that households are sent to: those hold the state, as they must.
fn without_pages(replies: &str) -> String {
    replies
        .lines()
        .filter(|reply| !reply.contains("\"authorize_url\""))
        .collect::<Vec<_>>()
        .join("\n")
}

/// What the adapter says of itself.
async fn describe(reach: &dyn Reach) -> Result<Description, KitError> {
    let request = AdapterRequest {
        contract: ContractVersion::CURRENT,
        request_id: "kit-0".to_owned(),
        deadline: SystemClock.now() + DESCRIBE_WITHIN,
        call: Call::Describe(DescribeInput {}),
    };
    let nameless = |why: String| KitError::Nameless(why);
    let request = serde_json::to_vec(&request).map_err(|error| nameless(error.to_string()))?;
    let reply = reach.ask(request).await.map_err(|why| {
        // A program that ends at its start says why in its log, which the caller has to see.
        KitError::Unreachable(why.to_string())
    })?;
    let read: AdapterReply = serde_json::from_slice(&reply)
        .map_err(|error| nameless(format!("{} is no reply: {error}", quoted(&reply))))?;
    match read.result {
        AdapterResult::Ok(Answer::Describe(description)) => Ok(description),
        AdapterResult::Ok(_) => Err(nameless("it answered another operation".to_owned())),
        AdapterResult::Error(error) => Err(nameless(error.to_string())),
    }
}
