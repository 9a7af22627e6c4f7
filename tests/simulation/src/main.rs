//! Runs the simulation: many seeds side by side, or one to replay it.
//!
//! ```text
//! cargo run --release -p postern-simulation -- --runs 100
//! cargo run --release -p postern-simulation -- --deliveries 100000 --jobs 2
//! cargo run --release -p postern-simulation -- --seed 7 --verbose
//! ```

use std::{
    collections::BTreeSet,
    process::ExitCode,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Instant,
};

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use postern_core::promises::{Guard, Promise};
use postern_simulation::{
    Kind, Plan, Report, Spared, Summary, Weather, read_guard, read_kinds, read_numbers, replay, run, shrink,
};

/// A deterministic fault simulation of the whole platform.
#[derive(Debug, Parser)]
#[command(disable_version_flag = true)]
struct Arguments {
    /// How many runs.
    #[arg(long, default_value_t = 1)]
    runs: u64,
    /// As many runs as it takes for so many deliveries.
    #[arg(long)]
    deliveries: Option<u64>,
    /// The first seed; each further run takes the next. Without it, a seed that was not used before.
    #[arg(long)]
    seed: Option<u64>,
    /// How many runs go on side by side.
    #[arg(long, default_value_t = 1)]
    jobs: usize,
    /// How many deliveries a run has.
    #[arg(long, default_value_t = 40)]
    per_run: usize,
    /// Only these deliveries of a run, like `1-3,7`.
    #[arg(long, value_parser = numbers)]
    keep: Option<Numbers>,
    /// Only these kinds of faults and doings, by name.
    #[arg(long, value_parser = kinds)]
    only: Option<Kinds>,
    /// No fault beyond this number.
    #[arg(long)]
    faults_most: Option<u64>,
    /// Without these faults, by number.
    #[arg(long, value_parser = numbers)]
    skip: Option<Numbers>,
    /// Without these guards of the platform, by name.
    #[arg(long, value_parser = read_guard, value_delimiter = ',')]
    broken: Vec<Guard>,
    /// Everything goes wrong that can, and often.
    #[arg(long)]
    everything: bool,
    /// Print what happened, line by line.
    #[arg(long)]
    verbose: bool,
    /// Do not make a failing run smaller.
    #[arg(long)]
    no_shrink: bool,
}

#[derive(Debug, Clone)]
struct Numbers(BTreeSet<u64>);

#[derive(Debug, Clone)]
struct Kinds(BTreeSet<Kind>);

fn numbers(text: &str) -> Result<Numbers, String> {
    read_numbers(text).map(Numbers)
}

fn kinds(text: &str) -> Result<Kinds, String> {
    read_kinds(text).map(Kinds)
}

impl Arguments {
    fn plan(&self, seed: u64) -> Plan {
        let keep = self.keep.as_ref();
        let kept = keep.map(|Numbers(kept)| kept.iter().filter_map(|at| usize::try_from(*at).ok()).collect());
        Plan {
            seed,
            deliveries: self.per_run,
            kept,
            weather: if self.everything {
                Weather::Everything
            } else {
                Weather::OfTheSeed
            },
            spared: Spared {
                kinds: self.only.clone().map(|Kinds(kinds)| kinds).unwrap_or_default(),
                numbers: self
                    .skip
                    .clone()
                    .map(|Numbers(numbers)| numbers)
                    .unwrap_or_default(),
                most: self.faults_most,
            },
            broken: self.broken.clone(),
            keeps_lines: self.verbose,
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let first = arguments.seed.unwrap_or_else(fresh_seed);
    let began = Instant::now();
    let (summary, failed) = play(&arguments, first);
    print!("{summary}");
    println!(
        "seeds {first} to {}, {:.1} s",
        first + summary.runs.saturating_sub(1),
        began.elapsed().as_secs_f64()
    );
    let Some(report) = failed else {
        println!("every promise was kept");
        return ExitCode::SUCCESS;
    };
    tell(&arguments, report);
    ExitCode::FAILURE
}

/// A seed that was most likely never used before: what the standard library draws for a hash map.
fn fresh_seed() -> u64 {
    use std::hash::{BuildHasher, Hasher, RandomState};
    RandomState::new().build_hasher().finish() >> 16
}

/// Plays every run, up to the first that fails.
fn play(arguments: &Arguments, first: u64) -> (Summary, Option<Report>) {
    let wanted = arguments.deliveries.unwrap_or(arguments.runs);
    let bar = ProgressBar::new(wanted);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg} {elapsed} (left {eta})") {
        bar.set_style(style);
    }
    let next = AtomicU64::new(0);
    let stop = AtomicBool::new(false);
    let told = Mutex::new((Summary::default(), None::<Report>));
    std::thread::scope(|scope| {
        for _ in 0..arguments.jobs.max(1) {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if arguments.deliveries.is_none() && number >= arguments.runs {
                        return;
                    }
                    let report = run(&arguments.plan(first + number));
                    let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
                    told.0.add(&report);
                    let done = if arguments.deliveries.is_some() {
                        told.0.deliveries
                    } else {
                        told.0.runs
                    };
                    bar.set_position(done.min(wanted));
                    if !report.breaches.is_empty() && told.1.is_none() {
                        told.1 = Some(report.clone());
                    }
                    if done >= wanted || told.1.is_some() {
                        stop.store(true, Ordering::Relaxed);
                    }
                    if arguments.verbose {
                        bar.suspend(|| report.lines.iter().for_each(|line| println!("{line}")));
                    }
                }
            });
        }
    });
    bar.finish_and_clear();
    told.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Tells of a run that failed, and of the smallest that fails like it.
fn tell(arguments: &Arguments, report: Report) {
    println!("seed {} broke a promise:", report.seed);
    report.breaches.iter().for_each(|breach| println!("  {breach}"));
    let plan = Plan {
        keeps_lines: false,
        ..arguments.plan(report.seed)
    };
    println!("replay: {}", replay(&plan));
    let Some(promise) = report.breaches.first().map(|breach| breach.promise) else {
        return;
    };
    if arguments.no_shrink || arguments.verbose {
        return;
    }
    println!("making it smaller ...");
    let smallest = smaller(&plan, report, promise);
    println!("the smallest, after {} tries:", smallest.tries);
    smallest
        .report
        .breaches
        .iter()
        .for_each(|breach| println!("  {breach}"));
    println!("replay: {}", replay(&smallest.plan));
}

fn smaller(plan: &Plan, report: Report, promise: Promise) -> postern_simulation::Shrunk {
    let bar = ProgressBar::new_spinner();
    let shrunk = shrink(plan, report, promise, &|plan| {
        let deliveries = plan.kept.as_ref().map_or(plan.deliveries, BTreeSet::len);
        bar.set_message(format!(
            "{deliveries} deliveries, {} kinds of faults left out",
            plan.spared.kinds.len()
        ));
        bar.tick();
    });
    bar.finish_and_clear();
    shrunk
}
