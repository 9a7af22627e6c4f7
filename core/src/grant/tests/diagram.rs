//! The diagrams of states in the documents show the ways that the rules go, all of them and no other.

use std::collections::BTreeSet;

use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use super::{
    random::{stages, steps, take},
    story::Story,
};
use crate::grant::evolve::evolve;

/// How many random stories are told, each of so many steps. They are the same ones each time.
const STORIES: u32 = 3_000;
const STEPS: usize = 60;

const PAGES: [(&str, &str); 2] = [
    (
        "architecture.md",
        include_str!("../../../../docs/architecture.md"),
    ),
    (
        "carriers/concepts.md",
        include_str!("../../../../docs/carriers/concepts.md"),
    ),
];

type Ways = BTreeSet<(String, String)>;

/// The arrows of a page's diagram, those from and to nowhere left out.
fn shown(page: &str) -> Ways {
    let (_, diagram) = page.split_once("stateDiagram-v2").unwrap();
    let (diagram, _) = diagram.split_once("```").unwrap();
    let arrows = diagram.lines().filter_map(|line| line.trim().split_once(" --> "));
    let ways = arrows.map(|(from, to)| (from.to_owned(), to.split(':').next().unwrap().to_owned()));
    ways.filter(|(from, to)| from != "[*]" && to != "[*]").collect()
}

/// The states that a story went through, event by event.
fn walked(story: &Story) -> Ways {
    let events = story.log.iter().map(|entry| (entry.event.clone(), entry.at));
    let mut grant = Story::booked().grant;
    let mut ways = Ways::new();
    for (event, at) in events.skip(1) {
        let before = grant.state;
        grant = evolve(grant, at, &event, &story.limits);
        if grant.state != before {
            let name = |state| serde_json::to_value(state).unwrap().as_str().unwrap().to_owned();
            ways.insert((name(before), name(grant.state)));
        }
    }
    assert_eq!(grant.state, story.grant.state, "the log tells another story");
    ways
}

#[test]
fn the_diagrams_of_states_show_every_way_that_the_rules_go_and_no_other() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let stories = (stages(), prop::collection::vec(steps(), STEPS));
    let mut gone = Ways::new();
    for _ in 0..STORIES {
        let (mut story, steps) = stories.new_tree(&mut runner).unwrap().current();
        for step in &steps {
            take(&mut story, step);
        }
        gone.extend(walked(&story));
    }
    for (name, page) in PAGES {
        let shown = shown(page);
        let (missing, invented) = (
            gone.difference(&shown).collect::<Vec<_>>(),
            shown.difference(&gone).collect::<Vec<_>>(),
        );
        assert!(
            missing.is_empty() && invented.is_empty(),
            "{name} does not show {missing:?}, and shows {invented:?}, which {STORIES} stories never went"
        );
    }
}
