//! One run: a scene is set, things go wrong for two half days, then they stop, and everything has to come to an end that can be
//! judged.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use postern_core::promises::{Guard, Promise};
use tracing_subscriber::{filter::Targets, layer::SubscriberExt};

use crate::{
    clock::TrueTime,
    ends::Outcome,
    faults::{Faults, Spared, Weather},
    kinds::Kind,
    scene::{Breach, Scene},
    stage::Stage,
    trace::Trace,
    workload::Workload,
};

/// What a run is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// From which everything follows.
    pub seed: u64,
    /// How many deliveries the workload has.
    pub deliveries: usize,
    /// Only these of them are made, where some are left out.
    pub kept: Option<BTreeSet<usize>>,
    /// How much goes wrong.
    pub weather: Weather,
    /// What does not go wrong.
    pub spared: Spared,
    /// Guards of the platform that are taken away.
    pub broken: Vec<Guard>,
    /// Whether the lines of the trace are kept.
    pub keeps_lines: bool,
}

/// What came of a run.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The seed.
    pub seed: u64,
    /// The hash over the trace.
    pub trace: u64,
    /// The trace, where it was kept.
    pub lines: Vec<String>,
    /// The promises that were not kept.
    pub breaches: Vec<Breach>,
    /// What should not happen and breaks no promise.
    pub surprises: Vec<String>,
    /// How often each promise was checked.
    pub checked: BTreeMap<Promise, u64>,
    /// How many deliveries were booked.
    pub booked: u64,
    /// How many faults there would have been with none skipped.
    pub numbered: u64,
    /// The faults that struck, by kind.
    pub faults: BTreeMap<Kind, u64>,
    /// How many processes died.
    pub crashes: u64,
    /// How often the record was called, by function and operation.
    pub calls: BTreeMap<String, u64>,
    /// How the deliveries went.
    pub outcome: Outcome,
}

/// The name of a carrier, by its place.
pub(crate) fn carrier_name(carrier: usize) -> String {
    format!("carrier-{carrier}")
}

/// Plays one run to its end, on a runtime of its own whose clock stands still while anything is to be done.
///
/// # Panics
/// When the scene cannot be set: then the harness is wrong.
#[must_use]
pub fn run(plan: &Plan) -> Report {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime without sockets needs nothing that could be missing");
    runtime.block_on(play(plan))
}

async fn play(plan: &Plan) -> Report {
    let mut workload = Workload::new(plan.seed, plan.deliveries);
    if let Some(kept) = &plan.kept {
        workload
            .deliveries
            .retain(|delivery| kept.contains(&delivery.number));
    }
    let workload = Arc::new(workload);
    let time = TrueTime::beginning(workload.begins);
    let faults = Faults::new(plan.seed, plan.weather, &plan.spared);
    let scene = Arc::new(Scene::new(plan.seed, time, faults, Trace::new(plan.keeps_lines)));
    let output = scene.secrets.output();
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .without_time()
        .with_writer(move || output.clone());
    let ours = Targets::new()
        .with_default(tracing::Level::WARN)
        .with_targets(OURS.map(|target| (target, tracing::Level::TRACE)));
    let subscriber = tracing_subscriber::registry().with(ours).with(lines);
    let listening = tracing::subscriber::set_default(subscriber);
    let stage = Stage::set(plan, &scene, &workload).await;
    stage.play(&workload).await;
    let outcome = stage.settle(&workload).await;
    drop(listening);
    let (numbered, struck) = scene.faults.counts();
    Report {
        seed: plan.seed,
        trace: scene.trace.hash(),
        lines: scene.trace.lines(),
        breaches: scene.breaches(),
        surprises: scene.surprises(),
        checked: scene.checked(),
        booked: stage.truth.all_booked().len() as u64,
        numbered,
        faults: struck,
        crashes: scene.crashes(),
        calls: scene.calls(),
        outcome,
    }
}

/// Whose log lines are searched for secrets down to the last.
const OURS: [&str; 9] = [
    "postern_core",
    "postern_http",
    "postern_carrier_api",
    "postern_customer_api",
    "postern_guardian",
    "postern_adapter_sdk",
    "postern_adapter_myq",
    "postern_keys",
    "postern_contract",
];
