//! The promises, held over random stories.

use std::collections::BTreeSet;

use postern_contract::{
    adapter::{AdapterErrorKind, Disposition},
    delivery::{Direction, GrantState},
    door::DoorState,
    event::LogEntry,
};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

use super::{
    fixtures::{accepted, not_executed, seen},
    random::{Step, stages, steps, take},
    story::Story,
    witness::{Witness, assert_no_reading_from_the_future},
};
use crate::{
    grant::{Chore, Command, Grant, Viewer, chore, due_at, next_look},
    log,
};

/// What holds of every grant at every moment.
fn assert_consistent(story: &Story, witness: &Witness) {
    let grant = &story.grant;
    let moving = match grant.state {
        GrantState::Opening => Some(Direction::Open),
        GrantState::Closing => Some(Direction::Close),
        _ => None,
    };
    assert_eq!(grant.command.as_ref().map(|pending| pending.direction), moving);
    assert!(!grant.code_ready || (grant.state == GrantState::Armed && grant.withdrawn().is_none()));
    assert!(grant.codes_minted <= story.limits.codes_max && grant.reissues <= story.limits.reissues_max);
    assert!(grant.stopped_closes <= 2);
    assert!(!grant.state.is_end() || grant.attention.is_none() || grant.taken_over_at.is_some());
    assert_eq!(
        witness.not_closed(),
        matches!(
            grant.state,
            GrantState::Opening | GrantState::Open | GrantState::Closing
        )
    );
    let due = due_at(grant, story.now, &story.limits);
    assert_eq!(
        due.is_none(),
        grant.state.is_end() && grant.log_signature.is_some()
    );
    if let Some(look) = next_look(grant, story.now, &story.limits) {
        assert!(look > story.now);
    }
}

fn assert_nothing_secret_in_the_view(grant: &Grant, log: &[LogEntry]) {
    let known = [
        "id",
        "carrier",
        "state",
        "attention",
        "window",
        "day",
        "tracking_numbers",
        "carrier_reference",
        "driver",
        "command",
        "door",
        "revocation",
        "doorstep",
        "taken_over_at",
        "created_at",
        "updated_at",
        "log_length",
        "log_head",
        "log_signature",
    ];
    let view = serde_json::to_value(grant.view(Viewer::Carrier)).unwrap();
    for name in view.as_object().unwrap().keys() {
        assert!(known.contains(&name.as_str()), "{name} is shown");
    }
    let shown = view.to_string() + &serde_json::to_string(log).unwrap();
    for private in [
        "43.55",
        "-80.25",
        "latitude",
        "time_zone",
        "Toronto",
        "some-vendor",
        "garage-1",
    ] {
        assert!(!shown.contains(private), "{private} is shown");
    }
}

