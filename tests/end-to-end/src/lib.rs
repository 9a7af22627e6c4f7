//! What the tests that cross crates share. The tests themselves are under `tests/`.

pub mod stage;
