//! What the deployed roles allow, compared with what the functions did: nothing that they asked for was refused, and nothing that they
//! may do was left undone.

use std::collections::BTreeSet;

use postern_deployed::{Decision, Deployment, Emulator, until};
use serde_json::Value;

/// Statements whose use the emulator does not see, each with the reason.
const UNSEEN: [(&str, &str); 12] = [
    (
        "Log",
        "Lambda writes the log by the function's role, and the emulator without asking",
    ),
    (
        "Traces",
        "Lambda sends traces by the function's role, and the emulator sends none",
    ),
    (
        "TheRecordsKey",
        "DynamoDB uses it in the caller's name, and the emulator stores in clear",
    ),
    (
        "FollowUpsKey",
        "SQS uses it in the caller's name, and the emulator stores in clear",
    ),
    (
        "ReadFollowUps",
        "Lambda reads the queue by the function's role, and the emulator without asking",
    ),
    (
        "ReadTheStream",
        "Lambda reads the stream by the function's role, and the emulator without asking",
    ),
    (
        "ReadPushes",
        "Lambda reads the queue by the function's role, and the emulator without asking",
    ),
    (
        "WakeWhatPosts",
        "EventBridge Scheduler calls by it, and the emulator without asking",
    ),
    (
        "KeepWhatWasNotTold",
        "Lambda lays aside by the function's role what failed too often",
    ),
    (
        "WakeTheGuardian",
        "EventBridge Scheduler calls by it, and the emulator without asking",
    ),
    (
        "KeepWhatWasLost",
        "EventBridge Scheduler sends by it when it cannot call",
    ),
    (
        "TheQueuesKey",
        "SQS uses it in the name of who lays something aside, and the emulator stores in clear",
    ),
];

/// What a role may do of which this story has no use, each with the reason.
const RARE: [(&str, &str, &str); 6] = [
    (
        "customer-api",
        "kms:GenerateDataKey",
        "a look at a door, more than 90 seconds after an open in doubt, finds that it never opened",
    ),
    (
        "guardian",
        "kms:GenerateDataKey",
        "the same by the guardian's look",
    ),
    (
        "customer-api",
        "dynamodb:UpdateItem",
        "a vendor that answers a look at a door accepts its link no more",
    ),
    (
        "guardian",
        "dynamodb:UpdateItem",
        "the same by the guardian's look",
    ),
    (
        "guardian",
        "dynamodb:BatchGetItem",
        "an ending whose request died before it had revoked every grant",
    ),
    (
        "webhooks",
        "dynamodb:Query",
        "an operator has a delivery told again that could not be told",
    ),
];

/// A right: a role's policy, a statement of it, an action.
type Right = (String, String, String);

/// Waits for the sweep, which comes within a minute, and compares.
pub(crate) async fn none_is_missing_and_none_is_idle(deployment: &Deployment) {
    let emulator = Emulator::shared();
    let of_deployment = |decision: &Decision| {
        decision
            .principal
            .split('/')
            .nth(1)
            .is_some_and(|role| role.starts_with(&deployment.name))
    };
    until("a sweep of each kind", || async {
        let swept = |decision: &Decision| of_deployment(decision) && decision.statement == "WhatIsDue";
        let pushes_swept =
            |decision: &Decision| of_deployment(decision) && decision.statement == "PushesThatAreDue";
        let decisions = emulator.decisions();
        (decisions.iter().any(swept) && decisions.iter().any(pushes_swept)).then_some(())
    })
    .await;
    let decisions: Vec<Decision> = emulator.decisions().into_iter().filter(of_deployment).collect();
    let refused: Vec<&Decision> = decisions
        .iter()
        .filter(|decision| decision.decision != "Allow")
        .collect();
    assert!(refused.is_empty(), "the roles do not allow {refused:#?}");

    let account = emulator.aws(&["iam", "get-account-authorization-details"]).await;
    let mut idle = BTreeSet::new();
    for role in account["RoleDetailList"].as_array().unwrap() {
        let name = text(&role["RoleName"]);
        if !name.starts_with(&deployment.name) {
            continue;
        }
        let done: BTreeSet<(&str, &str)> = decisions
            .iter()
            .filter(|decision| decision.principal.split('/').nth(1) == Some(name))
            .map(|decision| (decision.statement.as_str(), decision.action.as_str()))
            .collect();
        let rights = rights(role, &account);
        assert!(!rights.is_empty(), "{name} may do nothing at all");
        let unused = rights
            .into_iter()
            .filter(|(_, statement, action)| !done.contains(&(statement.as_str(), action.as_str())));
        idle.extend(unused);
    }
    let explained = |(role, statement, action): &Right| {
        UNSEEN.iter().any(|(unseen, _)| unseen == statement)
            || RARE
                .iter()
                .any(|(rare, right, _)| rare == role && right == action)
    };
    idle.retain(|right| !explained(right));
    assert!(idle.is_empty(), "nobody needed these rights: {idle:#?}");
}

/// Every right of a role: of its own policies, and of those that it shares with others.
fn rights(role: &Value, account: &Value) -> BTreeSet<Right> {
    let own = role["RolePolicyList"].as_array().unwrap();
    let called = own
        .first()
        .map_or("no policy of its own", |policy| text(&policy["PolicyName"]));
    let mut documents: Vec<&Value> = own.iter().map(|policy| &policy["PolicyDocument"]).collect();
    for attached in role["AttachedManagedPolicies"].as_array().unwrap() {
        let policies = account["Policies"].as_array().unwrap();
        let policy = policies
            .iter()
            .find(|policy| policy["Arn"] == attached["PolicyArn"]);
        let versions = policy.unwrap()["PolicyVersionList"].as_array().unwrap();
        let current = versions
            .iter()
            .find(|version| version["IsDefaultVersion"] == true);
        documents.push(&current.unwrap()["Document"]);
    }
    let statements = documents
        .into_iter()
        .flat_map(|document| document["Statement"].as_array().unwrap());
    statements
        .flat_map(|statement| {
            let actions = statement["Action"].as_array().unwrap().iter();
            actions.map(|action| {
                (
                    called.to_owned(),
                    text(&statement["Sid"]).to_owned(),
                    text(action).to_owned(),
                )
            })
        })
        .collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}
