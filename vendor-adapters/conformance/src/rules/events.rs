//! Events that a vendor pushes: none is believed that the vendor did not sign.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use postern_contract::{
    adapter::{Answer, Call, EventsParseInput, Outcome},
    conformance::Tier,
};

use crate::{
    rule::{Check, Finding, Found, Rule, must},
    trial::Trial,
};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "hostile-webhooks-tell-nothing",
    tier: Tier::Bronze,
    title: "A webhook that the vendor did not sign makes no event.",
    why: "The address is open to everybody. A forged event that says closed ends the watch over an open garage.",
    example: "Nothing, an empty object, bytes that are no text, a body of a megabyte, an event with no signature and with one that is made up: refused as `not_executed`, or without any event.",
    exceptions: "A vendor that pushes no events.",
    check: Check::Unlinked(|trial| Box::pin(hostile(trial))),
}];

async fn hostile(trial: &mut Trial) -> Finding {
    if !trial
        .stand
        .description
        .optional_operations
        .iter()
        .any(|name| name == "events.parse")
    {
        return Err(Found::NotApplicable("the adapter has no events.parse".to_owned()));
    }
    let event =
        br#"{"messageType":"EVENT","eventData":{"events":[{"deviceEvent":{"value":"closed"}}]}}"#.to_vec();
    let made_up = [
        (
            "authorization",
            "Signature keyId=\"/pl/x\",signature=\"AAAA\",algorithm=\"rsa-sha256\"",
        ),
        ("digest", "SHA256=AAAA"),
        ("x-signature", "AAAA"),
    ];
    for headers in [&[][..], &made_up[..]] {
        for body in [
            Vec::new(),
            b"{}".to_vec(),
            vec![0xff; 64],
            vec![b'['; 1_000_000],
            event.clone(),
        ] {
            let headers = headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            let input = EventsParseInput {
                method: "POST".to_owned(),
                target: "/v1/vendors/events".to_owned(),
                headers: headers.collect(),
                body: BASE64_STANDARD.encode(body),
            };
            match trial.call(Call::EventsParse(input)).await? {
                Ok(Answer::EventsParse(parsed)) => must(parsed.events.is_empty(), || {
                    format!("a forged webhook made {} events", parsed.events.len())
                })?,
                Ok(_) => {
                    return Err(Found::Broken(
                        "events.parse answered another operation".to_owned(),
                    ));
                }
                Err(error) => must(error.outcome == Outcome::NotExecuted, || {
                    format!("the refusal is {error}")
                })?,
            }
        }
    }
    Ok(())
}
