//! What the doctor's answers mean: pure, so that each verdict is tried on facts that no deployment has to have.

use serde_json::{Value, json};

use crate::{Error, aws::AwsError, carrier::AUDIENCE_MAX};

/// From how many waiting follow-ups on something is slow.
const FOLLOW_UPS_MANY: u64 = 1_000;

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Ok,
    Warning,
    Failed,
}

impl Verdict {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "FAILED",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Check {
    pub(super) name: String,
    pub(super) verdict: Verdict,
    pub(super) found: String,
    pub(super) todo: Option<String>,
}

impl Check {
    pub(super) fn fine(name: &str, found: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            verdict: Verdict::Ok,
            found: found.into(),
            todo: None,
        }
    }

    pub(super) fn warning(name: &str, found: impl Into<String>, todo: &str) -> Self {
        Self {
            verdict: Verdict::Warning,
            todo: Some(todo.to_owned()),
            ..Self::fine(name, found)
        }
    }

    pub(super) fn failed(name: &str, found: impl Into<String>, todo: &str) -> Self {
        Self {
            verdict: Verdict::Failed,
            ..Self::warning(name, found, todo)
        }
    }

    /// An error says itself what to do, in its last line.
    pub(super) fn from_error(name: &str, error: &Error) -> Self {
        let said = error.to_string();
        let (found, todo) = said.rsplit_once('\n').unwrap_or((&said, "Repeat the command."));
        Self::failed(name, found.replace('\n', " "), todo)
    }

    pub(super) fn json(&self) -> Value {
        let verdict = match self.verdict {
            Verdict::Ok => "ok",
            Verdict::Warning => "warning",
            Verdict::Failed => "failed",
        };
        json!({ "name": self.name, "verdict": verdict, "found": self.found, "todo": self.todo })
    }
}

/// Judges an answer, or says that there is none.
fn judged(name: &str, answer: Result<Value, AwsError>, judge: impl FnOnce(&Value) -> Check) -> Check {
    match answer {
        Ok(answer) => judge(&answer),
        Err(error) => Check::from_error(name, &error.into()),
    }
}

pub(super) fn stack(status: &str) -> Check {
    const NAME: &str = "stack";
    match status {
        "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "IMPORT_COMPLETE" => Check::fine(NAME, status),
        "UPDATE_ROLLBACK_COMPLETE" => Check::warning(
            NAME,
            "the last deployment failed and was rolled back",
            "See the stack's events for the first resource that failed, mend it and deploy again.",
        ),
        _ if status.ends_with("_IN_PROGRESS") => Check::warning(
            NAME,
            format!("{status}: a deployment is under way"),
            "Wait until it has ended.",
        ),
        _ => Check::failed(
            NAME,
            status,
            "See the stack's events for the first resource that failed, and deploy again.",
        ),
    }
}

pub(super) fn function(name: &str, answer: Result<Value, AwsError>) -> Check {
    judged(name, answer, |answer| {
        let (state, update) = (answer["State"].as_str(), answer["LastUpdateStatus"].as_str());
        match (state, update) {
            (Some("Active"), Some("Successful")) => Check::fine(name, "active"),
            (Some("Inactive"), Some("Successful")) => {
                Check::fine(name, "asleep: its first call takes longer")
            }
            (Some("Pending"), _) | (_, Some("InProgress")) => {
                Check::warning(name, "is being put in place", "Wait a minute and look again.")
            }
            _ => Check::failed(
                name,
                format!(
                    "state {}, last update {}: {}",
                    state.unwrap_or("not told"),
                    update.unwrap_or("not told"),
                    answer["StateReason"]
                        .as_str()
                        .or(answer["LastUpdateStatusReason"].as_str())
                        .unwrap_or("no reason given")
                ),
                "Deploy again; if it stays so, see the function in the console.",
            ),
        }
    })
}

pub(super) fn table(answer: Result<Value, AwsError>) -> Check {
    const NAME: &str = "record";
    judged(NAME, answer, |answer| {
        let table = &answer["Table"];
        let status = table["TableStatus"].as_str().unwrap_or("not told");
        if status != "ACTIVE" {
            return Check::failed(
                NAME,
                format!("the table's status is {status}"),
                "Wait if it is UPDATING; otherwise ask AWS.",
            );
        }
        if table["StreamSpecification"]["StreamEnabled"] != true {
            return Check::failed(
                NAME,
                "the table's stream is off",
                "Deploy again: the template switches it on.",
            );
        }
        if table["DeletionProtectionEnabled"] != true {
            return Check::failed(
                NAME,
                "the table can be deleted by mistake",
                "Switch its deletion protection on: `aws dynamodb update-table --deletion-protection-enabled`.",
            );
        }
        Check::fine(NAME, "active, its stream on, protected from deletion")
    })
}

