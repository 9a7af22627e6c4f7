//! The templates before anything is deployed: by AWS's own linter, and by rules of policy that others wrote. Both read their settings at
//! the root of the repository, as they do for an operator.

use std::{path::Path, process::Command};

use postern_deployed::{checker, templates, tools};
use serde_json::Value;

/// Runs a tool at `root`, and answers how it ended and what it said.
fn run(tool: &Path, root: &Path, args: &[&str]) -> (bool, String) {
    let output = Command::new(tool).current_dir(root).args(args).output().unwrap();
    let said = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    (output.status.success(), said.concat())
}

fn root() -> std::path::PathBuf {
    templates().join("../..")
}

#[test]
fn every_template_is_sound() {
    let (sound, said) = run(&tools().join("cfn-lint"), &root(), &[]);
    assert!(sound, "{said}");
}

#[test]
fn a_template_that_is_wrong_is_found_before_it_is_deployed_and_its_resource_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let right = std::fs::read_to_string(templates().join("core/functions.yaml")).unwrap();
    let wrong = right.replacen("Timeout: 29", "Timeout: 2900", 1);
    assert_ne!(right, wrong);
    let file = folder.path().join("functions.yaml");
    std::fs::write(&file, wrong).unwrap();
    let args = [
        "--format",
        "json",
        "--ignore-checks",
        "W3002",
        "--",
        file.to_str().unwrap(),
    ];
    let (sound, said) = run(&tools().join("cfn-lint"), folder.path(), &args);
    assert!(!sound);
    let found: Value = serde_json::from_str(&said).unwrap();
    let path = &found[0]["Location"]["Path"];
    assert_eq!(path[1], "CarrierApi", "{said}");
    assert_eq!(path[3], "Timeout", "{said}");
}

#[test]
fn every_template_keeps_the_rules_of_policy() {
    let (kept, said) = run(checker(), &root(), &["--output", "json"]);
    let report: Value = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"));
    let failed = report["results"]["failed_checks"].as_array().unwrap();
    assert!(kept && failed.is_empty(), "{failed:#?}");
    let passed = report["summary"]["passed"].as_u64().unwrap();
    assert!(
        passed >= 100,
        "{passed} checks are too few: has it read the templates?"
    );
}

/// What is skipped for one resource says why; what is skipped everywhere does so in the settings.
#[test]
fn every_exception_has_its_reason() {
    let settings = std::fs::read_to_string(root().join(".checkov.yaml")).unwrap();
    let lines: Vec<&str> = settings.lines().map(str::trim).collect();
    for pair in lines.windows(2).filter(|pair| pair[1].starts_with("- CKV")) {
        assert!(pair[0].starts_with('#'), "{} says no reason", pair[1]);
    }
    for part in ["core", "adapters"] {
        for file in std::fs::read_dir(templates().join(part)).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            for skip in text.lines().filter(|line| line.contains("checkov:skip")) {
                let reason = skip.rsplit(':').next().unwrap();
                assert!(reason.len() > 20, "{skip} says no reason");
            }
        }
    }
}

/// `sam deploy` would find this out only once it asks AWS; an operator's table is one that nobody here deploys.
#[test]
fn the_settings_of_every_deployment_are_ones_that_its_template_asks_for() {
    let read = "import json, sys, tomllib; print(json.dumps(tomllib.load(open('samconfig.toml', 'rb'))))";
    let (read, said) = run(&tools().join("python"), &root(), &["-c", read]);
    assert!(read, "{said}");
    let tables: Value = serde_json::from_str(&said).unwrap();
    let tables = tables
        .as_object()
        .unwrap()
        .iter()
        .filter(|(_, table)| table.is_object());
    let mut seen = 0;
    for (name, table) in tables {
        let table = &table["deploy"]["parameters"];
        let file = root().join(table["template_file"].as_str().unwrap());
        let asked = parameters(&std::fs::read_to_string(file).unwrap());
        let given = table["parameter_overrides"].as_array().unwrap().iter();
        let given: Vec<&str> = given
            .map(|pair| pair.as_str().unwrap().split_once('=').unwrap().0)
            .collect();
        for name_given in &given {
            assert!(
                asked.iter().any(|(asked, _)| asked == name_given),
                "{name} gives {name_given}, which its template does not know"
            );
        }
        for (asked, has_default) in &asked {
            assert!(
                *has_default || given.contains(&asked.as_str()),
                "{name} does not give {asked}, without which its template cannot be deployed"
            );
        }
        seen += 1;
    }
    assert!(seen >= 4, "{seen} deployments are too few: were they read?");
}

/// A template's parameters, and whether each has a default.
fn parameters(template: &str) -> Vec<(String, bool)> {
    let section = template.lines().skip_while(|line| *line != "Parameters:").skip(1);
    let section = section.take_while(|line| line.is_empty() || line.starts_with([' ', '#']));
    let mut parameters: Vec<(String, bool)> = Vec::new();
    for line in section {
        let named = line
            .strip_prefix("  ")
            .filter(|rest| rest.starts_with(char::is_alphabetic));
        if let Some((name, rest)) = named.and_then(|rest| rest.split_once(':')) {
            parameters.push((name.to_owned(), rest.contains("Default:")));
        } else if line.trim_start().starts_with("Default:") {
            parameters.last_mut().unwrap().1 = true;
        }
    }
    parameters
}
