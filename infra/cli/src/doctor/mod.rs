//! `postern doctor`: looks at every part of a deployment, side by side, and says of each how it is and what to do.
//!
//! Here the questions are asked; what an answer means is judged in [`verdict`], from the answers alone.

mod verdict;

use postern_contract::{adapter::Description, ids::VendorId, proof::FileDigest};
use postern_core::vendor::ProvenBuild;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use self::verdict::{Check, Verdict};
use crate::{
    Answer, Error, Exit,
    answer::{table, waiting},
    aws::AwsError,
    carrier::Gate,
    deployment::{Deployment, told},
    vendor::{code_of, describe},
};

/// The functions of every deployment.
const FUNCTIONS: [&str; 4] = ["carrier-api", "customer-api", "guardian", "webhooks"];

type Judge = Box<dyn FnOnce(Result<Value, AwsError>) -> Check + Send>;

/// Examines a deployment.
pub(crate) async fn examine(deployment: &Deployment) -> Answer {
    let waiting = waiting("examining the deployment");
    let mut under_way = JoinSet::new();
    for (place, (arguments, judge)) in questions(deployment).into_iter().enumerate() {
        let aws = deployment.aws.clone();
        under_way.spawn(async move { (place, vec![judge(aws.ask_beside(arguments).await)]) });
    }
    let here = deployment.clone();
    under_way.spawn(async move { (usize::MAX, registered(&here).await) });
    let mut found = vec![(0, vec![verdict::stack(&deployment.status)])];
    while let Some(done) = under_way.join_next().await {
        found.push(done.unwrap_or_else(|error| {
            (
                usize::MAX,
                vec![Check::failed("doctor", error.to_string(), "Repeat the command.")],
            )
        }));
    }
    waiting.finish_and_clear();
    found.sort_by_key(|(place, _)| *place);
    report(
        &deployment.name,
        &found
            .into_iter()
            .flat_map(|(_, checks)| checks)
            .collect::<Vec<_>>(),
    )
}

fn words<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).into()
}

/// What is asked of the control plane, each with its judge.
fn questions(deployment: &Deployment) -> Vec<(Vec<String>, Judge)> {
    let name = &deployment.name;
    let mut questions: Vec<(Vec<String>, Judge)> = Vec::new();
    for function in FUNCTIONS {
        let full = format!("{name}-{function}");
        let asked = words([
            "lambda",
            "get-function-configuration",
            &format!("--function-name={full}"),
        ]);
        questions.push((asked, Box::new(move |answer| verdict::function(&full, answer))));
    }
    if let Ok(table) = deployment.output("Table") {
        let table = format!("--table-name={table}");
        questions.push((
            words(["dynamodb", "describe-table", &table]),
            Box::new(verdict::table),
        ));
        questions.push((
            words(["dynamodb", "describe-continuous-backups", &table]),
            Box::new(verdict::backups),
        ));
    }
    let queues = [
        ("FollowUps", false),
        ("FollowUpsLost", true),
        ("SweepsLost", true),
        ("EventsLost", true),
    ];
    for (queue, lost) in queues {
        let Ok(url) = deployment.output(queue) else {
            continue;
        };
        let url = format!("--queue-url={url}");
        let asked = words(["sqs", "get-queue-attributes", &url, "--attribute-names=All"]);
        questions.push((asked, Box::new(move |answer| verdict::queue(queue, lost, answer))));
    }
    let prefix = format!("--alarm-name-prefix={name}");
    let alarms = words(["cloudwatch", "describe-alarms", "--state-value=ALARM", &prefix]);
    questions.push((alarms, Box::new(verdict::alarms)));
    let group = format!("--group-name={name}");
    let sweep = words(["scheduler", "get-schedule", &group, "--name=sweep"]);
    questions.push((sweep, Box::new(verdict::sweep)));
    questions
}

