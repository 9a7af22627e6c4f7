//! `postern vendor`.

use std::{fs, path::PathBuf};

use postern_conformance::{KIT, rules};
use postern_test_world::World;
use serde_json::{Value, json};

use super::stage::Stage;

fn reply(contract: &str, vendor: &str) -> Value {
    let description = json!({
        "vendor": vendor, "name": "Opener Cloud", "contract": contract, "optional_operations": [],
        "reading_lag_seconds": 1, "poll_interval_ms": 1000,
    });
    json!({ "contract": contract, "request_id": "REQUEST", "result": { "ok": { "operation": "describe", "output": description } } })
}

/// SHA-256 of nothing, as Lambda writes it and as a report does.
const CODE: (&str, &str) = (
    "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
);

/// A report in which every rule is kept, changed.
fn report(stage: &Stage<'_>, change: impl FnOnce(&mut Value)) -> PathBuf {
    let kept = rules()
        .iter()
        .map(|rule| json!({ "rule": rule.id, "tier": rule.tier, "title": rule.title, "verdict": "kept" }));
    let mut report = json!({
        "kit": KIT, "vendor": "myq", "contract": "1.0", "build": { "of": "lambda_code", "sha256": CODE.1 },
        "tested_at": "2026-11-24T12:05:02Z", "tier": "platinum", "rules": kept.collect::<Vec<_>>(),
    });
    change(&mut report);
    let file = stage.path("report.json");
    fs::write(&file, report.to_string()).unwrap();
    file
}

/// A vendor that is registered, and whose function runs the code that reports are of.
fn registered(stage: &Stage<'_>) {
    stage.lay("reply", &reply("1.0", "myq"));
    stage.lay("get-function-configuration", &json!({ "CodeSha256": CODE.0 }));
    let said = stage.postern(&["vendor", "register", "myq", "--name", "myQ"]);
    assert_eq!(said.code, 0, "{said:?}");
}

fn break_rule(report: &mut Value, tier: &str) {
    let rules = report["rules"].as_array_mut().unwrap();
    let rule = rules.iter_mut().find(|rule| rule["tier"] == tier).unwrap();
    rule["verdict"] = json!("broken");
    rule["why"] = json!("it opened twice");
}

#[tokio::test]
async fn a_vendor_is_switched_on_by_a_report_of_the_build_that_is_deployed_and_of_no_other() {
    let world = World::new().await;
    let stage = Stage::of(&world);
    registered(&stage);
    let promote =
        |file: &PathBuf| stage.postern(&["vendor", "promote", "myq", "--report", file.to_str().unwrap()]);
    let refused = |change: &dyn Fn(&mut Value), why: &str| {
        let said = promote(&report(&stage, change));
        assert_eq!((said.code, said.err.contains(why)), (4, true), "{said:?}");
    };
    refused(
        &|report| report["vendor"] = json!("other"),
        "the report is of other",
    );
    refused(
        &|report| report["build"]["sha256"] = json!("0".repeat(64)),
        "of another build",
    );
    refused(
        &|report| report["build"] = json!({ "of": "program", "sha256": CODE.1 }),
        "of another build",
    );
    refused(
        &|report| report["build"] = json!({ "of": "unknown" }),
        "of another build",
    );
    refused(
        &|report| report["kit"] = json!("0.0.1"),
        "made by version 0.0.1 of the kit",
    );
    // What a report says of itself is not asked: its verdicts are added up.
    refused(
        &|report| break_rule(report, "silver"),
        "gives bronze, and silver is needed",
    );
    refused(
        &|report| break_rule(report, "bronze"),
        "gives no tier, and silver is needed",
    );
    refused(
        &|report| drop(report["rules"].as_array_mut().unwrap().pop()),
        "not all of its rules",
    );
    refused(&|report| *report = json!({}), "cannot be read");
    let nothing = promote(&stage.path("nowhere.json"));
    assert_eq!(
        (nothing.code, nothing.err.contains("cannot be read")),
        (4, true),
        "{nothing:?}"
    );
    let id = "myq".parse().unwrap();
    let stored = async || world.platform.store.vendor(&id).await.unwrap().unwrap();
    assert!(!stored().await.active && stored().await.proven.is_none());

    let said = promote(&report(&stage, |report| break_rule(report, "gold")));
    assert_eq!(said.code, 0, "{said:?}");
    let record = stored().await;
    assert!(record.active);
    assert_eq!(record.proven.unwrap().tier.to_string(), "silver");
    let list = stage.postern(&["vendor", "list", "--json"]).json();
    assert_eq!(list["vendors"][0]["tier"], "silver");

    // Switched off and on again, the same build is still proven, and another is not.
    assert_eq!(stage.postern(&["vendor", "suspend", "myq"]).code, 0);
    assert_eq!(stage.postern(&["vendor", "promote", "myq"]).code, 0);
    stage.lay("get-function-configuration", &json!({ "CodeSha256": "AAAA" }));
    let said = stage.postern(&["vendor", "promote", "myq"]);
    assert_eq!(
        (said.code, said.err.contains("has no digest")),
        (3, true),
        "{said:?}"
    );
    let other = "LCa0a2j/xo/5m0U8HTBBNBNCLXBkg7+g+YpeiGJm564=";
    stage.lay("get-function-configuration", &json!({ "CodeSha256": other }));
    let said = stage.postern(&["vendor", "promote", "myq"]);
    assert_eq!(
        (said.code, said.err.contains("nothing proves")),
        (4, true),
        "{said:?}"
    );
}

