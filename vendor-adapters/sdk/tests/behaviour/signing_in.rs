//! The two ways of signing in with a vendor, through the one JSON entry.

use postern_keys::{SealContext, Sealed};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::fake::{Behaviour, LINK, ask, keys, message, service};
use crate::support::HandClock;

fn begin_input() -> Value {
    json!({ "link": LINK, "state": "st-1", "redirect_uri": "https://postern.example/" })
}

#[tokio::test]
async fn a_vendor_without_a_page_asks_for_a_form_and_links_by_its_answers() {
    let (clock, sealer) = (HandClock::new(), keys());
    let service = service(Behaviour::AskForPassword, &sealer, &clock);
    let begun = ask(&service, &message(&clock, "link.begin", &begin_input())).await;
    let begun = &begun["result"]["ok"]["output"];
    let asked = json!({ "fields": [
        { "kind": "email", "required": true }, { "kind": "password", "required": true },
    ] });
    assert_eq!(begun["form"], asked);
    assert!(begun.get("authorize_url").is_none(), "{begun}");
    let input = json!({
        "link": LINK, "session": begun["session"], "redirect_uri": "https://postern.example/",
        "answers": { "email": "ann@example.com", "password": "pw-secret" },
    });
    let completed = ask(&service, &message(&clock, "link.complete", &input)).await;
    assert!(!completed.to_string().contains("pw-secret"), "{completed}");
    let sealed = completed["result"]["ok"]["output"]["credentials"]
        .as_str()
        .unwrap();
    let sealed = Sealed::try_from(sealed.to_owned()).unwrap();
    let context = SealContext::for_link("fake", LINK);
    let opened = sealer.open(&sealed, &context).await.unwrap();
    assert_eq!(
        opened.expose_secret(),
        b"session of st-1, ann@example.com and pw-secret"
    );
}

#[tokio::test]
async fn what_was_begun_by_a_page_is_not_finished_by_a_form_nor_the_other_way_round() {
    let (clock, sealer) = (HandClock::new(), keys());
    let by_page = service(Behaviour::AnswerWithPassword, &sealer, &clock);
    let by_form = service(Behaviour::AskForPassword, &sealer, &clock);
    let answers = json!({ "email": "ann@example.com", "password": "pw-secret" });
    for (begins, field, brought) in [
        (&by_page, "answers", answers),
        (&by_form, "code", json!("c-secret")),
    ] {
        let begun = ask(begins, &message(&clock, "link.begin", &begin_input())).await;
        let session = begun["result"]["ok"]["output"]["session"].clone();
        let mut input =
            json!({ "link": LINK, "session": session, "redirect_uri": "https://postern.example/" });
        input[field] = brought;
        for finishes in [&by_page, &by_form] {
            let refused = ask(finishes, &message(&clock, "link.complete", &input)).await;
            assert_eq!(refused["result"]["error"]["kind"], "invalid_request", "{refused}");
            assert_eq!(refused["result"]["error"]["outcome"], "not_executed");
            assert!(!refused.to_string().contains("secret"), "{refused}");
        }
    }
}
