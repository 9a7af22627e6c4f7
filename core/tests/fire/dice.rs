//! Randomness from a seed, and faults drawn from it.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use postern_core::{
    ports::{Chance, SystemChance},
    store::Store,
};
use postern_embedded_record::{EmbeddedRecord, Fault, Faults, Request};

/// Every fault after which a call may come through at the next try.
const FAULTS: [Fault; 8] = [
    Fault::Throttled,
    Fault::AccountThrottled,
    Fault::Conflict,
    Fault::LeftForLater,
    Fault::ServerError,
    Fault::NotConnected,
    Fault::TimeoutBefore,
    Fault::TimeoutAfter,
];
/// How often a call is hit in a row, where it is to come through: the store tries nine times.
const HITS_MAX: u32 = 6;

/// Numbers from a seed (splitmix64). Clones share their place in the sequence.
#[derive(Debug, Clone)]
pub(crate) struct Dice(Arc<AtomicU64>);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Arc::new(AtomicU64::new(seed)))
    }

    /// The seed of this run, from the environment or by chance. It is printed, and shown when the test fails.
    pub(crate) fn seeded() -> Self {
        let seed = std::env::var("POSTERN_SEED").map_or_else(
            |_| u64::try_from(SystemChance::default().number() >> 65).unwrap(),
            |text| text.parse().unwrap(),
        );
        println!("POSTERN_SEED={seed} runs this one again");
        Self::new(seed)
    }

    pub(crate) fn number(&self) -> u64 {
        let step = 0x9e37_79b9_7f4a_7c15;
        let mut mixed = self.0.fetch_add(step, Ordering::SeqCst).wrapping_add(step);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// As many bytes as a generator is seeded with.
    pub(crate) fn bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for part in bytes.chunks_exact_mut(8) {
            part.copy_from_slice(&self.number().to_le_bytes());
        }
        bytes
    }

    /// One of `many`, by its place.
    pub(crate) fn below(&self, many: usize) -> usize {
        usize::try_from(self.number() % u64::try_from(many).unwrap()).unwrap()
    }

    pub(crate) fn one_in(&self, many: usize) -> bool {
        self.below(many) == 0
    }

    fn fault(&self) -> Fault {
        FAULTS[self.below(FAULTS.len())]
    }

    /// Faults in a call out of `one_in`, never so many in a row that it does not come through.
    pub(crate) fn passing(&self, one_in: usize) -> Faults {
        Faults::new(self.judge(one_in))
    }

    /// The same, and one transaction out of `doomed_in` is hit at every try: what became of it, nobody says.
    pub(crate) fn lasting(&self, one_in: usize, doomed_in: usize) -> Faults {
        let (dice, passing) = (self.clone(), self.judge(one_in));
        let doomed = Mutex::new(BTreeMap::new());
        Faults::new(move |request| {
            let Some(token) = request.body["ClientRequestToken"].as_str() else {
                return passing(request);
            };
            let mut doomed = doomed.lock().unwrap_or_else(PoisonError::into_inner);
            let is_doomed = doomed.entry(token.to_owned());
            if *is_doomed.or_insert_with(|| dice.one_in(doomed_in)) {
                // Credentials that run out end the trying at once, whatever an earlier try did.
                Some(if dice.one_in(4) {
                    Fault::CredentialsExpired
                } else {
                    dice.fault()
                })
            } else {
                passing(request)
            }
        })
    }

    fn judge(&self, one_in: usize) -> impl Fn(&Request<'_>) -> Option<Fault> + Send + Sync + use<> {
        let (dice, hits) = (self.clone(), Mutex::new(BTreeMap::<String, u32>::new()));
        move |request| {
            let mut hits = hits.lock().unwrap_or_else(PoisonError::into_inner);
            let hit = hits.entry(request.body.to_string()).or_default();
            if is_setup(request) || *hit == HITS_MAX || !dice.one_in(one_in) {
                *hit = 0;
                return None;
            }
            *hit += 1;
            Some(dice.fault())
        }
    }
}

fn is_setup(request: &Request<'_>) -> bool {
    request.operation.ends_with("Table") || request.operation.ends_with("TimeToLive")
}

/// Randomness that never repeats a token and makes every pause a millisecond.
#[derive(Debug)]
struct Hasty;

/// A multiple of every bound of a pause: what is left of it is nothing.
const NO_PAUSE: u128 = 400;

impl Chance for Hasty {
    fn bytes(&self) -> [u8; 32] {
        SystemChance::default().bytes()
    }

    fn number(&self) -> u128 {
        (SystemChance::default().number() >> 16) * NO_PAUSE
    }
}

/// The record through `faults`, its pauses a millisecond each.
pub(crate) fn through(record: &EmbeddedRecord, faults: Faults) -> Store {
    hasty(Store::new(&record.client_with(None, Some(faults)), "postern"))
}

/// The same store, its pauses a millisecond each.
pub(crate) fn hasty(store: Store) -> Store {
    store.with_chance(Arc::new(Hasty))
}