pub(super) fn backups(answer: Result<Value, AwsError>) -> Check {
    const NAME: &str = "backups";
    judged(NAME, answer, |answer| {
        let recovery = &answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"];
        if recovery["PointInTimeRecoveryStatus"] == "ENABLED" {
            Check::fine(
                NAME,
                "the record can be taken back to any second of its recovery window",
            )
        } else {
            Check::failed(
                NAME,
                "point-in-time recovery is off: what is lost in the record stays lost",
                "Deploy again: the template switches it on.",
            )
        }
    })
}

pub(super) fn queue(name: &str, lost: bool, answer: Result<Value, AwsError>) -> Check {
    judged(name, answer, |answer| {
        let attribute = &answer["Attributes"]["ApproximateNumberOfMessages"];
        let Some(waiting) = attribute.as_str().and_then(|text| text.parse::<u64>().ok()) else {
            return Check::failed(
                name,
                "does not tell how many messages wait",
                "Check that you may read the queue.",
            );
        };
        if lost && waiting > 0 {
            return Check::failed(
                name,
                format!("{waiting} lost"),
                "See the guardian's log for why; the sweep finds what was to be looked at. Then purge the queue.",
            );
        }
        if waiting > FOLLOW_UPS_MANY {
            return Check::warning(
                name,
                format!("{waiting} are waiting"),
                "See whether the guardian is throttled or failing; raise GuardianConcurrency if it is only busy.",
            );
        }
        Check::fine(name, format!("{waiting} waiting"))
    })
}

pub(super) fn alarms(answer: Result<Value, AwsError>) -> Check {
    const NAME: &str = "alarms";
    judged(NAME, answer, |answer| {
        let ringing: Vec<&str> = ["MetricAlarms", "CompositeAlarms"]
            .iter()
            .filter_map(|kind| answer[kind].as_array())
            .flatten()
            .filter_map(|alarm| alarm["AlarmName"].as_str())
            .collect();
        if ringing.is_empty() {
            Check::fine(NAME, "none rings")
        } else {
            Check::failed(
                NAME,
                format!("ringing: {}", ringing.join(", ")),
                "Follow each alarm's page in the runbook.",
            )
        }
    })
}

pub(super) fn sweep(answer: Result<Value, AwsError>) -> Check {
    const NAME: &str = "sweep";
    judged(NAME, answer, |answer| {
        if answer["State"] == "ENABLED" {
            Check::fine(NAME, "the guardian is woken by its schedule")
        } else {
            Check::failed(
                NAME,
                "the schedule is off: what a lost follow-up was to find is not found",
                "Deploy again: the template switches it on.",
            )
        }
    })
}

/// Compares the carriers of the record (with whether they may call) with the clients that the authorizer lets in.
pub(super) fn audience(carriers: &[(String, bool)], clients: &[String], doctor: &str) -> Check {
    const NAME: &str = "authorizer";
    let lets_in = |id: &str| clients.iter().any(|client| client == id);
    let shut_out: Vec<&str> = carriers
        .iter()
        .filter(|(id, active)| *active && !lets_in(id))
        .map(|(id, _)| id.as_str())
        .collect();
    let strangers: Vec<&str> = clients
        .iter()
        .map(String::as_str)
        .filter(|client| *client != doctor && !carriers.iter().any(|(id, _)| id == client))
        .collect();
    if !shut_out.is_empty() {
        return Check::failed(
            NAME,
            format!("carriers of the record that cannot call: {}", shut_out.join(", ")),
            "`postern carrier add --name NAME`, with the carrier's name, lets it in again.",
        );
    }
    if !strangers.is_empty() {
        return Check::warning(
            NAME,
            format!("lets clients in that are no carrier's: {}", strangers.join(", ")),
            "See `aws cognito-idp describe-user-pool-client`; take those out that nobody knows.",
        );
    }
    if !lets_in(doctor) {
        return Check::warning(NAME, "does not name the operator's own client", "Deploy again.");
    }
    if clients.len() >= AUDIENCE_MAX {
        return Check::warning(
            NAME,
            format!("is full: it names {AUDIENCE_MAX} clients"),
            "No further carrier can be added to this deployment.",
        );
    }
    Check::fine(
        NAME,
        format!(
            "lets every carrier in; {} of {AUDIENCE_MAX} places are taken",
            clients.len()
        ),
    )
}

#[cfg(test)]
mod tests;
