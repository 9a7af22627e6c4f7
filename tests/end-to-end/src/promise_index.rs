//! The page docs/promises.md: each promise, the guards that keep it, and where the model, the simulation and the live tests hold it.
//!
//! Written from the names in the code: where a guard stands and what checks a promise is found by reading the sources, so that the
//! page can't say what is not so.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use postern_core::promises::{Guard, Promise};

use crate::held_by::{Held, held_by};

/// Where the page lies, seen from the root.
pub const PAGE: &str = "docs/promises.md";

const HEAD: &str = "\
# The seven promises

What never bends, what keeps it, and what shows that it is kept. This page is written from the code by
`cargo run -p postern-end-to-end --example write-promises`; a test fails when it has drifted.

Three kinds of evidence stand behind each promise, and none of them asks the platform for its own opinion:

- **The model** ([tests/model](../tests/model)) explores every interleaving of drivers, messages, crashes, the kill switch and a lying
  door, within stated bounds, over the very `decide` and `evolve` that ship, and judges them by the true door.
  `cargo run --release -p postern-model` explores further than the tests do.
- **The simulation** ([tests/simulation](../tests/simulation)) plays the whole platform, from the routes of its APIs to the vendor's cloud,
  from one seed in virtual time, with faults at every input and output, and judges it by what the doors really did.
  `cargo run --release -p postern-simulation -- --deliveries 1000` plays as many as asked.
- **The live tests** ([tests/end-to-end/tests/promises](../tests/end-to-end/tests/promises/main.rs)) show it over HTTP on the local platform.

A guard is one check without which a promise can be broken ([promises.rs](../core/src/promises.rs)). In a test build each can be taken
away, and then each kind of evidence has to find the promise broken: a column says which ones do. Where a guard has a twin that would
stand in for it, they are taken away together.
";

const TAIL: &str = "
## What is not promised

- **Doors that move long after.** An order that a vendor carries out more than ten minutes after it was given up, or a second time, or
  after a person opened the door by hand and it was seen closed again: the look a minute after closing finds it and tells a person
  while the delivery lives and the opener answers. Nobody watches a door for a delivery that was completed.
- **Contradictory answers.** A call that reaches an adapter twice and is answered *not done* once, though the other one did it, is
  believed: the transport of each life makes an order's call once and never again, so only a network that doubles it by itself can
  bring this about.
- **Sensors that lie.** A reading is believed when the opener itself was heard after the moment in question. A sensor that says closed
  of an open door is found out only if it says otherwise at the look a minute later.
- **Reaching a person.** Whoever is told finds it in the views, the household's activity, the delivery's log and the operator's log.
  Nobody is rung up yet.
- **More than was explored.** The model is exhaustive within its bounds, in time and in how much goes wrong on one path; the simulation
  is a sample. Neither is a proof for every world.
";

/// The page as it should be. `root` is the root of the sources.
///
/// # Errors
/// The sources could not be read.
pub fn page(root: &Path) -> std::io::Result<String> {
    let core = sources(root, "core/src")?;
    let model = sources(root, "tests/model")?;
    let simulation = sources(root, "tests/simulation")?;
    let live = sources(root, "tests/end-to-end/tests/promises")?;
    let mut page = HEAD.to_owned();
    for promise in Promise::ALL {
        let name = format!("Promise::{promise:?}");
        let _ = write!(
            page,
            "\n## {}. {}\n\nIts name: `{}`.\n\n",
            promise.number(),
            promise.words(),
            promise.name()
        );
        page.push_str(
            "| guard | what it checks | stands in | model | simulation | live |\n|---|---|---|---|---|---|\n",
        );
        for guard in Guard::ALL.iter().filter(|guard| guard.promise() == promise) {
            let spelled = format!("Guard::{}", guard.name());
            let stands: Vec<String> = core
                .iter()
                .filter(|(path, text)| !path.ends_with("promises.rs") && has_word(text, &spelled))
                .map(|(path, _)| link(path))
                .collect();
            let _ = writeln!(
                page,
                "| `{}` | {} | {} | {} | {} | {} |",
                guard.name(),
                guard.words(),
                stands.join(", "),
                found(&model, "tests/model/tests", &spelled),
                found(&simulation, "tests/simulation/tests", &spelled),
                found(&live, "", &spelled),
            );
        }
        let _ = writeln!(page, "\n- Checked in the model by {}.", links(&model, &name));
        let _ = writeln!(
            page,
            "- Checked in the simulation by {}.",
            links(&simulation, &name)
        );
        let _ = writeln!(page, "- Shown live by {}.", shown(&live, &name));
        let _ = writeln!(page, "- Also held by {}.", also(held_by(promise)));
    }
    page.push_str(TAIL);
    Ok(page)
}

