//! The stage of a run: the record, the vendor's cloud, the platform's processes, and the people, all set up with nothing going wrong.

use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize},
};

use jiff::SignedDuration;
use postern_contract::carrier::{Allowance, CarrierRecord};
use postern_core::{
    grant::Limits,
    ports::Chance,
    promises::Broken,
    store::{Store, Write},
};
use postern_embedded_record::InlineRecord;
use postern_http::token::issue::SigningKey;
use postern_keys::KeyFile;
use secrecy::SecretSlice;
use serde_json::json;
use tokio::task::JoinSet;

use crate::{
    api::Caller,
    carrier::Job,
    chance::SeededChance,
    cloud::Cloud,
    dice::Dice,
    doors::Doors,
    guardians::Guardians,
    household::Household,
    line::Adapters,
    orders::Witness,
    platforms::{CARRIER_AUDIENCE, CUSTOMER_AUDIENCE, Function, ISSUER, Parts, Pool, TABLE},
    queue::Queue,
    run::{Plan, carrier_name},
    scene::Scene,
    stranger::Stranger,
    tenants::{Tenant, Tenants},
    truth::Truth,
    vendor::{cloud, email, myq, vendor_skew},
    wire::Wire,
    workload::Workload,
};

/// Everything that plays in a run.
pub(crate) struct Stage {
    pub(crate) scene: Arc<Scene>,
    pub(crate) truth: Arc<Truth>,
    pub(crate) witness: Arc<Witness>,
    pub(crate) cloud: Arc<Cloud>,
    pub(crate) doors: Arc<Doors>,
    pub(crate) vendor_skew: SignedDuration,
    guardians: Arc<Guardians>,
    pub(crate) households: Vec<Arc<Household>>,
    /// One that wants the first household's opener, and has no deliveries.
    pub(crate) taker: Arc<Household>,
    carriers: Vec<Arc<Caller>>,
    under_way: Arc<AtomicUsize>,
    pub(crate) parts: Arc<Parts>,
    pub(crate) inline: aws_sdk_dynamodb::Client,
}

