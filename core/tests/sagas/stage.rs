//! A scene on its stage: a world in which one saga is about to begin, and what it is asked.

use std::{future::Future, pin::Pin};

use jiff::SignedDuration;
use postern_contract::{
    adapter::Answers,
    carrier::{CloseDoor, OpenDoor, Reissue},
    customer::{AnswerForm, ChooseDoor, FinishLink},
    door::DoorState,
    ids::{DeliveryId, HouseholdId, LinkId},
    place::Fix,
    text::SecretText,
};
use postern_core::{
    Error, Platform, deliveries, deliveries::Idempotent, grant::Grant, guardian, households, links,
    ports::Subject, rates::Admission,
};
use postern_test_world::{PASSWORD, World, position};

use super::{drive::Driven, scene::Scene, verdict};

/// A part of setting a stage. Boxed: a stack holds all parts of an unoptimised match at once.
type Step<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// A world and what its saga is about.
pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) scene: Scene,
    /// Whose door it is.
    pub(crate) household: HouseholdId,
    /// Its link.
    pub(crate) link: LinkId,
    /// Its delivery.
    pub(crate) delivery: DeliveryId,
    /// Who chooses a door, where one is chosen.
    chooser: HouseholdId,
    /// Which, and how.
    choice: Option<ChooseDoor>,
    /// The carrier's request.
    caller: Idempotent,
    /// How many orders of the saga's direction the vendor had carried out before it began.
    before: usize,
}

impl Stage {
    /// Sets a scene.
    pub(crate) async fn set(scene: Scene) -> Self {
        let world = World::new().await;
        let household = world.ready(1).await;
        let link = world.platform.store.links_of(household).await.unwrap()[0].doc.id;
        let delivery = world.armed(1).await;
        let caller = world.carrier();
        let mut stage = Self {
            world,
            scene,
            household,
            link,
            delivery,
            chooser: household,
            choice: None,
            caller,
            before: 0,
        };
        match scene {
            Scene::Opening => {}
            Scene::OpeningWithARefresh => stage.world.vendor.expire("account-1"),
            Scene::Closing => stage.door_is_open().await,
            Scene::ClosingALateOpen => stage.door_opens_late().await,
            Scene::GuardianClosing => {
                stage.door_is_open().await;
                stage
                    .world
                    .clock
                    .advance(stage.world.platform.limits.left_open_after);
            }
            Scene::TurningOffWhileOpen => stage.door_is_open().await,
            Scene::TurningOff | Scene::Refusing | Scene::Unlinking => {}
            Scene::Linking | Scene::LinkingByForm => {
                stage.world.vendor.add_door("another", "door-9");
                if scene == Scene::LinkingByForm {
                    stage.world.vendor.ask_by_form();
                }
                let vendor = "opener-cloud".parse().unwrap();
                links::begin(&stage.world.platform, household, vendor)
                    .await
                    .unwrap();
            }
            Scene::Choosing => stage.chooses(household, "account-1", "door-2").await,
            Scene::ChoosingAnothers => {
                let other = stage.world.household("another", 2).await;
                stage.chooses(other, "another", "door-1").await;
            }
            Scene::Reissuing => {
                stage.door_is_open().await;
                let caller = stage.world.carrier();
                let closed = deliveries::close(&stage.world.platform, &caller, delivery, leaving()).await;
                closed.unwrap();
                stage.world.clock.advance(SignedDuration::from_secs(5));
                stage.look().await;
            }
        }
        stage.before = stage.motions();
        stage
    }

    /// How many orders the vendor has carried out so far.
    pub(crate) fn motions(&self) -> usize {
        let seen = self.world.vendor.seen();
        seen.iter().filter(|seen| seen.command.is_some()).count()
    }

    /// How many of them it had carried out before the saga began.
    pub(crate) const fn motions_before(&self) -> usize {
        self.before
    }

    /// Whatever became of the saga: the guardian brings the world to rest, and the verdict is spoken.
    pub(crate) async fn goes_on(&self, case: &str) {
        // Whoever was cut off holds no lease for longer.
        self.world.clock.advance(SignedDuration::from_secs(25));
        super::guardian::finishes(&self.world, case).await;
        verdict::holds(&self.world, case).await;
    }

    /// The saga, about to take its first step.
    pub(crate) async fn flow(&self) -> Box<dyn Driven> {
        let (caller, delivery) = (self.caller.clone(), self.delivery);
        match self.scene {
            Scene::Opening | Scene::OpeningWithARefresh => Box::new(deliveries::Opening::asked(
                caller,
                delivery,
                at_the_door(),
                Admission::uncounted(),
            )),
            Scene::Closing | Scene::ClosingALateOpen => {
                Box::new(deliveries::Closing::asked(caller, delivery, leaving()))
            }
            Scene::GuardianClosing => Box::new(guardian::Closing::due(self.grant().await)),
            Scene::Reissuing => Box::new(deliveries::Reissuing::asked(caller, delivery, going_back())),
            Scene::Linking => Box::new(links::Linking::asked(self.household, self.login())),
            Scene::LinkingByForm => Box::new(links::Linking::asked(self.household, self.answers())),
            Scene::Choosing | Scene::ChoosingAnothers => {
                Box::new(links::Choosing::asked(self.chooser, self.choice.clone().unwrap()))
            }
            Scene::Unlinking => Box::new(links::Unlinking::asked(self.household, self.link)),
            Scene::TurningOff | Scene::TurningOffWhileOpen => {
                Box::new(households::TurningOff::asked(self.household))
            }
            Scene::Refusing => Box::new(households::Refusing::asked(self.household, delivery)),
        }
    }

