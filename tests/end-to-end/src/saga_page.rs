//! The page docs/sagas.md: the tables of the sagas, as they run.

use std::fmt::Write as _;

use postern_core::saga::ALL;

/// Where the page lies, seen from the root.
pub const PAGE: &str = "docs/sagas.md";

const HEAD: &str = "\
# The sagas

For whoever wants to know what a crash leaves behind: work in several steps, step by step, and what is so when it is cut off
there. Written from the tables in [core/src](../core/src/saga.rs), which are what runs, by
`cargo run -p postern-end-to-end --example write-sagas`; a test fails when it has drifted. Each step is cut off before and after,
asked for again, and failed by [the same tests](../core/tests/sagas/main.rs).

- *look*: something outside is looked at, and nothing is done
- *intent*: what is going to be done is put on record
- *effect*: it is done, outside or to other items of the record
- *wait*: something that was on its way is waited for
- *outcome*: what became of it is put on record
";

/// The page as it should be.
#[must_use]
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    for saga in ALL {
        let (first, rest) = saga.name.split_at(1);
        let _ = write!(
            page,
            "\n## {}{rest}\n\n| step | part | if it is cut off there |\n|---|---|---|\n",
            first.to_uppercase()
        );
        for step in saga.steps {
            let _ = writeln!(
                page,
                "| {} | {} | {} |",
                step.name,
                step.part.name(),
                step.if_cut_off
            );
        }
    }
    page
}
