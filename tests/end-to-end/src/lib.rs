//! What the tests that cross crates share, with each other and with the commands that write what they check. The tests themselves
//! are under `tests/`.

pub mod collection;
pub mod error_pages;
pub mod guide_page;
pub mod held_by;
pub mod openapi;
pub mod promise_index;
pub mod record;
pub mod reference_page;
pub mod saga_page;
pub mod stage;
