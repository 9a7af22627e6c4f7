//! Verdicts on facts that were thought up.

use proptest::prelude::*;

use super::*;

fn active_table() -> Value {
    json!({ "Table": {
        "TableStatus": "ACTIVE",
        "StreamSpecification": { "StreamEnabled": true },
        "DeletionProtectionEnabled": true,
    } })
}

#[test]
fn a_table_is_well_only_with_its_stream_and_its_protection() {
    assert_eq!(table(Ok(active_table())).verdict, Verdict::Ok);
    for missing in ["StreamSpecification", "DeletionProtectionEnabled", "TableStatus"] {
        let mut answer = active_table();
        answer["Table"][missing] = Value::Null;
        assert_eq!(table(Ok(answer)).verdict, Verdict::Failed, "{missing}");
    }
}

#[test]
fn a_single_lost_follow_up_fails_and_a_single_waiting_one_does_not() {
    let one = || Ok(json!({ "Attributes": { "ApproximateNumberOfMessages": "1" } }));
    assert_eq!(queue("FollowUpsLost", true, one()).verdict, Verdict::Failed);
    assert_eq!(queue("FollowUps", false, one()).verdict, Verdict::Ok);
    let many = json!({ "Attributes": { "ApproximateNumberOfMessages": "1001" } });
    assert_eq!(queue("FollowUps", false, Ok(many)).verdict, Verdict::Warning);
}

#[test]
fn every_stack_that_did_not_end_well_says_what_to_do() {
    assert_eq!(stack("UPDATE_COMPLETE").verdict, Verdict::Ok);
    assert_eq!(stack("UPDATE_IN_PROGRESS").verdict, Verdict::Warning);
    assert_eq!(stack("UPDATE_ROLLBACK_COMPLETE").verdict, Verdict::Warning);
    assert_eq!(stack("ROLLBACK_COMPLETE").verdict, Verdict::Failed);
}

#[test]
fn the_authorizer_names_the_active_carriers_and_the_doctor() {
    let clients = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let carriers = [("north".to_owned(), true), ("south".to_owned(), false)];
    assert_eq!(
        audience(&carriers, &clients(&["doc", "north"]), "doc").verdict,
        Verdict::Ok
    );
    let shut_out = audience(&carriers, &clients(&["doc"]), "doc");
    assert_eq!(shut_out.verdict, Verdict::Failed);
    assert!(shut_out.found.contains("north") && !shut_out.found.contains("south"));
    let stranger = audience(&carriers, &clients(&["doc", "north", "who"]), "doc");
    assert_eq!(
        (stranger.verdict, stranger.found.contains("who")),
        (Verdict::Warning, true)
    );
}

#[test]
fn a_question_without_an_answer_fails_with_awss_sentence() {
    let refused = AwsError::Refused {
        code: "AccessDeniedException".to_owned(),
        sentence: "An error occurred (AccessDeniedException) when calling X: no".to_owned(),
    };
    let check = sweep(Err(refused));
    assert_eq!(check.verdict, Verdict::Failed);
    assert!(check.found.contains("when calling X: no") && check.todo.is_some());
}

proptest! {
    #[test]
    fn no_answer_makes_a_judge_panic(keys in prop::collection::vec("[A-Za-z]{1,12}", 0..4), text in ".{0,20}", pick in 0..5) {
        let value = match pick {
            0 => Value::Null,
            1 => json!([text]),
            2 => json!(keys),
            3 => json!({ "Table": text, "Attributes": keys, "MetricAlarms": text, "State": 7 }),
            _ => json!({ "MetricAlarms": [text], "Attributes": { "ApproximateNumberOfMessages": text } }),
        };
        let answer = || Ok(value.clone());
        let _ = (function("f", answer()), table(answer()), backups(answer()), queue("q", true, answer()), alarms(answer()), sweep(answer()));
    }
}
