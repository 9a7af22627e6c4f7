//! What is counted leaves as lines that CloudWatch makes metrics of.

use postern_contract::adapter::Call;
use postern_core::aws::{Measures, NAMESPACE};
use postern_test_world::{Trouble, World};
use serde_json::Value;

/// The collector is the process's, so this is the one test that begins it; what others count meanwhile is in its lines too.
#[tokio::test]
async fn an_adapter_that_does_not_answer_and_a_delivery_in_doubt_are_counted() {
    let measures = Measures::begin("postern-us-test");
    let world = World::new().await;
    world.ready(1).await;
    let delivery = world.armed(1).await;
    world
        .vendor
        .trouble(|call| matches!(call, Call::DoorOpen(_)).then_some(Trouble::NoAnswer));
    world.open(delivery).await.unwrap();

    let mut written = Vec::new();
    measures.write(&mut written);
    let written = String::from_utf8(written).unwrap();
    let lines: Vec<Value> = written
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for line in &lines {
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Namespace"], NAMESPACE);
        assert_eq!(line["Deployment"], "postern-us-test");
    }
    let counted = |name: &str| lines.iter().find(|line| line[name].is_number());
    let person = counted("NeedsAPerson").unwrap_or_else(|| panic!("{written}"));
    assert_eq!(person["Vendor"], Value::Null, "it has one sum for the alarm");
    let unanswered = counted("AdapterUnanswered").unwrap_or_else(|| panic!("{written}"));
    assert!(unanswered["Vendor"].is_string());
    assert!(
        !written.contains(&delivery.to_string()),
        "nothing measured names a delivery"
    );

    let mut again = Vec::new();
    measures.write(&mut again);
    let again = String::from_utf8(again).unwrap();
    assert!(
        !again.contains("AdapterUnanswered"),
        "what was told is told once: {again}"
    );
}
