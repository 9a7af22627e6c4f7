//! Notes each round trip, so that a test can hold a flow to its number of waves and to its cost.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

/// One round trip to the record.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The operation, such as `Query`.
    pub operation: String,
    /// The table, where the request names one.
    pub table: Option<String>,
    /// When the request left.
    pub started: Instant,
    /// When the answer, or the failure, was there.
    pub ended: Instant,
    /// The HTTP status; absent when no answer came.
    pub status: Option<u16>,
    /// The capacity units it cost, when the recorder asks for them.
    pub capacity: Option<f64>,
}

/// Notes round trips. Clones share their notes.
#[derive(Debug, Clone, Default)]
pub struct Recorder {
    notes: Arc<Mutex<Vec<Exchange>>>,
    measures_capacity: bool,
}

impl Recorder {
    /// A recorder of round trips.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A recorder that also asks for the capacity that each call consumed.
    #[must_use]
    pub fn measuring_capacity() -> Self {
        Self {
            measures_capacity: true,
            ..Self::default()
        }
    }

    /// The round trips since the last [`Self::clear`], in the order in which they ended.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.lock().clone()
    }

    /// Forgets what was noted.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// How many round trips had to follow one another: those in flight at the same time count as one wave.
    #[must_use]
    pub fn waves(&self) -> usize {
        waves(self.exchanges())
    }

    /// The capacity units of all round trips together.
    #[must_use]
    pub fn capacity(&self) -> f64 {
        self.lock().iter().filter_map(|exchange| exchange.capacity).sum()
    }

    pub(crate) fn measures_capacity(&self) -> bool {
        self.measures_capacity
    }

    pub(crate) fn note(&self, exchange: Exchange) {
        self.lock().push(exchange);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Exchange>> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The longest chain of exchanges of which each starts after the one before has ended.
fn waves(mut exchanges: Vec<Exchange>) -> usize {
    exchanges.sort_by_key(|exchange| exchange.ended);
    let mut count = 0;
    let mut last_end = None;
    for exchange in exchanges {
        if last_end.is_none_or(|end| exchange.started >= end) {
            count += 1;
            last_end = Some(exchange.ended);
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_is_in_flight_together_is_one_wave() {
        let zero = Instant::now();
        let exchange = |from_ms, to_ms| Exchange {
            operation: "GetItem".to_owned(),
            table: None,
            started: zero + Duration::from_millis(from_ms),
            ended: zero + Duration::from_millis(to_ms),
            status: Some(200),
            capacity: None,
        };
        assert_eq!(waves(vec![]), 0);
        assert_eq!(waves(vec![exchange(0, 10), exchange(1, 9), exchange(5, 14)]), 1);
        assert_eq!(waves(vec![exchange(0, 10), exchange(10, 20), exchange(0, 20)]), 2);
        assert_eq!(waves(vec![exchange(0, 1), exchange(2, 3), exchange(4, 5)]), 3);
    }
}
