//! A report to be read: as text in a terminal, and as a page.

use std::fmt::Write as _;

use maud::{DOCTYPE, html};
use postern_contract::conformance::{Build, ConformanceReport, RuleReport, Tier, Verdict};

/// What a verdict is called, and what there is to say of it.
fn said(verdict: &Verdict) -> (&'static str, &str) {
    match verdict {
        Verdict::Kept => ("kept", ""),
        Verdict::Broken { why } => ("broken", why),
        Verdict::NotApplicable { why } => ("not applicable", why),
        Verdict::NotSeen { why } => ("not seen", why),
    }
}

fn build(build: &Build) -> String {
    match build {
        Build::LambdaCode { sha256 } => format!("Lambda code {}", String::from(sha256.clone())),
        Build::Program { sha256 } => format!("program {}", String::from(sha256.clone())),
        Build::Unknown => "unknown".to_owned(),
    }
}

fn of_tier(report: &ConformanceReport, tier: Tier) -> impl Iterator<Item = &RuleReport> {
    report.rules.iter().filter(move |rule| rule.tier == tier)
}

fn tier_name(tier: Option<Tier>) -> String {
    tier.map_or_else(|| "no tier".to_owned(), |tier| tier.to_string())
}

/// The report as text.
#[must_use]
pub fn text(report: &ConformanceReport) -> String {
    let mut text = format!(
        "{}: {}\ncontract {}, kit {}, build {}, {}\n",
        report.vendor,
        tier_name(report.tier),
        report.contract,
        report.kit,
        build(&report.build),
        report.tested_at
    );
    for tier in Tier::ALL {
        let kept = of_tier(report, tier).filter(|rule| !rule.verdict.bars()).count();
        let all = of_tier(report, tier).count();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "\n{tier}: {kept} of {all}");
        for rule in of_tier(report, tier) {
            let (verdict, why) = said(&rule.verdict);
            let mark = if rule.verdict.bars() { "✗" } else { "✓" };
            let _ = match why {
                "" => writeln!(text, "  {mark} {}", rule.rule.as_str()),
                why => writeln!(text, "  {mark} {} ({verdict}: {why})", rule.rule.as_str()),
            };
        }
    }
    text
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ccc;padding:.4rem;text-align:left;vertical-align:top}\
.bars{color:#a00000}.tier{font-size:1.5rem}";

/// The report as a page that needs nothing else.
#[must_use]
pub fn html(report: &ConformanceReport) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                title { "Conformance of " (report.vendor) }
                style { (STYLE) }
            }
            body {
                h1 { "Conformance of the adapter of " (report.vendor) }
                p class="tier" { (tier_name(report.tier)) }
                p {
                    "Contract " (report.contract) ", kit " (report.kit) ", build " code { (build(&report.build)) } ", "
                    time { (report.tested_at) } "."
                }
                @for tier in Tier::ALL {
                    h2 { (tier) }
                    table {
                        tr { th { "Rule" } th { "Verdict" } th { "Seen" } }
                        @for rule in of_tier(report, tier) {
                            @let (verdict, why) = said(&rule.verdict);
                            tr class=[rule.verdict.bars().then_some("bars")] {
                                td { strong { (rule.rule.as_str()) } br; (rule.title) }
                                td { (verdict) }
                                td { (why) }
                            }
                        }
                    }
                }
            }
        }
    };
    page.into_string()
}
