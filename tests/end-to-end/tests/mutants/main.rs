//! The kit bites: each way in which an adapter can go wrong is made on purpose, and the rule that forbids it finds it.
#![cfg(test)]

mod list;
mod misdeed;
mod mutant;

use std::{collections::BTreeSet, sync::Arc};

use postern_adapter_myq::{MyqAdapter, MyqConfig};
use postern_adapter_sdk::{AdapterService, SystemClock};
use postern_conformance::{Examination, Lane, Rig, examine, rules, text};
use postern_contract::conformance::Verdict;
use postern_keys::KeyFile;
use postern_vendor_clouds::{Config, DoorTimings, Vendor};
use tokio::{sync::Semaphore, task::JoinSet};

use self::{list::MUTANTS, misdeed::Misdeed, mutant::Mutant};

/// A rule that makes an adapter say something, for those that judge by all that was heard.
const HEARD: [&str; 1] = ["accepted-is-not-done"];

/// How many adapters are looked at side by side: mostly they wait, but each has a cloud.
const AT_ONCE: usize = 16;

/// Puts an adapter with this misdeed before the kit, for these rules; gives the rules that it breaks, and the report.
async fn broken_by(misdeed: Misdeed, only: &[&str]) -> (BTreeSet<String>, String) {
    let cloud = Vendor::Myq.start(Config {
        timings: DoorTimings::fast(),
        ..Vendor::Myq.demo()
    });
    let cloud = cloud.await.unwrap();
    let base: url::Url = cloud.base_url().parse().unwrap();
    let sealer: Arc<dyn postern_keys::Sealer> = match misdeed {
        Misdeed::SealsNothing => Arc::new(misdeed::Plain),
        _ => Arc::new(KeyFile::ephemeral().unwrap().sealer()),
    };
    let adapter = MyqAdapter::new(MyqConfig::at_one_host(base.clone(), "kit")).unwrap();
    let service = AdapterService::new(adapter, sealer, Arc::new(SystemClock));
    let examination = Examination {
        lanes: vec![Lane {
            reach: Arc::new(Mutant::new(service, misdeed, base.clone())),
            rig: Rig::at(base).await.unwrap(),
        }],
        only: only.iter().chain(&HEARD).map(|rule| (*rule).to_owned()).collect(),
    };
    let report = examine(examination, &|_, _| ()).await.unwrap();
    let broken = report
        .rules
        .iter()
        .filter(|rule| matches!(rule.verdict, Verdict::Broken { .. }));
    (
        broken.map(|rule| rule.rule.as_str().to_owned()).collect(),
        text(&report),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adapter_that_does_nothing_wrong_breaks_no_rule() {
    let all: Vec<&str> = rules().iter().map(|rule| rule.id).collect();
    let (broken, report) = broken_by(Misdeed::None, &all).await;
    assert!(broken.is_empty(), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_misdeed_is_found_by_the_rules_that_forbid_it() {
    let (mut under_way, room) = (JoinSet::new(), Arc::new(Semaphore::new(AT_ONCE)));
    for (misdeed, forbidden_by) in MUTANTS {
        let room = Arc::clone(&room);
        under_way.spawn(async move {
            let _place = room.acquire().await;
            let (broken, report) = broken_by(*misdeed, forbidden_by).await;
            let missed: Vec<&str> = forbidden_by
                .iter()
                .copied()
                .filter(|rule| !broken.contains(*rule))
                .collect();
            (misdeed, missed, report)
        });
    }
    let mut failures = Vec::new();
    while let Some(done) = under_way.join_next().await {
        let (misdeed, missed, report) = done.unwrap();
        if !missed.is_empty() {
            let seen: Vec<&str> = report
                .lines()
                .filter(|line| missed.iter().any(|rule| line.contains(rule)))
                .collect();
            failures.push(format!("{misdeed:?} is not found by {missed:?}: {seen:#?}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_rule_is_seen_to_bite() {
    let bitten: BTreeSet<&str> = MUTANTS
        .iter()
        .flat_map(|(_, rules)| rules.iter().copied())
        .collect();
    let all: BTreeSet<&str> = rules().iter().map(|rule| rule.id).collect();
    let toothless: Vec<_> = all.difference(&bitten).collect();
    let unknown: Vec<_> = bitten.difference(&all).collect();
    assert!(
        toothless.is_empty() && unknown.is_empty(),
        "no misdeed breaks {toothless:?}; no such rules: {unknown:?}"
    );
}
