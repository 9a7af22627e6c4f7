//! The adapter on the bench.

use std::ops::{Deref, DerefMut};

use postern_adapter_bench as bench;
use postern_adapter_sdk::Sealable;
use postern_adapter_smartthings::credentials::Credentials;
use postern_adapter_smartthings::{SmartThingsAdapter, SmartThingsConfig};
use postern_keys::{SealContext, Sealed, Sealer};
use postern_vendor_clouds::control::DoorPatch;
use postern_vendor_clouds::{Settings, Vendor};
use secrecy::ExposeSecret;

pub(crate) use postern_adapter_bench::{LINK, STATE, accepted, logs};

pub(crate) struct Bench(pub(crate) bench::Bench);

impl Bench {
    /// A cloud and an adapter that are not linked yet.
    pub(crate) async fn unlinked() -> Self {
        Self::configured(|_| {}).await
    }

    pub(crate) async fn configured(change: impl FnOnce(&mut SmartThingsConfig)) -> Self {
        let bench = bench::Bench::unlinked(Vendor::SmartThings, |base| {
            let mut config = SmartThingsConfig::at_one_host(&base, "our-client");
            change(&mut config);
            SmartThingsAdapter::new(config).unwrap()
        });
        Self(bench.await)
    }

    /// A cloud and an adapter with a fresh link.
    pub(crate) async fn linked() -> Self {
        let mut bench = Self::unlinked().await;
        bench.link().await;
        bench
    }

    /// The door of this name, by the name that the adapter gives it.
    pub(crate) fn named(&self, name: &str) -> String {
        format!("{}/main", self.control().door_named(name).unwrap())
    }

    /// The door of the tests.
    pub(crate) fn door(&self) -> String {
        self.named("Main door")
    }

    /// Changes how the cloud behaves.
    pub(crate) fn set(&self, change: impl FnOnce(&mut Settings)) {
        let mut settings = self.control().settings().unwrap();
        change(&mut settings);
        self.control().set_settings(settings).unwrap();
    }

    /// Sets something on a door.
    pub(crate) fn patch(&self, name: &str, change: impl FnOnce(&mut DoorPatch)) {
        let mut patch = DoorPatch::default();
        change(&mut patch);
        let door = self.control().door_named(name).unwrap();
        self.control().patch_door(&door, &patch).unwrap();
    }

    /// What the link holds.
    pub(crate) async fn unsealed(&self) -> Credentials {
        let sealed = Sealed::try_from(self.credentials.clone()).unwrap();
        let context = SealContext::for_link("smartthings", LINK);
        let plaintext = self.sealer.open(&sealed, &context).await.unwrap();
        Credentials::from_plaintext(plaintext.expose_secret()).unwrap()
    }
}

impl Deref for Bench {
    type Target = bench::Bench;

    fn deref(&self) -> &bench::Bench {
        &self.0
    }
}

impl DerefMut for Bench {
    fn deref_mut(&mut self) -> &mut bench::Bench {
        &mut self.0
    }
}