/// The sources under `folder`, by their path from the root.
fn sources(root: &Path, folder: &str) -> std::io::Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    let mut left: Vec<PathBuf> = vec![root.join(folder)];
    while let Some(place) = left.pop() {
        for entry in fs::read_dir(&place)? {
            let path = entry?.path();
            if path.is_dir() {
                left.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
                found.insert(name, fs::read_to_string(&path)?);
            }
        }
    }
    Ok(found)
}

/// Whether `word` stands in `text`, and not as the beginning of a longer one.
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let next = text[at + word.len()..].chars().next();
        next.is_none_or(|next| !next.is_alphanumeric() && next != '_')
    })
}

fn link(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    format!("[{name}](../{path})")
}

fn links(sources: &BTreeMap<String, String>, word: &str) -> String {
    let found: Vec<String> = sources
        .iter()
        .filter(|(_, text)| has_word(text, word))
        .map(|(path, _)| link(path))
        .collect();
    if found.is_empty() {
        "nothing".to_owned()
    } else {
        found.join(", ")
    }
}

/// Whether a test under `folder` takes the guard away.
fn found(sources: &BTreeMap<String, String>, folder: &str, word: &str) -> &'static str {
    let mut tests = sources.iter().filter(|(path, _)| path.starts_with(folder));
    if tests.any(|(_, text)| has_word(text, word)) {
        "finds it"
    } else {
        ""
    }
}

/// The live tests of a promise: the functions in whose body it is named.
fn shown(sources: &BTreeMap<String, String>, word: &str) -> String {
    let mut tests = Vec::new();
    for (path, text) in sources {
        for (at, _) in text.match_indices(&format!("promise: {word},")) {
            let before = &text[..at];
            let name = before
                .rfind("async fn ")
                .and_then(|from| before[from + "async fn ".len()..].split('(').next());
            tests.extend(name.map(|name| format!("`{name}` ({})", link(path))));
        }
    }
    if tests.is_empty() {
        "nothing".to_owned()
    } else {
        tests.join(", ")
    }
}

fn also(held: &[Held]) -> String {
    let places: Vec<String> = held
        .iter()
        .map(|held| {
            let tests: Vec<String> = held.tests.iter().map(|test| format!("`{test}`")).collect();
            format!("{} ({})", tests.join(", "), link(held.file))
        })
        .collect();
    places.join("; ")
}

/// What the page says that is not so: tests that are not where it says, and promises that nothing holds.
///
/// # Errors
/// The sources could not be read.
pub fn faults(root: &Path) -> std::io::Result<Vec<String>> {
    let mut faults = Vec::new();
    for promise in Promise::ALL {
        for held in held_by(promise) {
            let text = fs::read_to_string(root.join(held.file))?;
            let missing = held
                .tests
                .iter()
                .filter(|test| !has_word(&text, &format!("fn {test}")));
            faults.extend(missing.map(|test| format!("{test} is not in {}", held.file)));
        }
    }
    let page = page(root)?;
    let empty = page.lines().filter(|line| line.ends_with(" by nothing."));
    faults.extend(empty.map(str::to_owned));
    let unkept = page
        .lines()
        .filter(|line| line.starts_with("| `") && line.contains(" |  | "));
    faults.extend(
        unkept
            .filter(|line| {
                line.split('|')
                    .nth(3)
                    .is_some_and(|place| place.trim().is_empty())
            })
            .map(str::to_owned),
    );
    Ok(faults)
}
