//! Asked again after each step, and at the same time as the step that follows: one answer, one motion.

use jiff::SignedDuration;
use postern_contract::adapter::Call;
use postern_test_world::Trouble;

use super::{
    drive::{self, Came},
    scene::Scene,
    stage::Stage,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_repeated_after_its_answer_gets_the_same_answer() {
    for scene in Scene::ALL {
        let case = format!("{scene:?} of {:?}, asked twice", scene.saga().name);
        let stage = Stage::set(*scene).await;
        let first = drive::home(&stage.world.platform, stage.flow().await).await;
        let motions = stage.motions();
        let second = stage.request(&stage.world.platform).await;
        if scene.answers_repeats_alike() {
            assert_eq!(first.as_ref().ok(), second.as_ref().ok(), "{case}");
        }
        assert_eq!(stage.motions(), motions, "{case}: it moved again");
        stage.goes_on(&case).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_repeated_after_a_crash_moves_nothing_a_second_time() {
    for scene in Scene::ALL {
        for stop in 0..=scene.saga().steps.len() {
            let case = format!(
                "{scene:?} of {:?}, cut off before step {stop} and asked again",
                scene.saga().name
            );
            let stage = Stage::set(*scene).await;
            drop(drive::until(&stage.world.platform, stage.flow().await, stop).await);
            // Whoever was at work is taken to be gone, and so is a lease of theirs.
            stage.world.clock.advance(SignedDuration::from_secs(25));
            let again = stage.request(&stage.world.platform).await;
            if let Err(error) = again {
                assert!(scene.may_be_refused(&error), "{case}: {error}");
            }
            assert!(
                stage.motions() <= stage.motions_before() + 1,
                "{case}: it moved twice"
            );
            stage.goes_on(&case).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_repeated_at_the_same_time_moves_nothing_a_second_time() {
    for scene in Scene::ALL {
        for stop in 0..scene.saga().steps.len() {
            let case = format!(
                "{scene:?} of {:?}, asked again during step {stop}",
                scene.saga().name
            );
            let stage = Stage::set(*scene).await;
            let platform = &stage.world.platform;
            let Ok(Came::On(flow)) = drive::until(platform, stage.flow().await, stop).await else {
                continue;
            };
            let (first, second) = tokio::join!(drive::home(platform, flow), stage.request(platform));
            for answer in [&first, &second] {
                if let Err(error) = answer {
                    assert!(scene.may_be_refused(error), "{case}: {error}");
                }
            }
            if let (Ok(first), Ok(second)) = (&first, &second)
                && scene.answers_repeats_alike()
            {
                assert_eq!(first, second, "{case}");
            }
            assert!(
                stage.motions() <= stage.motions_before() + 1,
                "{case}: it moved twice"
            );
            stage.goes_on(&case).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_was_taken_for_cut_off_and_comes_back_gives_the_answer_that_its_repeat_was_given() {
    for scene in [Scene::Opening, Scene::OpeningWithARefresh, Scene::Closing] {
        let case = format!("{scene:?}, refused by the vendor");
        let stage = Stage::set(scene).await;
        let platform = &stage.world.platform;
        stage.world.vendor.trouble(|call| {
            matches!(call, Call::DoorOpen(_) | Call::DoorClose(_)).then_some(Trouble::NotReached)
        });
        let settling = scene.saga().steps.len() - 1;
        let Ok(Came::On(first)) = drive::until(platform, stage.flow().await, settling).await else {
            panic!("{case}: it has an outcome to record");
        };
        stage.world.clock.advance(SignedDuration::from_secs(13));
        let again = stage.request(platform).await.unwrap();
        assert_eq!(drive::home(platform, first).await.unwrap(), again, "{case}");
        assert_eq!(stage.request(platform).await.unwrap(), again, "{case}");
        assert_eq!(stage.motions(), stage.motions_before(), "{case}: it moved");
        stage.goes_on(&case).await;
    }
}
