//! The tables themselves: an effect stands behind its intent and before its outcome, and each saga is played.

use std::collections::BTreeSet;

use postern_core::saga::{ALL, Part};

use super::scene::Scene;

#[test]
fn every_effect_stands_behind_an_intent_and_before_an_outcome() {
    for saga in ALL {
        let parts: Vec<Part> = saga.steps.iter().map(|step| step.part).collect();
        for (at, part) in parts.iter().enumerate() {
            if *part == Part::Effect {
                assert!(parts[..at].contains(&Part::Intent), "{}: {at}", saga.name);
                assert!(parts[at..].contains(&Part::Outcome), "{}: {at}", saga.name);
            }
        }
        let names: BTreeSet<&str> = saga.steps.iter().map(|step| step.name).collect();
        assert_eq!(names.len(), saga.steps.len(), "{} names a step twice", saga.name);
        assert!(saga.steps.iter().all(|step| !step.if_cut_off.is_empty()));
    }
}

#[test]
fn every_saga_has_a_name_of_its_own_and_a_scene() {
    let names: BTreeSet<&str> = ALL.iter().map(|saga| saga.name).collect();
    assert_eq!(names.len(), ALL.len());
    let played: BTreeSet<&str> = Scene::ALL.iter().map(|scene| scene.saga().name).collect();
    assert_eq!(played, names);
}
