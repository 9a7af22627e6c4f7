//! What is said of a wrong file: where, and what to do.

use postern_adapter_declarative::{Place, VendorFile};

use crate::examples::example;
use crate::wrong::{HERE, WRONG};

#[test]
fn each_complaint_points_at_its_place_and_says_what_to_do() {
    let mut misses = Vec::new();
    for (from, to, says) in WRONG {
        assert!(example().contains(from), "the example has no {from:?}");
        let marked = example().replacen(from, to, 1);
        let place = marked
            .split_once(HERE)
            .map_or(Place { line: 1, column: 1 }, |(before, _)| Place {
                line: before.matches('\n').count() + 1,
                column: before.rsplit('\n').next().unwrap().chars().count() + 1,
            });
        let text = marked.replace(HERE, "");
        let Err(wrong) = VendorFile::read("acme.toml", &text) else {
            misses.push(format!("{to:?} was not complained of"));
            continue;
        };
        let hit = wrong
            .complaints
            .iter()
            .any(|one| one.place == place && one.message.contains(says));
        if !hit {
            misses.push(format!(
                "{to:?}: {}:{} {says}\n but it said\n{wrong}",
                place.line, place.column
            ));
        }
        assert!(!wrong.to_string().contains("swordfish"), "{wrong}");
    }
    assert!(misses.is_empty(), "\n{}", misses.join("\n\n"));
}

#[test]
fn a_certain_refusal_needs_its_reason_and_none_is_certain_from_500_on() {
    let reason = "because = \"the vendor's manual, chapter 4: a locked opener refuses before it moves\"\n";
    let wrong = VendorFile::read("acme.toml", &example().replacen(reason, "", 1)).unwrap_err();
    assert!(
        wrong
            .to_string()
            .contains("`not_executed` needs `because`: how it is known"),
        "{wrong}"
    );
    let body = "at = \"code\"\nis = \"LOCKED_OUT\"\n";
    let broken = example()
        .replacen("status = 409\n", "status = 503\n", 1)
        .replacen(body, "", 1);
    let wrong = VendorFile::read("acme.toml", &broken).unwrap_err();
    assert!(
        wrong
            .to_string()
            .contains("answered from 500 on may have moved the door"),
        "{wrong}"
    );
}

#[test]
fn everything_that_is_wrong_is_said_at_once_and_in_order() {
    let text = example()
        .replacen("poll_interval_ms = 3000", "poll_interval_ms = 1", 1)
        .replacen("closed = \"down\"\n", "", 1)
        .replacen("{door}/position", "position", 2);
    let wrong = VendorFile::read("acme.toml", &text).unwrap_err();
    let said: Vec<_> = wrong.complaints.iter().map(|one| one.message.as_str()).collect();
    assert_eq!(said.len(), 4, "{wrong}");
    assert!(
        said[0].contains("poll_interval_ms") && said[3].contains("[state]"),
        "{wrong}"
    );
    assert!(wrong.complaints.is_sorted());
    assert!(
        wrong
            .to_string()
            .lines()
            .all(|line| line.starts_with("acme.toml:"))
    );
}

#[test]
fn an_empty_file_and_one_that_is_too_long_are_refused() {
    let wrong = VendorFile::read("acme.toml", "").unwrap_err();
    assert!(wrong.complaints.len() >= 10, "{wrong}");
    let long = format!("{}\n# {}", example(), "x".repeat(64 * 1024));
    let wrong = VendorFile::read("acme.toml", &long).unwrap_err();
    assert!(wrong.to_string().contains("longer than"), "{wrong}");
}