#[tokio::test]
async fn a_program_that_is_no_adapter_is_told_apart_from_one_that_is_a_bad_one() {
    let world = World::new().await;
    let stage = Stage::of(&world);
    let test = |words: &[&str]| stage.postern(&[&["vendor", "test"], words].concat());
    for (words, why) in [
        (&["--cloud", "myq"][..], "there is no adapter to look at"),
        (
            &["--cloud", "acme", "--url", "http://127.0.0.1:9"],
            "neither an address nor a cloud",
        ),
        (
            &["--cloud", "http://127.0.0.1:9", "--url", "http://127.0.0.1:9"],
            "the controls of the cloud",
        ),
        (
            &["--cloud", "myq", "--url", "http://127.0.0.1:9"],
            "the adapter cannot be reached",
        ),
        (&["--cloud", "myq", "--url", "ftp://a"], "neither an address"),
        (
            &[
                "--cloud",
                "myq",
                "--only",
                "be-nice",
                "--url",
                "http://127.0.0.1:9",
            ],
            "there is no rule be-nice",
        ),
        (&["--cloud", "myq", "--", "/nowhere/adapter"], "does not start"),
        (&["--cloud", "myq", "--", "false"], "the program ended"),
        (
            &["--cloud", "myq", "--secret", "KEY=/nowhere", "--", "true"],
            "/nowhere cannot be read",
        ),
    ] {
        let said = test(words);
        assert_eq!(
            (said.code, said.err.contains(why)),
            (4, true),
            "{words:?}: {said:?}"
        );
    }
    let said = test(&["--cloud", "myq", "--setting", "key", "--", "true"]);
    assert_eq!(
        (said.code, said.err.contains("NAME=VALUE")),
        (2, true),
        "{said:?}"
    );
}

