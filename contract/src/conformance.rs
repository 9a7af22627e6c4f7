//! What the conformance kit found out about an adapter: the verdict on each rule, and the tier that they add up to.
//!
//! A report is of one build. The registry promotes a vendor by the report of the very build that is deployed.

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Invalid, adapter::ContractVersion, ids::VendorId, proof::FileDigest};

/// How far an adapter can be relied on. Each tier asks for all that the tiers below it ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// It harms nobody: no order goes twice, to another door or on a guess, and no secret leaves it.
    Bronze,
    /// It tells the truth: of links, of doors and of what became of an order.
    Silver,
    /// It stands trouble: its vendor's, the network's and its own.
    Gold,
    /// It tells all that a delivery can use.
    Platinum,
}

impl Tier {
    /// All of them, the lowest first.
    pub const ALL: [Self; 4] = [Self::Bronze, Self::Silver, Self::Gold, Self::Platinum];
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bronze => "bronze",
            Self::Silver => "silver",
            Self::Gold => "gold",
            Self::Platinum => "platinum",
        })
    }
}

/// The name of a rule, which is also its page's under `docs/vendors/rules`: small letters, digits and single hyphens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String", extend("pattern" = "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength" = 64))]
pub struct RuleId(String);

impl RuleId {
    /// The name itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<RuleId> for String {
    fn from(rule: RuleId) -> Self {
        rule.0
    }
}

impl TryFrom<String> for RuleId {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let words = text
            .split('-')
            .all(|word| !word.is_empty() && word.bytes().all(fits));
        if words && text.len() <= 64 {
            Ok(Self(text))
        } else {
            Err(Invalid::new(
                "rule",
                "small letters, digits and single hyphens, at most 64",
            ))
        }
    }
}

/// What was found of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// The adapter keeps it.
    Kept,
    /// It does not.
    Broken {
        /// What was seen instead.
        why: String,
    },
    /// It asks for something that this vendor does not have.
    NotApplicable {
        /// What that is.
        why: String,
    },
    /// It could not be looked at from where the kit stood, so nothing is known.
    NotSeen {
        /// What was missing.
        why: String,
    },
}

impl Verdict {
    /// Whether the rule stands in the way of its tier.
    #[must_use]
    pub const fn bars(&self) -> bool {
        matches!(self, Self::Broken { .. } | Self::NotSeen { .. })
    }
}

/// A rule and its verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleReport {
    /// Which rule.
    pub rule: RuleId,
    /// The tier that asks for it.
    pub tier: Tier,
    /// The rule in a sentence.
    pub title: String,
    /// What was found.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// What a build is recognised by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Build {
    /// A Lambda function's code: its `CodeSha256`, in hexadecimal digits.
    LambdaCode {
        /// SHA-256 of the deployment package.
        sha256: FileDigest,
    },
    /// A program on this machine.
    Program {
        /// SHA-256 of its file.
        sha256: FileDigest,
    },
    /// Something behind an address, of which nobody can say what it is.
    Unknown,
}

/// What the kit found out about one build of an adapter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConformanceReport {
    /// The version of the kit. Another version may have other rules.
    pub kit: String,
    /// The vendor, as the adapter names it.
    pub vendor: VendorId,
    /// The contract that the adapter says it follows.
    pub contract: ContractVersion,
    /// Which build it was.
    pub build: Build,
    /// When it was looked at.
    pub tested_at: Timestamp,
    /// The highest tier whose rules, and those of the tiers below it, are all kept. None when a rule of bronze is not.
    pub tier: Option<Tier>,
    /// Every rule of the kit.
    pub rules: Vec<RuleReport>,
}

/// The tier that verdicts add up to.
#[must_use]
pub fn tier_of(rules: &[RuleReport]) -> Option<Tier> {
    let held = |tier: &Tier| {
        let of_it = rules.iter().filter(|rule| rule.tier == *tier);
        let mut verdicts = of_it.map(|rule| rule.verdict.bars()).peekable();
        verdicts.peek().is_some() && !verdicts.any(|bars| bars)
    };
    Tier::ALL.into_iter().take_while(held).last()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rule(tier: Tier, verdict: Verdict) -> RuleReport {
        RuleReport {
            rule: RuleId::try_from("a-rule".to_owned()).unwrap(),
            tier,
            title: "A rule.".to_owned(),
            verdict,
        }
    }

    #[test]
    fn a_tier_needs_every_rule_up_to_it_and_what_was_not_seen_is_not_kept() {
        let why = || "so".to_owned();
        let all = |gold: Verdict| {
            vec![
                rule(Tier::Bronze, Verdict::Kept),
                rule(Tier::Silver, Verdict::NotApplicable { why: why() }),
                rule(Tier::Gold, gold),
                rule(Tier::Platinum, Verdict::Kept),
            ]
        };
        assert_eq!(tier_of(&all(Verdict::Kept)), Some(Tier::Platinum));
        assert_eq!(tier_of(&all(Verdict::Broken { why: why() })), Some(Tier::Silver));
        assert_eq!(tier_of(&all(Verdict::NotSeen { why: why() })), Some(Tier::Silver));
        assert_eq!(
            tier_of(&all(Verdict::Kept)[1..]),
            None,
            "no rule of bronze was looked at"
        );
        assert_eq!(tier_of(&[]), None);
    }

    proptest! {
        #[test]
        fn a_rules_name_is_fit_to_be_a_files_name_or_refused(text in ".{0,70}") {
            if let Ok(rule) = RuleId::try_from(text.clone()) {
                let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
                prop_assert!(rule.as_str().chars().all(plain) && !text.starts_with('-'));
            }
        }
    }
}
