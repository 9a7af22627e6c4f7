//! `postern delivery explain`.

use postern_contract::{adapter::Call, ids::DeliveryId};
use postern_test_world::{Trouble, World};

use super::stage::Stage;

#[tokio::test]
async fn a_delivery_whose_door_is_in_doubt_is_told_with_what_needs_a_person() {
    let world = World::new().await;
    world.ready(1).await;
    let delivery = world.armed(1).await;
    world
        .vendor
        .trouble(|call| matches!(call, Call::DoorOpen(_)).then_some(Trouble::NoAnswer));
    world.open(delivery).await.unwrap();
    let stage = Stage::of(&world);
    let id = delivery.to_string();
    let said = stage.postern(&["delivery", "explain", &id]);
    assert_eq!(said.code, 0, "{said:?}");
    for part in [
        "booked it for 1 parcel",
        "code number 1 was used up",
        "is not known",
        "A person is needed: an order may or may not",
        "UTC",
    ] {
        assert!(said.out.contains(part), "{part} in {}", said.out);
    }
    let told = stage.postern(&["delivery", "explain", &id, "--json"]).json();
    let log = world.platform.store.whole_log(delivery).await.unwrap();
    assert_eq!(told["events"].as_array().unwrap().len(), log.len());
    assert_eq!(told["needs_a_person"]["attention"], "outcome_unknown");
    let elsewhere = stage.postern(&["delivery", "explain", &id, "--time-zone", "America/Toronto"]);
    assert!(
        elsewhere.out.contains(" EST") || elsewhere.out.contains(" EDT"),
        "{elsewhere:?}"
    );
    let unknown = DeliveryId::from_parts(1, 1).to_string();
    assert_eq!(stage.postern(&["delivery", "explain", &unknown]).code, 4);
}
