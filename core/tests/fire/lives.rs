//! Lives of the record: each on a table of its own, from values that a seed gives, made shorter when one fails.

use std::fmt::Debug;

use postern_core::store::Store;
use postern_embedded_record::EmbeddedRecord;
use proptest::{
    prelude::*,
    test_runner::{TestCaseError, TestRng, TestRunner},
};
use tokio::runtime::Runtime;

use crate::dice::Dice;

/// How long shorter lives are tried once one has failed, in milliseconds.
const SHRINKING_MS_MAX: u32 = 10_000;

/// Lives `lives` lives, or `PROPTEST_CASES`, until one fails; then finds the shortest that does.
pub(crate) fn each<S: Strategy>(
    lives: u32,
    strategy: &S,
    live: impl AsyncFn(&EmbeddedRecord, S::Value) -> Result<(), String>,
) where
    S::Value: Debug,
{
    let lives = std::env::var("PROPTEST_CASES").map_or(lives, |text| text.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let config = ProptestConfig {
        max_shrink_iters: u32::MAX,
        max_shrink_time: SHRINKING_MS_MAX,
        failure_persistence: None,
        ..ProptestConfig::with_cases(lives)
    };
    let seed = Dice::seeded().bytes();
    let random = TestRng::from_seed(proptest::test_runner::RngAlgorithm::ChaCha, &seed);
    TestRunner::new_with_rng(config, random)
        .run(strategy, |values| {
            let record = empty(&runtime);
            runtime
                .block_on(live(&record, values))
                .map_err(TestCaseError::fail)
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}

fn empty(runtime: &Runtime) -> EmbeddedRecord {
    let record = EmbeddedRecord::memory().unwrap();
    runtime.block_on(plain(&record).create_table()).unwrap();
    record
}

/// The record without any fault.
pub(crate) fn plain(record: &EmbeddedRecord) -> Store {
    Store::new(&record.client(), "postern")
}
