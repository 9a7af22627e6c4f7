//! Every call of the command that a page shows is one that it understands.

use clap::Parser as _;
use postern_cli::Arguments;

const PAGES: [(&str, &str); 3] = [
    ("operating.md", include_str!("../../../../docs/operating.md")),
    (
        "operator-command.md",
        include_str!("../../../../docs/operator-command.md"),
    ),
    ("runbook.md", include_str!("../../../../docs/runbook.md")),
];

/// What stands in a page for something of the reader's own, and an example of it.
const EXAMPLES: [(&str, &str); 5] = [
    ("NAME", "Northwind"),
    ("SETTING", "MYQ_CLIENT_SECRET"),
    ("FILE", "file"),
    ("FILE...", "file"),
    ("SHELL", "bash"),
];

/// An `ID`, where it is a delivery's.
const DELIVERY: &str = "dlv_01M8A52QAMFF7A8M8CFMVV7ZYK";

/// The calls in a page, each as its words: lines of its `sh` fences, and code within its text.
fn calls(page: &str) -> Vec<Vec<String>> {
    let lines = page.lines().map(str::trim);
    let spans = page.split('`').skip(1).step_by(2);
    let calls = lines
        .chain(spans)
        .filter(|text| text.starts_with("postern ") && !text.contains('`'));
    calls
        .filter(|call| !call.contains("\n"))
        .map(|call| {
            let bare = call
                .split(" # ")
                .next()
                .unwrap()
                .replace("\"Northwind Parcel\"", "Northwind");
            let words = bare.split_whitespace().map(|word| {
                let example = EXAMPLES.iter().find(|(stands, _)| *stands == word);
                example.map_or(word, |(_, example)| example).to_owned()
            });
            words.collect()
        })
        .collect()
}

#[test]
fn every_call_that_a_page_shows_is_understood() {
    let mut seen = 0;
    for (page, text) in PAGES {
        for words in calls(text) {
            // Text that names a command without what it takes, such as `postern vendor`.
            if words.len() < 3 && words[1] != "doctor" {
                continue;
            }
            let of_delivery = words[1] == "delivery";
            let words: Vec<&str> = words
                .iter()
                .map(|word| match word.as_str() {
                    "ID" if of_delivery => DELIVERY,
                    "ID" => "myq",
                    other => other,
                })
                .collect();
            if let Err(error) = Arguments::try_parse_from(&words) {
                panic!("{page} shows {words:?}, which is not understood: {error}");
            }
            seen += 1;
        }
    }
    assert!(seen >= 20, "{seen} calls are too few: has it read the pages?");
}