/// What the record holds, against what it stands for: carriers and the authorizer, vendors and their adapters.
async fn registered(deployment: &Deployment) -> Vec<Check> {
    let store = match deployment.store().await {
        Ok(store) => store,
        Err(error) => return vec![Check::from_error("record", &error)],
    };
    let (carriers, vendors, gate) = tokio::join!(store.carriers(), store.vendors(), Gate::read(deployment));
    let mut checks = Vec::new();
    match (
        carriers.map_err(Error::from),
        gate,
        deployment.output("DoctorClient"),
    ) {
        (Ok(carriers), Ok(gate), Ok(doctor)) => {
            let carriers = carriers
                .into_iter()
                .map(|(id, record)| (id.to_string(), record.active));
            checks.push(verdict::audience(
                &carriers.collect::<Vec<_>>(),
                gate.clients(),
                doctor,
            ));
        }
        (Err(error), _, _) | (_, Err(error), _) | (_, _, Err(error)) => {
            checks.push(Check::from_error("authorizer", &error));
        }
    }
    let vendors = match vendors {
        Ok(vendors) => vendors,
        Err(error) => {
            checks.push(Check::from_error("vendors", &error.into()));
            return checks;
        }
    };
    if !vendors.iter().any(|(_, record)| record.active) {
        checks.push(Check::warning(
            "vendors",
            "no vendor is switched on, so no door can be opened",
            "`postern vendor list` shows the vendors; `postern vendor promote ID` switches one on.",
        ));
    }
    let mut asked = JoinSet::new();
    for (id, record) in vendors.into_iter().filter(|(_, record)| record.active) {
        let aws = deployment.aws.clone();
        asked.spawn(async move {
            let said = describe(&aws, &record.adapter, &id).await;
            let code = code_of(&aws, &record.adapter).await;
            adapter_check(
                &id,
                said.and_then(|said| Ok((said, code?))),
                record.proven.as_ref(),
            )
        });
    }
    let mut adapters: Vec<Check> = Vec::new();
    while let Some(done) = asked.join_next().await {
        adapters.push(
            done.unwrap_or_else(|error| Check::failed("adapter", error.to_string(), "Repeat the command.")),
        );
    }
    adapters.sort_by(|one, other| one.name.cmp(&other.name));
    checks.extend(adapters);
    checks
}

/// An adapter by what it says of itself, the code that is deployed, and the build that was proven.
fn adapter_check(
    id: &VendorId,
    said: Result<(Description, FileDigest), Error>,
    proven: Option<&ProvenBuild>,
) -> Check {
    let name = format!("adapter {id}");
    let (description, code) = match said {
        Ok(said) => said,
        Err(error) => return Check::from_error(&name, &error),
    };
    let answers = format!("answers, by version {} of the contract", description.contract);
    match proven {
        Some(proven) if proven.code == code => {
            Check::fine(&name, format!("{answers}; it is {}", proven.tier))
        }
        _ => Check::warning(
            &name,
            format!("{answers}; nothing proves the build that is deployed"),
            "Put it before the kit with `postern vendor test --function`, and promote the vendor by the report.",
        ),
    }
}

fn report(deployment: &str, checks: &[Check]) -> Answer {
    let healthy = checks.iter().all(|check| check.verdict != Verdict::Failed);
    let rows: Vec<Vec<String>> = checks
        .iter()
        .map(|check| {
            vec![
                check.verdict.word().to_owned(),
                check.name.clone(),
                check.found.clone(),
            ]
        })
        .collect();
    let todo: String = checks
        .iter()
        .filter_map(|check| Some(format!("- {}: {}\n", check.name, check.todo.as_ref()?)))
        .collect();
    let mut text = table(&rows);
    if !todo.is_empty() {
        text = format!("{text}\nWhat to do:\n{todo}");
    }
    let end = if healthy { "is healthy" } else { "is not healthy" };
    let text = format!("{text}\n{deployment} {end}.");
    let shown: Vec<Value> = checks.iter().map(Check::json).collect();
    Answer {
        text,
        json: told(deployment, json!({ "healthy": healthy, "checks": shown })),
        exit: if healthy { Exit::Well } else { Exit::Unwell },
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use postern_contract::{adapter::ContractVersion, conformance::Tier};

    use super::*;

    #[test]
    fn an_adapter_whose_code_is_not_the_proven_one_is_warned_of() {
        let digest = |digit: &str| FileDigest::try_from(digit.repeat(64)).unwrap();
        let description = Description {
            vendor: "myq".parse().unwrap(),
            name: "myQ".parse().unwrap(),
            contract: ContractVersion::CURRENT,
            optional_operations: Vec::new(),
            reading_lag_seconds: 1,
            poll_interval_ms: 1000,
        };
        let id = "myq".parse().unwrap();
        let proven = ProvenBuild {
            tier: Tier::Gold,
            code: digest("a"),
            tested_at: Timestamp::UNIX_EPOCH,
        };
        let check = |code: &str, proven| adapter_check(&id, Ok((description.clone(), digest(code))), proven);
        let same = check("a", Some(&proven));
        assert!(
            same.verdict == Verdict::Ok && same.found.contains("it is gold"),
            "{}",
            same.found
        );
        for doubtful in [check("b", Some(&proven)), check("a", None)] {
            assert!(doubtful.verdict == Verdict::Warning, "{}", doubtful.found);
        }
    }
}
