//! Every rule, in the order in which a report lists them, and the pages that tell them.

mod contract;
mod doors;
mod events;
mod forms;
mod links;
mod orders;
mod refreshing;
mod secrets;
mod sending;
mod states;
mod troubles;
mod vendors_word;

use std::sync::LazyLock;

use postern_contract::conformance::Tier;
use postern_vendor_clouds::Fault;

use crate::Rule;

/// Every rule.
#[must_use]
pub fn rules() -> &'static [Rule] {
    static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
        [
            contract::RULES,
            links::RULES,
            forms::RULES,
            refreshing::RULES,
            doors::RULES,
            states::RULES,
            orders::RULES,
            sending::RULES,
            troubles::RULES,
            vendors_word::RULES,
            events::RULES,
            secrets::RULES,
        ]
        .concat()
    });
    &RULES
}

/// The pages of all rules, and the one that lists them: names of files and their text, in Markdown.
#[must_use]
pub fn pages() -> Vec<(String, String)> {
    let pages = rules().iter().map(|rule| (format!("{}.md", rule.id), page(rule)));
    std::iter::once(("README.md".to_owned(), list()))
        .chain(pages)
        .collect()
}

fn page(rule: &Rule) -> String {
    format!(
        "# {}\n\n{}\n\nTier: {}.\n\n## Why\n\n{}\n\n## What the kit does\n\n{}\n\n## Exceptions\n\n{}\n\n---\n\n[All rules](README.md)\n",
        rule.id, rule.title, rule.tier, rule.why, rule.example, rule.exceptions
    )
}

fn list() -> String {
    let mut list = format!(
        "# Rules for adapters\n\n\
        For whoever writes an adapter: what the conformance kit asks of it, {} rules, each on a page of its own. An adapter has a\n\
        tier when it keeps all its rules and those of the tiers before it in this list; a rule that could not be looked at counts as\n\
        one that is not kept. [adding-a-vendor.md](../../adding-a-vendor.md) tells how an adapter is put before the kit.\n\n\
        These pages are written by `cargo run -p postern-conformance --example write-rules`; change the words where the rules are.\n",
        rules().len()
    );
    for tier in Tier::ALL {
        let means = match tier {
            Tier::Bronze => "It harms nobody.",
            Tier::Silver => "It tells the truth.",
            Tier::Gold => "It stands trouble.",
            Tier::Platinum => "It tells all that a delivery can use.",
        };
        list += &format!("\n## {tier}\n\n{means}\n\n| rule | |\n|---|---|\n");
        for rule in rules().iter().filter(|rule| rule.tier == tier) {
            list += &format!("| [{0}]({0}.md) | {1} |\n", rule.id, rule.title);
        }
    }
    list
}

/// Answers with this status.
fn status(status: u16) -> Fault {
    Fault::status(status)
}

/// Hangs up.
fn dropped() -> Fault {
    Fault {
        drop_connection: true,
        ..Fault::default()
    }
}

/// Answers with a firewall's page.
fn firewall() -> Fault {
    Fault {
        html_403: true,
        ..Fault::default()
    }
}

/// Answers after this long.
fn slow(delay_ms: u64) -> Fault {
    Fault {
        delay_ms: Some(delay_ms),
        ..Fault::default()
    }
}

/// Answers with JSON that breaks off.
fn cut_short() -> Fault {
    Fault {
        cut_short: true,
        ..Fault::default()
    }
}

/// Answers with far too much.
fn huge() -> Fault {
    Fault {
        huge: true,
        ..Fault::default()
    }
}

/// A door's reading or order met a limit that says for how long.
fn limited(seconds: u64) -> Fault {
    Fault {
        retry_after: Some(seconds),
        ..Fault::status(429)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use postern_contract::conformance::RuleId;

    use super::*;

    #[test]
    fn each_rule_has_a_name_of_its_own_that_is_fit_for_a_file_and_says_all_there_is_to_say() {
        let mut names = BTreeSet::new();
        for rule in rules() {
            assert!(RuleId::try_from(rule.id.to_owned()).is_ok(), "{}", rule.id);
            assert!(names.insert(rule.id), "{} is there twice", rule.id);
            for text in [rule.title, rule.why, rule.example, rule.exceptions] {
                assert!(text.len() > 4 && text.ends_with('.'), "{}: {text:?}", rule.id);
            }
        }
        assert!(names.len() >= 50, "{}", names.len());
        for tier in Tier::ALL {
            assert!(rules().iter().any(|rule| rule.tier == tier), "{tier}");
        }
    }
}
