//! Every rule, in the order in which a report lists them, and the pages that tell them.

mod contract;
mod doors;
mod events;
mod links;
mod orders;
mod refreshing;
mod secrets;
mod sending;
mod states;
mod troubles;
mod vendors_word;

use std::sync::LazyLock;

use postern_vendor_clouds::Fault;

use crate::Rule;

/// Every rule.
#[must_use]
pub fn rules() -> &'static [Rule] {
    static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
        [
            contract::RULES,
            links::RULES,
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

/// The page of a rule, in Markdown.
#[must_use]
pub fn page_of(rule: &Rule) -> String {
    format!(
        "# {}\n\n{}\n\nTier: {}.\n\n## Why\n\n{}\n\n## What the kit does\n\n{}\n\n## Exceptions\n\n{}\n",
        rule.id, rule.title, rule.tier, rule.why, rule.example, rule.exceptions
    )
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

    use postern_contract::conformance::{RuleId, Tier};

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
