//! The adapter on the bench.

use std::ops::{Deref, DerefMut};

use postern_adapter_bench as bench;
use postern_adapter_nice_go::{NiceGoAdapter, NiceGoConfig};
use postern_contract::text::DoorRef;
use postern_vendor_clouds::Vendor;
use postern_vendor_clouds::config::Settings;

pub(crate) use postern_adapter_bench::{LINK, accepted, logs};

pub(crate) struct Bench(pub(crate) bench::Bench);

impl Bench {
    /// A cloud and an adapter that are not linked yet.
    pub(crate) async fn unlinked() -> Self {
        Self::configured(|_| {}).await
    }

    pub(crate) async fn configured(change: impl FnOnce(&mut NiceGoConfig)) -> Self {
        let bench = bench::Bench::unlinked(Vendor::NiceGo, |base| {
            let mut config = NiceGoConfig::at_one_host(&base);
            change(&mut config);
            NiceGoAdapter::new(config).unwrap()
        });
        Self(bench.await)
    }

    /// A cloud and an adapter with a fresh link.
    pub(crate) async fn linked() -> Self {
        let mut bench = Self::unlinked().await;
        bench.link().await;
        bench
    }

    /// The door of the tests, by the name that the adapter gives it: the vendor's own.
    pub(crate) fn door(&self) -> DoorRef {
        self.main_door().as_str().parse().unwrap()
    }

    /// Changes the cloud's settings.
    pub(crate) fn set(&self, change: impl FnOnce(&mut Settings)) {
        let mut settings = self.control().settings().unwrap();
        change(&mut settings);
        self.control().set_settings(settings).unwrap();
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