fn play(story: &mut Story, steps: &[Step]) -> Witness {
    let mut witness = Witness::default();
    let began = story.now;
    // The first chapters were written at other times: the witness reads them each at its own.
    for length in 1..=story.log.len() {
        let mut chapter = story.clone();
        chapter.log.truncate(length);
        chapter.now = chapter.log[length - 1].at;
        witness.read(&chapter);
    }
    assert!(story.now >= began);
    for step in steps {
        take(story, step);
        witness.read(story);
        assert_consistent(story, &witness);
    }
    witness
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_promises_hold_in_every_story(mut story in stages(), steps in prop::collection::vec(steps(), 1..60)) {
        play(&mut story, &steps);
        prop_assert_eq!(log::verify(story.grant.delivery, &story.log), Ok(story.grant.log_head.clone()));
        story.log.iter().for_each(assert_no_reading_from_the_future);
        assert_nothing_secret_in_the_view(&story.grant, &story.log);
        let json = serde_json::to_string(&(&story.grant, &story.log)).unwrap();
        let (grant, log): (Grant, Vec<LogEntry>) = serde_json::from_str(&json).unwrap();
        prop_assert_eq!((&grant, log::verify(grant.delivery, &log)), (&story.grant, Ok(grant.log_head.clone())));
    }

    #[test]
    fn an_end_is_final_in_every_story(mut story in stages(), steps in prop::collection::vec(steps(), 1..40), more in prop::collection::vec(steps(), 20)) {
        play(&mut story, &steps);
        if !story.grant.state.is_end() {
            return Ok(());
        }
        let ended = (story.grant.state, story.log.len());
        for step in &more {
            take(&mut story, step);
            prop_assert_eq!((story.grant.state, story.log.len()), ended);
        }
    }

    #[test]
    fn once_the_door_is_honest_the_guardian_ends_every_story(mut story in stages(), steps in prop::collection::vec(steps(), 1..40), mut open: bool) {
        let mut witness = play(&mut story, &steps);
        for _ in 0..2_000 {
            let Some((due, what)) = chore(&story.grant, story.now, &story.limits) else { break };
            story.now = story.now.max(due);
            let truth = if open { DoorState::Open } else { DoorState::Closed };
            let reading = seen(truth, story.now);
            let names = story.perform(what, reading.clone());
            witness.read(&story);
            assert_consistent(&story, &witness);
            if names.contains(&"close_requested") {
                story.settle(accepted(Disposition::Sent, reading));
                witness.read(&story);
                open = false;
            } else if what == Chore::CloseDoor && story.grant.state == GrantState::Open {
                // No close is permitted any more: a person was told, and sees to it.
                prop_assert!(story.grant.attention.is_some());
                open = false;
            }
            let look = next_look(&story.grant, story.now, &story.limits);
            story.now = look.unwrap_or(story.now);
        }
        prop_assert!(story.grant.state.is_end(), "left in {:?}", story.grant.state);
        prop_assert!(story.grant.log_signature.is_some());
    }

    #[test]
    fn a_door_of_which_nothing_is_heard_is_told_to_a_person(mut story in stages(), steps in prop::collection::vec(steps(), 0..12)) {
        let witness = play(&mut story, &steps);
        if !witness.not_closed() || story.grant.taken_over_at.is_some() {
            return Ok(());
        }
        for _ in 0..200 {
            let (due, what) = chore(&story.grant, story.now, &story.limits).unwrap();
            story.now = story.now.max(due);
            match what {
                Chore::ReadDoor => { story.does(Command::CannotSee); }
                Chore::CloseDoor => {
                    story.does(Command::CannotSee);
                    story.close_by_guardian();
                    story.settle(not_executed(AdapterErrorKind::DoorOffline));
                }
                other => { story.perform(other, seen(DoorState::Unknown, story.now)); }
            }
            story.now = next_look(&story.grant, story.now, &story.limits).unwrap();
        }
        prop_assert!(!story.grant.state.is_end());
        prop_assert!(story.grant.attention.is_some());
    }
}

/// A property over stories that never come to the point would hold of anything.
#[test]
fn the_random_stories_come_to_everything_that_can_happen() {
    let mut runner = TestRunner::deterministic();
    let stories = (stages(), prop::collection::vec(steps(), 1..60));
    let mut happened = BTreeSet::new();
    for _ in 0..1_500 {
        let (mut story, steps) = stories.new_tree(&mut runner).unwrap().current();
        let told = story.log.len();
        for step in &steps {
            take(&mut story, step);
        }
        happened.extend(story.log[told..].iter().map(|entry| entry.event.name()));
    }
    let all = [
        "armed",
        "attention_cleared",
        "attention_raised",
        "cancelled",
        "changed",
        "close_accepted",
        "close_not_executed",
        "close_requested",
        "close_stopped",
        "close_unknown",
        "closed",
        "completed",
        "dispatched",
        "doorstep_requested",
        "expired",
        "left_at_doorstep",
        "moved_unordered",
        "not_opened",
        "open_accepted",
        "open_not_executed",
        "open_requested",
        "open_unknown",
        "opened",
        "reissue_lapsed",
        "reissued",
        "revocation_requested",
        "revoked",
        "still_closed",
        "taken_over",
    ];
    assert_eq!(happened, BTreeSet::from(all));
}
