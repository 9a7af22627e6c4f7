//! Whether a report proves a tier of a build: what the registry asks before it switches a vendor on.

use std::collections::BTreeSet;

use postern_contract::{
    conformance::{Build, ConformanceReport, Tier, tier_of},
    ids::VendorId,
};

use crate::{KIT, rules::rules};

/// Why a report proves nothing of what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotProven {
    /// It is of another vendor.
    #[error("the report is of {0}")]
    OtherVendor(VendorId),
    /// It is of another kit, or not of all its rules.
    #[error(
        "the report was made by version {0} of the kit, and this is version {KIT}, or not all of its rules were looked at"
    )]
    OtherRules(String),
    /// It is of another build.
    #[error("the report is of another build than the one that is deployed")]
    OtherBuild,
    /// Its tier is too low.
    #[error("the report gives {}, and {needed} is needed; the first rule that stands in the way: {first}", .reached.map_or_else(|| "no tier".to_owned(), |tier| tier.to_string()))]
    TooLow {
        /// The tier that was reached.
        reached: Option<Tier>,
        /// The tier that is needed.
        needed: Tier,
        /// A rule that is not kept.
        first: String,
    },
}

/// Gives the tier that a report proves of a vendor's build, when it is enough. The tier that the report names for itself is not asked:
/// its verdicts are added up.
///
/// # Errors
/// [`NotProven`].
pub fn prove(
    report: &ConformanceReport,
    vendor: &VendorId,
    build: &Build,
    needed: Tier,
) -> Result<Tier, NotProven> {
    if report.vendor != *vendor {
        return Err(NotProven::OtherVendor(report.vendor.clone()));
    }
    let asked: BTreeSet<(&str, Tier)> = rules().iter().map(|rule| (rule.id, rule.tier)).collect();
    let looked_at: BTreeSet<(&str, Tier)> = report
        .rules
        .iter()
        .map(|rule| (rule.rule.as_str(), rule.tier))
        .collect();
    if report.kit != KIT || asked != looked_at || report.rules.len() != asked.len() {
        return Err(NotProven::OtherRules(report.kit.clone()));
    }
    if report.build != *build || report.build == Build::Unknown {
        return Err(NotProven::OtherBuild);
    }
    let reached = tier_of(&report.rules);
    match reached {
        Some(tier) if tier >= needed => Ok(tier),
        _ => {
            let stands_in_the_way = |rule: &&postern_contract::conformance::RuleReport| {
                rule.tier <= needed && rule.verdict.bars()
            };
            let first = report.rules.iter().find(stands_in_the_way);
            Err(NotProven::TooLow {
                reached,
                needed,
                first: first
                    .map(|rule| rule.rule.as_str().to_owned())
                    .unwrap_or_default(),
            })
        }
    }
}
