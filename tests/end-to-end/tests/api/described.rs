//! What the APIs say of themselves in OpenAPI: committed as it is, sound by the judgement of others' tools, and what really happens.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Command,
    sync::LazyLock,
};

use postern_end_to_end::{
    collection::FOLDER,
    openapi::{descriptions, files},
};
use postern_test_tools::{must, python};
use reqwest::Method;
use serde_json::Value;

static DESCRIPTIONS: LazyLock<BTreeMap<&'static str, Value>> = LazyLock::new(|| descriptions().unwrap());

/// The statuses of an operation, each with the codes it may be refused with.
type Answers = BTreeMap<u16, BTreeSet<String>>;

/// Every operation of a description, as `METHOD pattern`, with the scope it asks for or `nothing`.
pub(crate) fn operations(api: &str) -> BTreeSet<(String, String)> {
    let paths = DESCRIPTIONS[api]["paths"].as_object().unwrap();
    let mut found = BTreeSet::new();
    for (pattern, item) in paths {
        for (method, operation) in item.as_object().unwrap() {
            let schemes = operation["security"].as_array().unwrap().iter();
            let mut scopes = schemes.flat_map(|scheme| scheme.as_object().unwrap().values());
            let scope = scopes
                .next()
                .map_or("nothing", |scopes| scopes[0].as_str().unwrap());
            found.insert((format!("{} {pattern}", method.to_uppercase()), scope.to_owned()));
        }
    }
    found
}

/// What the operations at this path are said to answer, in either API.
fn answers(method: &Method, path: &str) -> Vec<Answers> {
    let fits = |pattern: &str| {
        let (pattern, path): (Vec<&str>, Vec<&str>) =
            (pattern.split('/').collect(), path.split('/').collect());
        let same = |(of, is): (&&str, &&str)| of == is || of.starts_with('{');
        pattern.len() == path.len() && pattern.iter().zip(&path).all(same)
    };
    let method = method.as_str().to_lowercase();
    let items = DESCRIPTIONS
        .values()
        .flat_map(|api| api["paths"].as_object().unwrap());
    items
        .filter(|(pattern, _)| fits(pattern))
        .filter_map(|(_, item)| item[&method]["responses"].as_object())
        .map(|responses| {
            let of = |(status, response): (&String, &Value)| {
                let schema = &response["content"]["application/problem+json"]["schema"];
                let codes = schema["properties"]["code"]["enum"]
                    .as_array()
                    .into_iter()
                    .flatten();
                let codes = codes.map(|code| code.as_str().unwrap().to_owned()).collect();
                (status.parse().unwrap(), codes)
            };
            responses.iter().map(of).collect()
        })
        .collect()
}

/// Fails unless this is said to happen. What is no operation at all is described nowhere.
pub(crate) fn assert_described(method: &Method, path: &str, status: u16, code: &str) {
    if matches!(code, "not_found" | "method_not_allowed") {
        return; // Of addresses and methods that are the other API's, or nobody's.
    }
    let answers = answers(method, path);
    let said = |answers: &Answers| match answers.get(&status) {
        Some(codes) if codes.is_empty() => code.is_empty(),
        Some(codes) => codes.contains(code),
        None => false,
    };
    assert!(
        answers.is_empty() || answers.iter().any(said),
        "{method} {path} answered {status} {code}, which its description does not say"
    );
}

#[test]
fn the_committed_descriptions_and_the_reference_page_are_what_the_apis_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (name, text) in files().unwrap() {
        let written = std::fs::read_to_string(root.join(&name)).unwrap_or_default();
        assert!(
            written == text,
            "{name} has drifted: run `cargo run -p postern-end-to-end --example write-openapi` and commit what it wrote"
        );
    }
    let expected = files().unwrap();
    for folder in ["", "more", "environments"] {
        let folder = Path::new(FOLDER).join(folder);
        for entry in std::fs::read_dir(root.join(&folder)).unwrap().map(Result::unwrap) {
            let name = folder
                .join(entry.file_name())
                .display()
                .to_string()
                .replace("//", "/");
            let left_over = entry.path().is_file() && !expected.contains_key(name.trim_end_matches('/'));
            assert!(!left_over, "{name} is a call of no description: delete it");
        }
    }
}

#[test]
fn both_descriptions_are_sound_openapi() {
    let validator = python(&["openapi-spec-validator==0.7.2"]).join("openapi-spec-validator");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contract/openapi");
    for name in DESCRIPTIONS.keys() {
        must(Command::new(&validator).arg(root.join(format!("{name}.json"))));
    }
}

#[test]
fn every_operation_has_a_name_of_its_own_a_summary_and_a_known_group() {
    for (name, api) in DESCRIPTIONS.iter() {
        let tags: Vec<&Value> = api["tags"]
            .as_array()
            .unwrap()
            .iter()
            .map(|tag| &tag["name"])
            .collect();
        let mut names = BTreeSet::new();
        for (path, item) in api["paths"].as_object().unwrap() {
            for operation in item.as_object().unwrap().values() {
                let id = operation["operationId"].as_str().unwrap();
                assert!(names.insert(id), "{name}: {id} is the name of two operations");
                assert!(
                    operation["summary"].as_str().unwrap().ends_with('.'),
                    "{name}: {path}"
                );
                assert!(
                    tags.contains(&&operation["tags"][0]),
                    "{name}: {id} has an unknown group"
                );
            }
        }
        assert!(names.len() >= 11, "{name}");
    }
}

#[test]
fn every_message_of_the_contract_comes_with_an_example() {
    for (name, api) in DESCRIPTIONS.iter() {
        let schemas = api["components"]["schemas"].as_object().unwrap();
        let bodies = api["paths"].as_object().unwrap().values();
        let bodies = bodies.flat_map(|item| item.as_object().unwrap().values());
        for operation in bodies {
            let body = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
            if let Some(reference) = body.as_str() {
                let schema = &schemas[reference.rsplit('/').next().unwrap()];
                let examples = schema["examples"].as_array().map_or(0, Vec::len);
                assert!(examples > 0, "{name}: {reference} has no example");
            }
        }
    }
}