impl Stage {
    pub(crate) async fn set(plan: &Plan, scene: &Arc<Scene>, workload: &Workload) -> Self {
        let seed = plan.seed;
        let people = workload.households + 1;
        let dice = Dice::new(seed, "stage");
        let vendor_skew = vendor_skew(scene, &dice);
        let passwords: Vec<String> = (0..people).map(|_| hex::encode(&dice.bytes()[..12])).collect();
        let (cloud, serials) = cloud(scene, seed, vendor_skew, &passwords);
        let record = InlineRecord::memory().expect("an engine in memory starts");
        let inline = record.client(None);
        let chance = Arc::new(SeededChance::new(scene));
        let admin = Store::new(&inline, TABLE).with_chance(chance.clone() as Arc<dyn Chance>);
        admin
            .create_table()
            .await
            .expect("an empty record takes its table");
        for carrier in 0..workload.carriers {
            let registered = CarrierRecord {
                name: format!("Carrier {carrier}"),
                active: true,
                registered_at: workload.begins,
                allowance: Allowance::MOST,
            };
            let name = carrier_name(carrier)
                .parse()
                .expect("the carriers' names are names");
            let write = Write::put_carrier(&name, &registered).expect("a carrier can be written");
            admin
                .transact(vec![write])
                .await
                .expect("a calm record takes a carrier");
        }
        let truth = Arc::new(Truth::default());
        let doors = Doors::new(scene, cloud.control.clone());
        for serial in &serials {
            doors.add(serial.clone());
        }
        let witness = Arc::new(Witness {
            scene: Arc::clone(scene),
            truth: Arc::clone(&truth),
            record: admin,
            serials: serials.clone().into(),
        });
        let adapters = Adapters::new(scene, &truth);
        let keys = KeyFile::ephemeral().expect("the system has random numbers");
        let wire = Wire {
            scene: Arc::clone(scene),
            cloud: Arc::clone(&cloud),
            doors: Arc::clone(&doors),
            witness: Arc::clone(&witness),
            flaps: std::sync::Mutex::default(),
        };
        adapters.install(Arc::new(myq(scene, wire, &keys)));
        let signing = SigningKey::generate().expect("the system has random numbers");
        let queue = Queue::new(scene);
        let limits = Limits {
            broken: Broken::these(&plan.broken),
            ..Limits::default()
        };
        let parts = Arc::new(Parts {
            scene: Arc::clone(scene),
            record,
            keys,
            jwks: signing.jwks(),
            cursors: SecretSlice::from(dice.bytes().to_vec()),
            chance,
            adapters,
            queue: Arc::clone(&queue),
            limits,
        });
        let tenants = Arc::new(Tenants::default());
        let count = Arc::new(AtomicU64::new(0));
        let pools = [Function::CarrierApi, Function::CustomerApi, Function::Guardian]
            .map(|function| Pool::new(&parts, function));
        let [carrier_api, customer_api, guardian] = pools;
        let caller = |tenant: Tenant, name: String| {
            let (pool, audience, scope) = match tenant {
                Tenant::Carrier(_) => (
                    &carrier_api,
                    CARRIER_AUDIENCE,
                    "eligibility:read deliveries:read deliveries:write evidence:read",
                ),
                Tenant::Household(_) => (&customer_api, CUSTOMER_AUDIENCE, "household"),
            };
            let from = workload.begins.as_second();
            let claims = json!({
                "iss": ISSUER, "sub": name, "client_id": name, "aud": audience, "scope": scope,
                "iat": from - 60, "exp": from + 7 * 86_400, "jti": name,
            });
            let token = signing.sign(&claims).expect("the system has random numbers");
            scene.secrets.add("a caller's token", &token);
            Arc::new(Caller {
                scene: Arc::clone(scene),
                truth: Arc::clone(&truth),
                tenants: Arc::clone(&tenants),
                tenant,
                pool: Arc::clone(pool),
                token,
                name,
                count: Arc::clone(&count),
            })
        };
        let carriers = (0..workload.carriers)
            .map(|carrier| caller(Tenant::Carrier(carrier), carrier_name(carrier)))
            .collect();
        let mut households: Vec<Arc<Household>> = (0..people)
            .map(|number| {
                Arc::new(Household {
                    number,
                    caller: caller(Tenant::Household(number), format!("person-{number}")),
                    cloud: Arc::clone(&cloud),
                    email: email(number),
                    password: passwords[number].clone(),
                    serial: serials[number].clone(),
                    carriers: workload.carriers,
                    dice: Dice::new(seed, &format!("household {number}")),
                })
            })
            .collect();
        for household in &households[..workload.households] {
            household.set_up().await;
        }
        let taker = households
            .pop()
            .expect("there is one household more than takes deliveries");
        taker.sign_up().await;
        let under_way = Arc::new(AtomicUsize::new(0));
        let guardians = Arc::new(Guardians {
            scene: Arc::clone(scene),
            pool: guardian,
            queue,
            doors: Arc::clone(&doors),
            under_way: Arc::clone(&under_way),
            count: AtomicU64::new(0),
        });
        Self {
            scene: Arc::clone(scene),
            truth,
            witness,
            cloud,
            doors,
            vendor_skew,
            guardians,
            households,
            taker,
            carriers,
            under_way,
            parts,
            inline,
        }
    }

    /// Everybody plays their part while things go wrong, and then the faults end.
    pub(crate) async fn play(&self, workload: &Arc<Workload>) {
        let scene = &self.scene;
        scene.note("stage", format_args!("the faults begin"));
        scene.faults.begin();
        tokio::spawn(Arc::clone(&self.guardians).follow_up());
        tokio::spawn(Arc::clone(&self.guardians).sweep());
        let mut parts = JoinSet::new();
        for household in &self.households {
            let taker = (household.number == 0).then(|| Arc::clone(&self.taker));
            parts.spawn(Arc::clone(household).live(Arc::clone(workload), taker));
        }
        for plan in &workload.deliveries {
            let job = Job {
                caller: Arc::clone(&self.carriers[plan.carrier]),
                serial: self.households[plan.household].serial.clone(),
                control: self.cloud.control.clone(),
                dice: Dice::new(scene.seed, &format!("delivery {}", plan.number)),
                under_way: Arc::clone(&self.under_way),
                plan: plan.clone(),
            };
            parts.spawn(job.play());
        }
        let strangers = self
            .carriers
            .iter()
            .chain(self.households.iter().map(|household| &household.caller));
        for caller in strangers {
            let stranger = Stranger {
                caller: Arc::clone(caller),
                dice: Dice::new(scene.seed, &format!("stranger {}", caller.name)),
            };
            parts.spawn(stranger.snoop(Arc::clone(workload)));
        }
        while let Some(ended) = parts.join_next().await {
            ended.expect("the people of a run do not panic");
        }
    }
}
