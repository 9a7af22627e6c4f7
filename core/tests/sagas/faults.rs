//! Failed in each step: each call of it to the record, in each way that a record fails; each call to the vendor, in each way that a
//! vendor fails.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use postern_contract::adapter::{AdapterError, AdapterErrorKind};
use postern_embedded_record::{Fault, Faults};
use postern_test_world::Trouble;
use tokio::{sync::Semaphore, task::JoinSet};

use super::{
    drive::{self, Came},
    scene::Scene,
    stage::Stage,
};

/// How many cases are played at once: most of their time is spent waiting.
const AT_ONCE: usize = 16;
/// The longest time a test may take to count the calls of one step.
const CALLS_MAX: usize = 60;

/// Whether a fault passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lasting {
    /// The first try of the call fails, and the next one goes through.
    Once,
    /// Every try of the call fails.
    Throughout,
}

/// How a call to the record fails. A read that failed was not made, in whatever way; a write may have been. A record that is silent
/// for good takes the client's whole patience, so one kind of that is enough.
fn failures(operation: &str) -> &'static [(Fault, Lasting)] {
    if operation == "TransactWriteItems" {
        &[
            (Fault::Conflict, Lasting::Once),
            (Fault::TimeoutBefore, Lasting::Once),
            (Fault::TimeoutAfter, Lasting::Once),
            (Fault::TimeoutAfter, Lasting::Throughout),
        ]
    } else {
        &[
            (Fault::Throttled, Lasting::Once),
            (Fault::ServerError, Lasting::Throughout),
        ]
    }
}

/// Faults in one call, told apart from others by its body: repeats of a call have the same.
#[derive(Default)]
struct Meddler {
    seen: Mutex<Vec<String>>,
    done: AtomicUsize,
}

impl Meddler {
    /// Which call this is, from 0.
    fn place(&self, operation: &str, body: &serde_json::Value) -> usize {
        let call = format!("{operation} {body}");
        let mut seen = self.seen.lock().unwrap();
        seen.iter().position(|one| *one == call).unwrap_or_else(|| {
            seen.push(call);
            seen.len() - 1
        })
    }
}

fn meddling(meddler: &Arc<Meddler>, at: usize, fault: Option<Fault>, lasting: Lasting) -> Faults {
    let meddler = Arc::clone(meddler);
    Faults::new(move |request| {
        let here = meddler.place(request.operation, request.body) == at;
        if !here || (lasting == Lasting::Once && meddler.done.load(Ordering::SeqCst) > 0) {
            return None;
        }
        meddler.done.fetch_add(1, Ordering::SeqCst);
        fault
    })
}

/// Plays one case; answers the calls that its step made to the record.
async fn play(
    scene: Scene,
    step: usize,
    at: usize,
    fault: Option<Fault>,
    lasting: Lasting,
) -> Option<Vec<String>> {
    let saga = scene.saga();
    let case = format!(
        "{scene:?} of {:?}, step {step} ({}), call {at}, {fault:?} {lasting:?}",
        saga.name, saga.steps[step].name
    );
    let stage = Stage::set(scene).await;
    let plain = &stage.world.platform;
    let Ok(Came::On(flow)) = drive::until(plain, stage.flow().await, step).await else {
        return None;
    };
    if flow.at() != step {
        return None;
    }
    let meddler = Arc::new(Meddler::default());
    let faulty = stage
        .world
        .through(None, Some(meddling(&meddler, at, fault, lasting)));
    let ended = match flow.step(&faulty).await {
        Ok(Came::On(next)) => drive::home(plain, next).await.map(drop),
        Ok(Came::Home(_)) => Ok(()),
        Err(error) => Err(error),
    };
    if let Err(error) = ended
        && (fault.is_none() || lasting == Lasting::Once)
    {
        panic!("{case}: {error}");
    }
    assert!(
        stage.motions() <= stage.motions_before() + 1,
        "{case}: it moved twice"
    );
    stage.goes_on(&case).await;
    let calls = meddler.seen.lock().unwrap().clone();
    (fault.is_none() || meddler.done.load(Ordering::SeqCst) > 0).then_some(calls)
}

/// How many of the ways to fail are tried where there are several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    /// Each.
    All,
    /// One, in turn.
    InTurn,
}

