//! `postern delivery explain`: a delivery in plain words, from its grant and its log alone.
//!
//! What support may read here is what the carrier may see: no code, no token, no address, and no remark that a stranger wrote.

mod words;

use std::fmt::Write as _;

use jiff::{Timestamp, tz::TimeZone};
use postern_contract::{event::LogEntry, ids::DeliveryId};
use postern_core::{
    grant::{Grant, Limits, chore},
    ports::{Clock as _, SystemClock},
};
use serde_json::{Value, json};

use self::words::{Clock, attention_sentence, state_sentence};
pub use self::words::{chore_sentence, event_sentence};
use crate::{
    Answer, Error,
    deployment::{Deployment, told},
};

/// Tells a delivery.
pub(crate) async fn explain(
    deployment: &Deployment,
    id: DeliveryId,
    zone: Option<TimeZone>,
) -> Result<Answer, Error> {
    let store = deployment.store().await?;
    let (grant, log) = tokio::join!(store.load_grant::<Grant>(id), store.whole_log(id));
    let loaded = grant?.ok_or_else(|| {
        Error::not_as_asked(
            format!("there is no delivery {id} in {}", deployment.name),
            "Check the id, and whether the delivery belongs to this deployment's market.",
        )
    })?;
    let clock = Clock(zone.unwrap_or(TimeZone::UTC));
    let answer = tell(&loaded.grant.doc, &log?, SystemClock.now(), &clock);
    Ok(Answer {
        json: told(&deployment.name, answer.json),
        ..answer
    })
}

fn tell(grant: &Grant, log: &[LogEntry], now: Timestamp, clock: &Clock) -> Answer {
    let state = state_sentence(grant.state);
    let next = chore(grant, now, &Limits::default());
    let mut text = format!("{}: {state}\n\n", grant.delivery);
    let mut events: Vec<Value> = Vec::with_capacity(log.len());
    for entry in log {
        let sentence = event_sentence(&entry.event, &clock.0);
        // Writing to a string does not fail.
        let _fits = writeln!(text, "{}  {sentence}", clock.tell(entry.at));
        events.push(json!({
            "sequence": entry.sequence, "at": entry.at, "event": entry.event.name(), "sentence": sentence,
        }));
    }
    text.push('\n');
    let next = next.map(|(at, chore)| {
        let sentence = chore_sentence(chore);
        let when = if at <= now {
            "due now".to_owned()
        } else {
            format!("due {}", clock.tell(at))
        };
        let _fits = writeln!(text, "Next, {when}: {sentence}");
        json!({ "due_at": at, "sentence": sentence })
    });
    if next.is_none() {
        text.push_str("Nothing more is due.\n");
    }
    let needs = grant.attention.map(|attention| {
        let sentence = attention_sentence(attention);
        let _fits = writeln!(text, "A person is needed: {sentence}");
        json!({ "attention": attention, "sentence": sentence })
    });
    if needs.is_none() {
        text.push_str("No person is needed.\n");
    }
    let json = json!({
        "delivery": grant.delivery,
        "carrier": grant.carrier,
        "state": grant.state,
        "sentence": state,
        "events": events,
        "next": next,
        "needs_a_person": needs,
    });
    Answer::well(text, json)
}
