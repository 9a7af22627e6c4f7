//! Runs a configuration, and says what was found.

use std::time::{Duration, Instant};

use postern_core::promises::{Guard, Promise};
use stateright::{Checker, HasDiscoveries, Model};

use crate::{configs::Config, model::Delivery, story};

const THREADS: usize = 2;

/// What an exploration found.
#[derive(Debug, Clone)]
pub struct Found {
    /// How many different states there are.
    pub states: usize,
    /// The longest of the shortest ways to them.
    pub depth: usize,
    /// How many different grants were met on them.
    pub grants: usize,
    /// How long it took.
    pub took: Duration,
    /// The promises that broke, each with the length and the story of a path.
    pub broken: Vec<(Promise, usize, String)>,
    /// The places that no path came to.
    pub missed: Vec<&'static str>,
}

/// Explores the whole of a configuration, without some guards; to `depth` where one is given.
#[must_use]
pub fn explore(config: &Config, without: &[Guard], depth: Option<usize>) -> Found {
    run(config, without, depth, HasDiscoveries::All)
}

/// Explores a configuration without some guards until `promise` breaks, and tells whether it did.
#[must_use]
pub fn breaks(config: &Config, without: &[Guard], promise: Promise) -> bool {
    let until = HasDiscoveries::AnyOf([promise.name()].into());
    let found = run(config, without, None, until);
    found.broken.iter().any(|(broken, ..)| *broken == promise)
}

fn run(config: &Config, without: &[Guard], depth: Option<usize>, until: HasDiscoveries) -> Found {
    let started = Instant::now();
    let model = Delivery::new(config.bounds, config.places, without);
    let mut checker = model.checker().threads(THREADS).finish_when(until);
    if let Some(depth) = depth {
        checker = checker.target_max_depth(depth);
    }
    let checker = checker.spawn_bfs().join();
    let model = checker.model();
    let mut found = checker.discoveries();
    let broken = Promise::ALL
        .into_iter()
        .filter_map(|promise| {
            let path = found.remove(promise.name())?;
            let length = path.clone().into_actions().len();
            Some((promise, length, story::tell(model, path)))
        })
        .collect();
    let missed = config
        .places
        .iter()
        .map(|place| place.name)
        .filter(|name| !found.contains_key(name))
        .collect();
    Found {
        states: checker.unique_state_count(),
        depth: checker.max_depth(),
        grants: model.rules.grants_met(),
        took: started.elapsed(),
        broken,
        missed,
    }
}