impl Which {
    fn of<T>(self, ways: &[T], turn: usize) -> &[T] {
        match self {
            Self::All => ways,
            Self::InTurn => std::slice::from_ref(&ways[turn % ways.len()]),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saga_outlives_a_fault_of_the_record_in_every_call_of_every_step() {
    Box::pin(the_record_fails(Which::InTurn)).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes; the test above takes the same faults in turn"]
async fn a_saga_outlives_every_fault_of_the_record_in_every_call_of_every_step() {
    Box::pin(the_record_fails(Which::All)).await;
}

async fn the_record_fails(which: Which) {
    let gate = Arc::new(Semaphore::new(AT_ONCE));
    let mut cases = JoinSet::new();
    for scene in Scene::ALL {
        for step in 0..scene.saga().steps.len() {
            let Some(calls) = Box::pin(play(*scene, step, CALLS_MAX, None, Lasting::Once)).await else {
                continue;
            };
            assert!(calls.len() < CALLS_MAX);
            for (at, call) in calls.iter().enumerate() {
                let operation = call.split(' ').next().unwrap_or_default();
                for (fault, lasting) in which.of(failures(operation), at + step) {
                    let gate = Arc::clone(&gate);
                    cases.spawn(async move {
                        let _turn = gate.acquire().await.unwrap();
                        Box::pin(play(*scene, step, at, Some(*fault), *lasting))
                            .await
                            .is_some()
                    });
                }
            }
        }
    }
    let played = cases.join_all().await;
    let hit = played.iter().filter(|hit| **hit).count();
    println!("{} cases, {hit} of them with a fault", played.len());
    assert!(
        hit * 10 >= played.len() * 9,
        "the faults came too seldom: {hit} of {}",
        played.len()
    );
}

/// How a vendor fails, and for how long.
fn troubles() -> Vec<(&'static str, Trouble, Lasting)> {
    let no = |kind| Trouble::Error(AdapterError::not_executed(kind, "no"));
    let unknown = AdapterError::unknown(AdapterErrorKind::Internal, "who knows");
    vec![
        ("the adapter is not reached", Trouble::NotReached, Lasting::Once),
        ("the call is lost", Trouble::Silence, Lasting::Once),
        ("the answer is lost", Trouble::NoAnswer, Lasting::Once),
        ("every answer is lost", Trouble::NoAnswer, Lasting::Throughout),
        ("refused", no(AdapterErrorKind::Rejected), Lasting::Once),
        ("offline", no(AdapterErrorKind::DoorOffline), Lasting::Once),
        (
            "down",
            no(AdapterErrorKind::VendorUnavailable),
            Lasting::Throughout,
        ),
        ("busy", no(AdapterErrorKind::RateLimited), Lasting::Once),
        ("run out", no(AdapterErrorKind::CredentialsExpired), Lasting::Once),
        ("revoked", no(AdapterErrorKind::LinkRevoked), Lasting::Throughout),
        ("nobody knows", Trouble::Error(unknown), Lasting::Once),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saga_outlives_every_trouble_of_the_vendor_when_a_door_is_moved() {
    Box::pin(the_vendor_fails(&[
        Scene::Opening,
        Scene::Closing,
        Scene::GuardianClosing,
    ]))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes; the test above takes the same troubles in those steps that move a door"]
async fn a_saga_outlives_every_trouble_of_the_vendor_in_every_step() {
    Box::pin(the_vendor_fails(Scene::ALL)).await;
}

async fn the_vendor_fails(scenes: &[Scene]) {
    for scene in scenes {
        for step in 0..scene.saga().steps.len() {
            for (name, trouble, lasting) in troubles() {
                let case = format!(
                    "{scene:?} of {:?}, step {step}, {name} {lasting:?}",
                    scene.saga().name
                );
                let stage = Stage::set(*scene).await;
                let plain = &stage.world.platform;
                let Ok(Came::On(flow)) = drive::until(plain, stage.flow().await, step).await else {
                    continue;
                };
                let calls = Arc::new(AtomicUsize::new(0));
                let (count, trouble) = (Arc::clone(&calls), trouble.clone());
                stage.world.vendor.trouble(move |_| {
                    let nth = count.fetch_add(1, Ordering::SeqCst);
                    (nth == 0 || lasting == Lasting::Throughout).then(|| trouble.clone())
                });
                let came = flow.step(plain).await;
                stage.world.vendor.trouble(|_| None);
                if calls.load(Ordering::SeqCst) == 0 {
                    break;
                }
                if let Ok(Came::On(next)) = came {
                    drop(drive::home(plain, next).await);
                }
                stage.goes_on(&case).await;
            }
        }
    }
}
