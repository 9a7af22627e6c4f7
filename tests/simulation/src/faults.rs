//! Which fault strikes when: by probability, from the seed, and counted.
//!
//! Each run has its own weather: how stormy it is, and which kinds it knows at all. A run that knows half of them strikes
//! those harder, and so meets combinations that an even rain over everything would never make.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::{
    dice::Dice,
    kinds::{Group, Kind},
};

/// The faults of a run.
pub(crate) struct Faults {
    dice: BTreeMap<Kind, Dice>,
    weather: BTreeMap<Kind, f64>,
    skipped: BTreeSet<u64>,
    most: Option<u64>,
    over: AtomicBool,
    struck: Mutex<Struck>,
}

#[derive(Debug, Default)]
struct Struck {
    number: u64,
    by_kind: BTreeMap<Kind, u64>,
}

/// What a run leaves out, beside what its weather leaves out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spared {
    /// These kinds never happen.
    pub kinds: BTreeSet<Kind>,
    /// These faults, by their number, do not happen.
    pub numbers: BTreeSet<u64>,
    /// No fault beyond this number happens.
    pub most: Option<u64>,
}

/// The weather of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Weather {
    /// As the seed has it: from calm to stormy, with all kinds or some.
    #[default]
    OfTheSeed,
    /// Everything there is, and much of it: so that few runs meet every kind.
    Everything,
}

impl Faults {
    /// The faults of the run of `seed`, without what is spared.
    pub(crate) fn new(seed: u64, given: Weather, spared: &Spared) -> Self {
        let sky = Dice::new(seed, "weather");
        // Calm, ordinary, stormy.
        let (force, swarm): (f64, bool) = match given {
            Weather::OfTheSeed => (*sky.one_of(&[0.0, 0.25, 1.0, 1.0, 2.0, 4.0]), sky.happens(0.5)),
            Weather::Everything => (2.5, false),
        };
        let mut weather = BTreeMap::new();
        for kind in Kind::ALL {
            let known = !swarm || sky.happens(0.5);
            // People are what they are in any weather: with more of their doings hardly a parcel would arrive.
            let harder = match (given, kind.group()) {
                (Weather::Everything, _) => force,
                (Weather::OfTheSeed, Group::People) => force.min(1.0),
                (Weather::OfTheSeed, _) if swarm => 2.0 * force,
                (Weather::OfTheSeed, _) => force,
            };
            let probability = kind.probability() * harder;
            if known && !spared.kinds.contains(kind) {
                weather.insert(*kind, probability.min(0.6));
            }
        }
        Self {
            dice: Kind::ALL
                .iter()
                .map(|kind| (*kind, Dice::new(seed, kind.name())))
                .collect(),
            weather,
            skipped: spared.numbers.clone(),
            most: spared.most,
            over: AtomicBool::new(true),
            struck: Mutex::default(),
        }
    }

    /// Whether a fault of this kind strikes here and now.
    pub(crate) fn strikes(&self, kind: Kind) -> bool {
        self.strikes_at(kind, 1.0)
    }

    /// The same, where it is `times` more probable than usual.
    pub(crate) fn strikes_at(&self, kind: Kind, times: f64) -> bool {
        if self.over.load(Ordering::Relaxed) {
            return false;
        }
        let Some(probability) = self.weather.get(&kind) else {
            return false;
        };
        if !self.dice[&kind].happens((probability * times).min(0.9)) {
            return false;
        }
        let mut struck = self.struck();
        struck.number += 1;
        let number = struck.number;
        if self.skipped.contains(&number) || self.most.is_some_and(|most| number > most) {
            return false;
        }
        *struck.by_kind.entry(kind).or_default() += 1;
        true
    }

    /// The dice for the details of a fault of this kind.
    pub(crate) fn dice(&self, kind: Kind) -> &Dice {
        &self.dice[&kind]
    }

    /// From now on things go wrong.
    pub(crate) fn begin(&self) {
        self.over.store(false, Ordering::Relaxed);
    }

    /// From now on nothing goes wrong any more.
    pub(crate) fn end(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    /// Whether the faults are over.
    pub(crate) fn over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// How many would have struck with nothing skipped, and how many did, by kind.
    pub(crate) fn counts(&self) -> (u64, BTreeMap<Kind, u64>) {
        let struck = self.struck();
        (struck.number, struck.by_kind.clone())
    }

    fn struck(&self) -> MutexGuard<'_, Struck> {
        self.struck.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
