//! The deployed alarms: each has a page of the runbook, and each that is about a measure of ours is about one that a function writes. The
//! emulator makes no metrics out of log lines, so this looks at the lines themselves.

use std::collections::BTreeSet;

use postern_deployed::{Deployment, Emulator, templates};
use serde_json::Value;

/// Measures that no delivery of this story is about: the guardian and the adapter did not fail.
const NOT_SEEN: [&str; 2] = ["LooksFailed", "AdapterUnanswered"];

/// What a metric is: its name and the names and values of its dimensions.
type Metric = (String, BTreeSet<(String, String)>);

pub(crate) async fn are_about_what_is_measured(deployment: &Deployment) {
    let measured = measured(deployment).await;
    let names = |metrics: &BTreeSet<Metric>| -> BTreeSet<String> {
        metrics.iter().map(|(name, _)| name.clone()).collect()
    };
    let usual = [
        "DoorsOpened",
        "DoorsClosed",
        "OpenSeconds",
        "NeedsAPerson",
        "PushesLate",
    ]
    .map(str::to_owned);
    assert!(names(&measured).is_superset(&usual.into()), "{measured:#?}");

    let runbook = std::fs::read_to_string(templates().join("../../docs/runbook.md")).unwrap();
    let alarms = Emulator::shared().aws(&["cloudwatch", "describe-alarms"]).await;
    let alarms: Vec<&Value> = alarms["MetricAlarms"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|alarm| text(&alarm["AlarmName"]).starts_with(&deployment.name))
        .collect();
    assert!(alarms.len() >= 17, "{} alarms are too few", alarms.len());
    let mut pages = BTreeSet::new();
    for alarm in alarms {
        let (_, page) = text(&alarm["AlarmDescription"])
            .split_once("docs/runbook.md#")
            .unwrap_or_else(|| panic!("{} names no page of the runbook", alarm["AlarmName"]));
        assert!(
            runbook.contains(&format!("\n## {page}\n")),
            "the runbook has no page {page}"
        );
        pages.insert(page.to_owned());
        let metric = (text(&alarm["MetricName"]).to_owned(), dimensions(alarm));
        let ours = alarm["Namespace"] == "Postern";
        assert!(
            !ours || measured.contains(&metric) || NOT_SEEN.contains(&metric.0.as_str()),
            "{} is about {metric:?}, which nothing measures",
            alarm["AlarmName"]
        );
    }
    let written: BTreeSet<String> = runbook
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .map(str::to_owned)
        .collect();
    assert_eq!(pages, written, "the pages of the runbook are those of the alarms");
}

fn dimensions(alarm: &Value) -> BTreeSet<(String, String)> {
    let dimensions = alarm["Dimensions"].as_array().unwrap().iter();
    dimensions
        .map(|dimension| {
            (
                text(&dimension["Name"]).to_owned(),
                text(&dimension["Value"]).to_owned(),
            )
        })
        .collect()
}

/// Every metric that the functions wrote lines for.
async fn measured(deployment: &Deployment) -> BTreeSet<Metric> {
    let mut found = BTreeSet::new();
    for function in ["carrier-api", "customer-api", "guardian", "webhooks"] {
        for line in deployment.log_of(function).await {
            let Ok(line) = serde_json::from_str::<Value>(&line) else {
                continue;
            };
            let directives = line["_aws"]["CloudWatchMetrics"].as_array();
            for directive in directives.into_iter().flatten() {
                assert_eq!(directive["Namespace"], "Postern");
                let names = directive["Dimensions"][0].as_array().unwrap().iter();
                let dimensions: BTreeSet<(String, String)> = names
                    .map(|name| (text(name).to_owned(), text(&line[text(name)]).to_owned()))
                    .collect();
                let metrics = directive["Metrics"].as_array().unwrap().iter();
                found.extend(metrics.map(|metric| (text(&metric["Name"]).to_owned(), dimensions.clone())));
            }
        }
    }
    found
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}