    /// The same by its front door: the request as it comes from outside, under the same key.
    pub(crate) async fn request(&self, platform: &Platform) -> Result<String, Error> {
        let (caller, delivery) = (&self.caller, self.delivery);
        match self.scene {
            Scene::Opening | Scene::OpeningWithARefresh => told(
                deliveries::open(platform, caller, delivery, at_the_door(), Admission::uncounted()).await,
            ),
            Scene::Closing | Scene::ClosingALateOpen => {
                told(deliveries::close(platform, caller, delivery, leaving()).await)
            }
            Scene::GuardianClosing => told(guardian::look(platform, Subject::Delivery { delivery }).await),
            Scene::Reissuing => told(deliveries::reissue(platform, caller, delivery, going_back()).await),
            Scene::Linking => told(links::finish(platform, self.household, self.login()).await),
            Scene::LinkingByForm => told(links::finish(platform, self.household, self.answers()).await),
            Scene::Choosing | Scene::ChoosingAnothers => {
                let choice = self.choice.clone().unwrap();
                told(links::choose_door(platform, self.chooser, choice).await)
            }
            Scene::Unlinking => told(links::unlink(platform, self.household, self.link).await),
            Scene::TurningOff | Scene::TurningOffWhileOpen => {
                told(households::turn_off(platform, self.household).await)
            }
            Scene::Refusing => told(households::refuse(platform, self.household, delivery).await),
        }
    }

    /// A household is about to choose this door of this account.
    fn chooses<'a>(&'a mut self, household: HouseholdId, account: &'a str, door: &'a str) -> Step<'a> {
        Box::pin(async move {
            self.world.vendor.add_door(account, door);
            let linked = self.world.platform.store.links_of(household).await.unwrap();
            match linked.first() {
                Some(link) => {
                    let synced = links::sync_doors(&self.world.platform, household, link.doc.id).await;
                    synced.unwrap();
                }
                None => drop(self.world.link(household, account).await),
            }
            self.chooser = household;
            self.choice = Some(ChooseDoor {
                door: self.world.door(household, door).await,
                door_is_sectional: true,
                allow_unattended_close: true,
            });
        })
    }

    /// What the vendor's login page hands back.
    fn login(&self) -> FinishLink {
        FinishLink {
            state: self.world.vendor.last_state(),
            code: SecretText::new("another"),
        }
    }

    /// What is filled in, where the vendor has a form instead.
    fn answers(&self) -> AnswerForm {
        AnswerForm {
            state: self.world.vendor.last_state(),
            answers: Answers {
                email: Some(SecretText::new("another")),
                password: Some(SecretText::new(PASSWORD)),
                one_time_code: None,
            },
        }
    }

    /// The grant, as it is on record.
    pub(crate) async fn grant(&self) -> Grant {
        let found = self.world.platform.store.load_grant::<Grant>(self.delivery).await;
        found.unwrap().unwrap().grant.doc
    }

    /// One look of the guardian at the delivery.
    async fn look(&self) {
        let subject = Subject::Delivery {
            delivery: self.delivery,
        };
        guardian::look(&self.world.platform, subject).await.unwrap();
    }

    fn door_is_open(&self) -> Step<'_> {
        Box::pin(async {
            self.world.open(self.delivery).await.unwrap();
            self.world.clock.advance(SignedDuration::from_secs(5));
            self.look().await;
        })
    }

    /// The vendor takes an order to open and the door stays closed, until the guardian gives it up; then it opens.
    fn door_opens_late(&self) -> Step<'_> {
        Box::pin(async {
            self.world.open(self.delivery).await.unwrap();
            let stands = |state| {
                self.world
                    .vendor
                    .change_door("account-1", "door-1", |door| door.reading.state = state);
            };
            stands(DoorState::Closed);
            let given_up = self.world.platform.limits.open_settle + SignedDuration::from_secs(1);
            self.world.clock.advance(given_up);
            self.look().await;
            assert!(self.grant().await.watched());
            stands(DoorState::Open);
        })
    }
}

fn told<T: std::fmt::Debug>(result: Result<T, Error>) -> Result<String, Error> {
    result.map(|answer| format!("{answer:?}"))
}

fn at_the_door() -> OpenDoor {
    OpenDoor {
        driver: "drv:1".parse().unwrap(),
        position: Fix::new(position(), 5.0).unwrap(),
        tracking_number: "1Z999".parse().unwrap(),
    }
}

fn leaving() -> CloseDoor {
    CloseDoor {
        driver: "drv:1".parse().unwrap(),
    }
}

fn going_back() -> Reissue {
    Reissue {
        driver: "drv:1".parse().unwrap(),
    }
}
