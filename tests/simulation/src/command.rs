//! The one command that replays a run.

use std::{collections::BTreeSet, fmt::Write as _};

use postern_core::promises::Guard;

use crate::{faults::Weather, kinds::Kind, run::Plan};

/// The command line that plays exactly this plan again.
#[must_use]
pub fn replay(plan: &Plan) -> String {
    let mut line = format!(
        "cargo run --release -p postern-simulation -- --seed {} --per-run {} --verbose",
        plan.seed, plan.deliveries
    );
    // Writing into a text cannot fail.
    if plan.weather == Weather::Everything {
        line.push_str(" --everything");
    }
    if let Some(kept) = &plan.kept {
        let _ = write!(
            line,
            " --keep {}",
            ranges(kept.iter().map(|number| *number as u64))
        );
    }
    if !plan.spared.kinds.is_empty() {
        let names: Vec<&str> = Kind::ALL
            .iter()
            .filter(|kind| !plan.spared.kinds.contains(kind))
            .map(|kind| kind.name())
            .collect();
        let names = if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(",")
        };
        let _ = write!(line, " --only {names}");
    }
    if let Some(most) = plan.spared.most {
        let _ = write!(line, " --faults-most {most}");
    }
    if !plan.spared.numbers.is_empty() {
        let _ = write!(line, " --skip {}", ranges(plan.spared.numbers.iter().copied()));
    }
    if !plan.broken.is_empty() {
        let names: Vec<&str> = plan.broken.iter().map(|guard| guard.name()).collect();
        let _ = write!(line, " --broken {}", names.join(","));
    }
    line
}

/// Numbers as `1-3,7`.
fn ranges(numbers: impl IntoIterator<Item = u64>) -> String {
    let mut spans: Vec<(u64, u64)> = Vec::new();
    for number in numbers {
        match spans.last_mut() {
            Some((_, until)) if *until + 1 == number => *until = number,
            _ => spans.push((number, number)),
        }
    }
    let spans: Vec<String> = spans
        .into_iter()
        .map(|(from, until)| {
            if from == until {
                from.to_string()
            } else {
                format!("{from}-{until}")
            }
        })
        .collect();
    if spans.is_empty() {
        "none".to_owned()
    } else {
        spans.join(",")
    }
}

/// Reads what [`replay`] writes for numbers.
///
/// # Errors
/// A sentence that says what is no number.
pub fn read_numbers(text: &str) -> Result<BTreeSet<u64>, String> {
    let number = |text: &str| {
        text.parse::<u64>()
            .map_err(|_| format!("{text} is neither a number nor a span of numbers like 3-7"))
    };
    let mut numbers = BTreeSet::new();
    for span in text.split(',').filter(|span| *span != "none") {
        match span.split_once('-') {
            Some((from, until)) => numbers.extend(number(from)?..=number(until)?),
            None => {
                numbers.insert(number(span)?);
            }
        }
    }
    Ok(numbers)
}

/// Reads what [`replay`] writes for kinds, as the kinds that are left out.
///
/// # Errors
/// A sentence that names what is no kind.
pub fn read_kinds(only: &str) -> Result<BTreeSet<Kind>, String> {
    let only: BTreeSet<Kind> = only
        .split(',')
        .filter(|name| *name != "none")
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    Ok(Kind::ALL
        .iter()
        .filter(|kind| !only.contains(kind))
        .copied()
        .collect())
}

/// Reads a guard by its name.
///
/// # Errors
/// A sentence that says that there is none.
pub fn read_guard(name: &str) -> Result<Guard, String> {
    Guard::ALL
        .iter()
        .find(|guard| guard.name() == name)
        .copied()
        .ok_or_else(|| format!("there is no guard called {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for numbers in [vec![], vec![1], vec![1, 2, 3, 7, 9, 10]] {
            let numbers: BTreeSet<u64> = numbers.into_iter().collect();
            assert_eq!(read_numbers(&ranges(numbers.iter().copied())), Ok(numbers));
        }
        assert!(read_numbers("1-x").is_err());
    }

    #[test]
    fn every_kind_is_read_by_its_name() {
        for kind in Kind::ALL {
            let without = read_kinds(kind.name()).unwrap();
            assert_eq!(without.len() + 1, Kind::ALL.len());
            assert!(!without.contains(kind));
        }
        assert!(read_kinds("rain").is_err());
    }
}
