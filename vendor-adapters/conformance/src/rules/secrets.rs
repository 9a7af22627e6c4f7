//! What opens a garage is never told and never logged.

use postern_contract::conformance::Tier;

use crate::{
    heard::Heard,
    rule::{Check, Finding, Found, Rule},
};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "replies-hold-no-secret",
        tier: Tier::Bronze,
        title: "No token, code, state or password stands in a reply.",
        why: "Replies are logged, and shown to operators.",
        example: "Every reply of all other rules is searched for what was given to the adapter, and for every token that the vendor's cloud gave out. The vendor's page, which carries the state, is left out.",
        exceptions: "None.",
        check: Check::OverAll(replies),
    },
    Rule {
        id: "logs-hold-no-secret",
        tier: Tier::Silver,
        title: "No token, code, state or password stands in the log.",
        why: "Logs are kept for months, and read by people who may open no garage.",
        example: "Everything that the adapter logged in all other rules is searched for the same.",
        exceptions: "None. Where logs cannot be seen, the rule is not seen.",
        check: Check::OverAll(logs),
    },
];

fn replies(heard: &Heard) -> Finding {
    none_of(heard.told.iter(), "replies")
}

fn logs(heard: &Heard) -> Finding {
    if let Some(why) = &heard.log_unseen {
        return Err(Found::NotSeen(why.clone()));
    }
    if heard.log_characters == 0 {
        return Err(Found::NotSeen("the adapter logged nothing at all".to_owned()));
    }
    none_of(heard.logged.iter(), "the log")
}

fn none_of<'a>(secrets: impl Iterator<Item = &'a String>, place: &str) -> Finding {
    let found: Vec<&str> = secrets.map(String::as_str).collect();
    if found.is_empty() {
        Ok(())
    } else {
        Err(Found::Broken(format!("in {place}: {}", found.join(", "))))
    }
}
