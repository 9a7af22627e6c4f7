//! The contract itself: every message gets an answer that fits it.

use jiff::SignedDuration;
use postern_adapter_sdk::{Clock as _, SystemClock};
use postern_contract::{
    adapter::{
        AdapterErrorKind, AdapterReply, AdapterResult, Answer, Call, DescribeInput, EventsParseInput, Outcome,
    },
    conformance::Tier,
    door::DoorState,
};
use postern_vendor_clouds::Target;
use serde_json::{Value, json};

use super::dropped;
use crate::{
    heard::Heard,
    rule::{Check, Finding, Found, Rule, must, refused_as, well},
    trial::Trial,
};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "describe-asks-nobody",
        tier: Tier::Bronze,
        title: "The adapter says who it is without speaking with its vendor.",
        why: "A vendor whose cloud is down must still be known for what it can do: the platform looks its adapter up to tell people the truth.",
        example: "Every request to the vendor is hung up on; `describe` answers all the same.",
        exceptions: "None.",
        check: Check::Unlinked(|trial| Box::pin(describe_asks_nobody(trial))),
    },
    Rule {
        id: "describe-tells-usable-times",
        tier: Tier::Bronze,
        title: "The times in the description can be worked with.",
        why: "How late readings are decides how long the platform waits before it calls a person; how often it may ask decides how soon it sees a door that is still open.",
        example: "`poll_interval_ms` is from 500 to 60000, `reading_lag_seconds` at most 900.",
        exceptions: "None.",
        check: Check::Unlinked(|trial| Box::pin(usable_times(trial))),
    },
    Rule {
        id: "request-ids-come-back",
        tier: Tier::Bronze,
        title: "A reply hands back the request's id as it was.",
        why: "The id is how both sides' logs are read side by side when a garage stood open.",
        example: "A request with an id of 200 characters, some of them not ASCII.",
        exceptions: "None.",
        check: Check::Unlinked(|trial| Box::pin(request_ids_come_back(trial))),
    },
    Rule {
        id: "minor-versions-are-taken",
        tier: Tier::Bronze,
        title: "A request of a later minor version, with fields that are not known yet, is answered.",
        why: "The platform and its adapters are deployed at different times. Neither may stop the other from opening a door.",
        example: "`describe` in version 1.99 of the contract, with a field `later`.",
        exceptions: "None.",
        check: Check::Unlinked(|trial| Box::pin(minor_versions(trial))),
    },
    Rule {
        id: "major-versions-are-refused",
        tier: Tier::Bronze,
        title: "A request of another major version is refused.",
        why: "An order may mean something else there.",
        example: "`describe` in version 2.0: `invalid_request`, `not_executed`.",
        exceptions: "None.",
        check: Check::Unlinked(|trial| Box::pin(major_versions(trial))),
    },
    Rule {
        id: "malformed-requests-are-answered",
        tier: Tier::Bronze,
        title: "What is no request gets an answer that says so.",
        why: "A function that fails instead tells nobody what happened, and is tried again by what called it.",
        example: "An empty object, a list, a text, a number, an operation that is none, an input without its fields, a deadline that is no time: `invalid_request`, `not_executed`.",
        exceptions: "None.",
        check: Check::Unlinked(|trial| Box::pin(malformed(trial))),
    },
    Rule {
        id: "huge-requests-are-answered",
        tier: Tier::Gold,
        title: "A huge request gets an answer.",
        why: "A function that runs out of memory loses what it was doing for somebody else.",
        example: "A request of two megabytes, and one that is nested a hundred deep.",
        exceptions: "None.",
        check: Check::Unlinked(|trial| Box::pin(huge(trial))),
    },
    Rule {
        id: "late-requests-do-nothing",
        tier: Tier::Bronze,
        title: "A request whose deadline has passed is refused, and nothing is sent for it.",
        why: "Whoever asked has given up and looks at the door. A door that then opens opens unwatched.",
        example: "`door.open` with a deadline a second ago: `timed_out`, `not_executed`, and no command reaches the vendor.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(late(trial))),
    },
    Rule {
        id: "optional-operations-are-as-described",
        tier: Tier::Silver,
        title: "An operation that the description leaves out is `unsupported`, and one that it names is not.",
        why: "The platform asks for footage and events only where they are said to be.",
        example: "`events.parse` with an empty webhook.",
        exceptions: "None.",
        check: Check::Unlinked(|trial| Box::pin(optional(trial))),
    },
    Rule {
        id: "replies-follow-the-contract",
        tier: Tier::Bronze,
        title: "Every reply follows the contract, whatever happened.",
        why: "A reply that cannot be read is an order of which nobody knows what became.",
        example: "Every reply of all other rules is read as the platform reads it: the shape, the id, the operation that it answers.",
        exceptions: "None.",
        check: Check::OverAll(replies_follow),
    },
];

fn request(call: &Value) -> Value {
    json!({
        "contract": "1.0", "request_id": "kit", "deadline": SystemClock.now() + SignedDuration::from_secs(15), "call": call,
    })
}

