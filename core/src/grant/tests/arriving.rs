//! The driver comes, and shows at the end what was done.

use postern_contract::{
    delivery::{GrantState, RevocationReason, Window},
    event::DeliveryEvent,
    proof::{Photo, ProofOfDrop},
};

use super::{
    fixtures::{ENDS, STARTS, at, driver, fix, seconds},
    story::Story,
};
use crate::grant::{Change, Command, Refusal};

fn here(name: &str, metres: f64) -> Command {
    Command::Arrive {
        driver: driver(name),
        position: fix(metres, 4.5),
    }
}

#[test]
fn that_the_driver_came_is_told_once_and_binds_nobody() {
    let mut story = Story::armed();
    let event = DeliveryEvent::Arrived {
        driver: driver("driver-8"),
        distance_m: 31,
        accuracy_m: 5,
    };
    assert_eq!(story.ask(here("driver-8", 30.5)).unwrap(), [event]);
    assert_eq!(
        (story.grant.arrived_at, story.grant.state),
        (Some(story.now), GrantState::Armed)
    );
    assert_eq!(story.does(here("driver-8", 30.5)), [""; 0]);
    assert_eq!(story.open(), ["open_requested"]);
    assert_eq!(story.does(here("driver-7", 5.0)), [""; 0]);
}

#[test]
fn nobody_arrives_elsewhere_before_the_parcels_are_out_or_after_the_end() {
    let mut story = Story::armed();
    assert!(matches!(
        story.refuses(here("driver-7", 400.0)),
        Refusal::OutsideGeofence { .. }
    ));
    assert!(matches!(
        Story::booked().refuses(here("driver-7", 5.0)),
        Refusal::NotArmed { .. }
    ));
    let reason = RevocationReason::Refused;
    story.does(Command::Revoke { reason });
    assert_eq!(story.refuses(here("driver-7", 5.0)), Refusal::DeliveryRevoked);
    let mut known = Story::booked();
    known.now = at(STARTS);
    let name = Some(driver("driver-7"));
    known.does(Command::Dispatch { driver: name });
    assert_eq!(known.refuses(here("driver-8", 5.0)), Refusal::WrongDriver);
}

#[test]
fn another_window_is_another_visit() {
    let mut story = Story::armed();
    story.does(here("driver-7", 5.0));
    let window = Window::new(at(STARTS) + seconds(7200), at(ENDS)).unwrap();
    story.does(Command::Change(Change {
        window: Some(window),
        ..Change::default()
    }));
    assert_eq!(story.grant.arrived_at, None);
    assert_eq!(story.does(here("driver-7", 5.0)), ["arrived"]);
}

#[test]
fn a_proof_is_kept_with_a_distance_in_the_place_of_coordinates_and_only_of_the_driver_who_opened() {
    let mut story = Story::closed();
    let photo = Photo {
        reference: "photos/1.jpg".parse().unwrap(),
        sha256: "ab".repeat(32).try_into().unwrap(),
    };
    let complete = |name: &str, now| Command::Complete {
        dropped: None,
        taken: None,
        proof: Some(ProofOfDrop {
            driver: driver(name),
            position: fix(12.5, 4.5),
            taken_at: now,
            photo: Some(photo.clone()),
        }),
    };
    let now = story.now;
    assert_eq!(story.refuses(complete("driver-8", now)), Refusal::WrongDriver);
    let events = story.ask(complete("driver-7", now)).unwrap();
    let [
        DeliveryEvent::Completed {
            proof: Some(proof), ..
        },
    ] = events.as_slice()
    else {
        panic!("it was completed otherwise: {events:?}");
    };
    assert_eq!((proof.distance_m, proof.accuracy_m, proof.taken_at), (13, 5, now));
    assert_eq!(proof.photo.as_ref(), Some(&photo));
}
