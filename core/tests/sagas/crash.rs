//! Cut off before and after each step: the guardian brings everything to its end.

use super::{
    drive::{self, Came},
    guardian,
    scene::Scene,
    stage::Stage,
    verdict,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_saga_that_is_cut_off_between_two_steps_is_finished_by_the_guardian() {
    for scene in Scene::ALL {
        for stop in 0..=scene.saga().steps.len() {
            let case = format!("{scene:?} of {:?}, cut off before step {stop}", scene.saga().name);
            let stage = Stage::set(*scene).await;
            let came = drive::until(&stage.world.platform, stage.flow().await, stop).await;
            drop(came);
            stage.goes_on(&case).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saga_that_is_left_alone_takes_the_steps_of_its_table_in_their_order() {
    for scene in Scene::ALL {
        let case = format!("{scene:?} of {:?}", scene.saga().name);
        let stage = Stage::set(*scene).await;
        let mut taken = Vec::new();
        let mut flow = stage.flow().await;
        loop {
            taken.push(flow.at());
            match flow.step(&stage.world.platform).await {
                Ok(Came::On(next)) => flow = next,
                Ok(Came::Home(_)) => break,
                Err(error) => panic!("{case}: {error}"),
            }
        }
        let all: Vec<usize> = (0..scene.saga().steps.len()).collect();
        assert_eq!(taken, all, "{case}");
        guardian::finishes(&stage.world, &case).await;
        verdict::holds(&stage.world, &case).await;
    }
}