#[tokio::test]
async fn a_vendor_is_registered_switched_off_and_switched_on_and_off_by_hand() {
    let world = World::new().await;
    let stage = Stage::of(&world);
    stage.lay("reply", &reply("1.0", "myq"));
    let said = stage.postern(&["vendor", "register", "myq", "--name", "myQ", "--json"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(said.json()["vendor"]["active"], false);
    assert!(stage.calls("invoke")[0].contains("--function-name=postern-us-dev-adapter-myq"));
    stage.lay("get-function-configuration", &json!({ "CodeSha256": CODE.0 }));
    let unproven = stage.postern(&["vendor", "promote", "myq"]);
    assert_eq!(
        (unproven.code, unproven.err.contains("nothing proves")),
        (4, true),
        "{unproven:?}"
    );
    let file = report(&stage, |_| ());
    let promote = ["vendor", "promote", "myq", "--report", file.to_str().unwrap()];
    assert_eq!(stage.postern(&promote).code, 0);
    let list = stage.postern(&["vendor", "list", "--json"]).json();
    assert_eq!(list["vendors"][0]["active"], true);
    assert_eq!(stage.postern(&["vendor", "suspend", "myq"]).code, 0);
    let id = "myq".parse().unwrap();
    assert!(!world.platform.store.vendor(&id).await.unwrap().unwrap().active);
}

#[tokio::test]
async fn an_adapter_of_another_vendor_or_contract_is_not_registered() {
    let world = World::new().await;
    let stage = Stage::of(&world);
    for (contract, vendor, why) in [
        ("1.0", "other", "is the adapter of other"),
        ("2.0", "myq", "speaks version 2.0"),
    ] {
        stage.lay("reply", &reply(contract, vendor));
        let said = stage.postern(&["vendor", "register", "myq", "--name", "myQ"]);
        assert_eq!((said.code, said.err.contains(why)), (4, true), "{said:?}");
    }
    assert_eq!(world.platform.store.vendors().await.unwrap(), []);
}

#[tokio::test]
async fn a_vendor_whose_adapter_does_not_answer_is_not_switched_on() {
    let world = World::new().await;
    let stage = Stage::of(&world);
    registered(&stage);
    let file = report(&stage, |_| ());
    let promote = |id| stage.postern(&["vendor", "promote", id, "--report", file.to_str().unwrap()]);
    assert_eq!(promote("nobody").code, 4);
    stage.lay("invoke", &json!({ "FunctionError": "Unhandled" }));
    assert_eq!(promote("myq").code, 4);
    assert_eq!(
        stage.postern(&["vendor", "list", "--json"]).json()["vendors"][0]["active"],
        false
    );
}

#[tokio::test]
async fn a_secret_that_is_not_there_is_not_sealed() {
    let world = World::new().await;
    let stage = Stage::of(&world);
    let file = stage.path("secret");
    let words = [
        "vendor",
        "seal",
        "myq",
        "MYQ_CLIENT_SECRET",
        "--secret-file",
        file.to_str().unwrap(),
    ];
    let none = stage.postern(&words);
    assert_eq!(
        (none.code, none.err.contains("cannot be read")),
        (4, true),
        "{none:?}"
    );
    for empty in ["", "\n", "\r\n"] {
        fs::write(&file, empty).unwrap();
        let said = stage.postern(&words);
        assert_eq!(
            (said.code, said.err.contains("the secret is empty")),
            (4, true),
            "{said:?}"
        );
    }
}

#[tokio::test]
async fn a_secret_whose_key_cannot_be_had_is_not_repeated() {
    let world = World::new().await;
    let stage = Stage::of(&world);
    let file = stage.path("secret");
    fs::write(&file, "swordfish").unwrap();
    let words = ["vendor", "seal", "myq", "MYQ_CLIENT_SECRET", "--secret-file"];
    let said = stage.postern(&[&words[..], &[file.to_str().unwrap()]].concat());
    assert_eq!(
        (said.code, said.err.contains("the key of myq's adapter")),
        (3, true),
        "{said:?}"
    );
    assert!(!said.err.contains("swordfish") && said.out.is_empty(), "{said:?}");
}

#[tokio::test]
async fn an_adapter_is_begun_where_there_is_a_checkout_and_none_of_that_name() {
    let world = World::new().await;
    let stage = Stage::of(&world);
    let checkout = stage.path("checkout");
    let new = |id: &str| stage.postern(&["vendor", "new", id, "--checkout", checkout.to_str().unwrap()]);
    let nowhere = new("acme");
    assert_eq!(
        (nowhere.code, nowhere.err.contains("is no checkout")),
        (4, true),
        "{nowhere:?}"
    );
    fs::create_dir_all(checkout.join("vendor-adapters/sdk")).unwrap();
    fs::write(checkout.join("vendor-adapters/sdk/Cargo.toml"), "").unwrap();
    fs::write(
        checkout.join("Cargo.toml"),
        "[workspace]\nmembers = [\n    \"vendor-adapters/sdk\",\n]\n",
    )
    .unwrap();
    assert_eq!(new("acme").code, 0);
    let workspace = fs::read_to_string(checkout.join("Cargo.toml")).unwrap();
    assert!(
        workspace.contains("\"vendor-adapters/acme\",\n    \"vendor-adapters/sdk\""),
        "{workspace}"
    );
    let adapter = fs::read_to_string(checkout.join("vendor-adapters/acme/src/adapter.rs")).unwrap();
    assert!(adapter.contains("pub struct AcmeAdapter"), "{adapter}");
    let again = new("acme");
    assert_eq!(
        (again.code, again.err.contains("is there already")),
        (4, true),
        "{again:?}"
    );
    assert_eq!(new("3com").code, 4);
}