fn describe() -> Value {
    json!({ "operation": "describe", "input": {} })
}

fn described(reply: &AdapterReply) -> Finding {
    let answered = matches!(reply.result, AdapterResult::Ok(Answer::Describe(_)));
    must(answered, || format!("describe answered {:?}", reply.result))
}

fn invalid(what: &str, reply: AdapterReply) -> Finding {
    let result = match reply.result {
        AdapterResult::Ok(answer) => Ok(answer),
        AdapterResult::Error(error) => Err(error),
    };
    refused_as(
        what,
        result,
        &[AdapterErrorKind::InvalidRequest],
        Outcome::NotExecuted,
    )
    .map(drop)
}

async fn describe_asks_nobody(trial: &mut Trial) -> Finding {
    trial.rig().fail_next(Target::Any, &dropped(), 100).await?;
    let answer = trial.call(Call::Describe(DescribeInput {})).await?;
    well("describe", answer)?;
    let left = trial.rig().strikes_left().await?;
    must(left == 100, || "describe asked the vendor".to_owned())
}

async fn usable_times(trial: &mut Trial) -> Finding {
    let described = &trial.stand.description;
    let (poll, lag) = (described.poll_interval_ms, described.reading_lag_seconds);
    must((500..=60_000).contains(&poll), || {
        format!("poll_interval_ms is {poll}")
    })?;
    must(lag <= 900, || format!("reading_lag_seconds is {lag}"))
}

async fn request_ids_come_back(trial: &mut Trial) -> Finding {
    let id = "ä-é \"id\"".repeat(25);
    let mut message = request(&describe());
    message["request_id"] = json!(id);
    let reply = trial.send(message).await?;
    must(reply.request_id == id, || {
        format!("it came back as {:?}", reply.request_id)
    })
}

async fn minor_versions(trial: &mut Trial) -> Finding {
    let mut message = request(&describe());
    message["contract"] = json!("1.99");
    message["later"] = json!({ "what": "nobody knows yet" });
    described(&trial.send(message).await?)
}

async fn major_versions(trial: &mut Trial) -> Finding {
    let mut message = request(&describe());
    message["contract"] = json!("2.0");
    invalid("a request of version 2.0", trial.send(message).await?)
}

async fn malformed(trial: &mut Trial) -> Finding {
    let with = |name: &str, value: Value| {
        let mut message = request(&describe());
        message[name] = value;
        message
    };
    for message in [
        json!({}),
        json!([]),
        json!("open the door"),
        json!(7),
        Value::Null,
        with("deadline", json!("soon")),
        with("contract", json!(1)),
        with("call", json!({ "operation": "door.toggle", "input": {} })),
        with("call", json!({ "operation": "door.open", "input": {} })),
        with(
            "call",
            json!({ "operation": "door.read", "input": { "door": 7 } }),
        ),
        with("call", json!(null)),
    ] {
        let what = format!("the message {message}");
        invalid(&what, trial.send(message).await?)?;
    }
    described(&trial.send(request(&describe())).await?)
}

async fn huge(trial: &mut Trial) -> Finding {
    let mut message = request(&describe());
    message["padding"] = json!("0".repeat(2 * 1024 * 1024));
    trial.send(message).await?;
    let mut nested = json!(0);
    for _ in 0..100 {
        nested = json!([nested]);
    }
    let mut message = request(&describe());
    message["padding"] = nested;
    trial.send(message).await?;
    described(&trial.send(request(&describe())).await?)
}

async fn late(trial: &mut Trial) -> Finding {
    let input = trial.open_input(trial.door()?, &[DoorState::Closed])?;
    let past = SystemClock.now() - SignedDuration::from_secs(1);
    let answer = trial.call_by(Call::DoorOpen(input), past).await?;
    refused_as(
        "door.open after its deadline",
        answer,
        &[AdapterErrorKind::TimedOut],
        Outcome::NotExecuted,
    )?;
    trial.no_command().await
}

async fn optional(trial: &mut Trial) -> Finding {
    let webhook = json!({ "method": "POST", "target": "/", "headers": [], "body": "" });
    let input: EventsParseInput =
        serde_json::from_value(webhook).map_err(|error| Found::NotSeen(error.to_string()))?;
    let named = trial
        .stand
        .description
        .optional_operations
        .iter()
        .any(|name| name == "events.parse");
    let unsupported = match trial.call(Call::EventsParse(input)).await? {
        Ok(_) => false,
        Err(error) => error.kind == AdapterErrorKind::Unsupported,
    };
    must(named != unsupported, || {
        let says = if named { "names" } else { "leaves out" };
        format!(
            "the description {says} events.parse, and it is {}",
            if unsupported { "unsupported" } else { "answered" }
        )
    })
}

fn replies_follow(heard: &Heard) -> Finding {
    match heard.misshapen.first() {
        None => Ok(()),
        Some(first) => Err(Found::Broken(format!(
            "{first}; {} such replies",
            heard.misshapen.len()
        ))),
    }
}
