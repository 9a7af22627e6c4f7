//! Many runs in one summary.

use std::{collections::BTreeMap, fmt, time::Duration};

use postern_core::promises::Promise;

use crate::{
    kinds::{Group, Kind},
    run::Report,
};

/// What many runs came to.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// How many runs.
    pub runs: u64,
    /// How many deliveries.
    pub deliveries: u64,
    /// How many processes died.
    pub crashes: u64,
    /// The faults that struck, by kind.
    pub faults: BTreeMap<Kind, u64>,
    /// How often each promise was checked.
    pub checked: BTreeMap<Promise, u64>,
    /// How deliveries ended.
    pub ends: BTreeMap<String, u64>,
    /// How often each event of a delivery happened.
    pub events: BTreeMap<String, u64>,
    /// What should not have happened and broke no promise, with how often.
    pub surprises: BTreeMap<String, u64>,
    /// How often the record was called, by function and operation.
    pub calls: BTreeMap<String, u64>,
    open_for: Vec<Duration>,
}

impl Summary {
    /// Takes a run in.
    pub fn add(&mut self, report: &Report) {
        self.runs += 1;
        self.deliveries += report.booked;
        self.crashes += report.crashes;
        count(&mut self.faults, &report.faults);
        count(&mut self.checked, &report.checked);
        count(&mut self.ends, &report.outcome.ends);
        count(&mut self.events, &report.outcome.events);
        count(&mut self.calls, &report.calls);
        for surprise in &report.surprises {
            *self.surprises.entry(surprise.clone()).or_default() += 1;
        }
        self.open_for.extend(&report.outcome.open_for);
    }

    /// The kinds that never struck.
    #[must_use]
    pub fn never(&self) -> Vec<Kind> {
        Kind::ALL
            .iter()
            .filter(|kind| !self.faults.contains_key(kind))
            .copied()
            .collect()
    }

    /// The median and the longest time from a door's going up by an order to its lying on the floor again.
    #[must_use]
    pub fn open_for(&self) -> Option<(Duration, Duration)> {
        let mut sorted = self.open_for.clone();
        sorted.sort_unstable();
        Some((*sorted.get(sorted.len() / 2)?, *sorted.last()?))
    }
}

fn count<K: Ord + Clone>(into: &mut BTreeMap<K, u64>, from: &BTreeMap<K, u64>) {
    for (key, number) in from {
        *into.entry(key.clone()).or_default() += number;
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults: u64 = self
            .faults
            .iter()
            .filter(|(kind, _)| kind.group() != Group::People)
            .map(|(_, count)| count)
            .sum();
        let doings: u64 = self.faults.values().sum::<u64>() - faults;
        writeln!(
            f,
            "{} runs, {} deliveries, {faults} faults, {doings} doings of people, {} processes died",
            self.runs, self.deliveries, self.crashes
        )?;
        writeln!(f, "faults and doings:")?;
        for kind in Kind::ALL {
            let count = self.faults.get(kind).copied().unwrap_or_default();
            writeln!(f, "  {:<26}{count:>10}", kind.name())?;
        }
        writeln!(f, "calls to the record:")?;
        for (call, count) in &self.calls {
            writeln!(f, "  {call:<34}{count:>10}")?;
        }
        writeln!(f, "promises checked:")?;
        for promise in Promise::ALL {
            let count = self.checked.get(&promise).copied().unwrap_or_default();
            writeln!(f, "  {} {:<24}{count:>10}", promise.number(), promise.name())?;
        }
        writeln!(f, "ends:")?;
        for (state, count) in &self.ends {
            writeln!(f, "  {state:<26}{count:>10}")?;
        }
        writeln!(f, "events:")?;
        for (event, count) in &self.events {
            writeln!(f, "  {event:<26}{count:>10}")?;
        }
        if let Some((median, worst)) = self.open_for() {
            writeln!(
                f,
                "from open to closed, in virtual time: median {} s, worst {} s",
                median.as_secs(),
                worst.as_secs()
            )?;
        }
        for (surprise, count) in &self.surprises {
            writeln!(f, "surprise, {count} times: {surprise}")?;
        }
        Ok(())
    }
}
