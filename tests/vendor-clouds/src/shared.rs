//! The one world that all requests share, and how a change to it is kept before it is answered.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::clock::Clock;
use crate::config::Config;
use crate::error::CloudError;
use crate::seed::Seed;
use crate::smartthings::Sinks;
use crate::snapshot::SnapshotFile;
use crate::vendor::Vendor;
use crate::world::World;

/// The running cloud's state. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Shared(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    world: Mutex<World>,
    clock: Clock,
    /// By how many seconds the cloud's clock is wrong.
    ahead: AtomicI64,
    /// Who listens to changes. They are gone with the process, as their connections are.
    sinks: Sinks,
    snapshot: Option<SnapshotFile>,
    beginning: Config,
    base_url: String,
}

impl Shared {
    /// The world that `config` describes, or the one in its snapshot.
    pub(crate) fn begin(vendor: Vendor, config: Config, base_url: String) -> Result<Self, CloudError> {
        config.settings.check().map_err(CloudError::Invalid)?;
        let snapshot = config.snapshot.clone().map(SnapshotFile::at);
        let kept = snapshot.as_ref().map(SnapshotFile::load).transpose()?.flatten();
        let clock = config.clock.clone();
        let mut world = match kept {
            Some(world) if world.vendor() == vendor => world,
            Some(_) => {
                let other = "the snapshot is of another vendor's cloud".to_owned();
                return Err(CloudError::Invalid(other));
            }
            None => beginning(vendor, &config, config.seed, clock.now())?,
        };
        world.settings = config.settings.clone();
        world.set_timings(config.timings);
        for uri in &config.redirect_uris {
            world.accept_redirect(uri)?;
        }
        let inner = Inner {
            world: Mutex::new(world),
            clock,
            ahead: AtomicI64::new(0),
            sinks: Sinks::default(),
            snapshot,
            beginning: config,
            base_url,
        };
        let shared = Self(Arc::new(inner));
        shared.change(|_, _| Ok(()))?;
        Ok(shared)
    }

    /// The address under which the cloud is reached.
    pub(crate) fn base_url(&self) -> &str {
        &self.0.base_url
    }

    /// Who listens to changes.
    pub(crate) fn sinks(&self) -> &Sinks {
        &self.0.sinks
    }

    /// Looks at the world as it is now.
    pub(crate) fn look<R>(&self, look: impl FnOnce(&World, Timestamp) -> R) -> Result<R, CloudError> {
        let (mut world, now) = self.lock();
        if world.advance(now) {
            self.keep(&world)?;
        }
        Ok(look(&world, now))
    }

    /// Changes the world as it is now, and keeps it, whatever came of the change, before it returns.
    pub(crate) fn change<R>(
        &self,
        change: impl FnOnce(&mut World, Timestamp) -> Result<R, CloudError>,
    ) -> Result<R, CloudError> {
        let (mut world, now) = self.lock();
        world.advance(now);
        let changed = change(&mut world, now);
        self.keep(&world)?;
        changed
    }

    /// Begins anew, from the configuration, with a clock that is wrong by so much. Redirect addresses stay: they belong to how things are
    /// wired.
    pub(crate) fn reset(&self, seed: Option<Seed>, ahead: SignedDuration) -> Result<(), CloudError> {
        let config = &self.0.beginning;
        self.0.ahead.store(ahead.as_secs(), Ordering::Relaxed);
        self.change(|world, now| {
            let redirect_uris = std::mem::take(&mut world.redirect_uris);
            *world = beginning(world.vendor(), config, seed.unwrap_or(config.seed), now)?;
            world.redirect_uris = redirect_uris;
            Ok(())
        })
    }

    /// The world and the time. The time is read inside the lock, so that it never goes backwards from one to the next.
    fn lock(&self) -> (MutexGuard<'_, World>, Timestamp) {
        // A panic inside would have been a bug, and the world is still better than none: its parts are plain values.
        let world = self.0.world.lock().unwrap_or_else(PoisonError::into_inner);
        let ahead = SignedDuration::from_secs(self.0.ahead.load(Ordering::Relaxed));
        (world, self.0.clock.now() + ahead)
    }

    fn keep(&self, world: &World) -> Result<(), CloudError> {
        self.0
            .snapshot
            .as_ref()
            .map_or(Ok(()), |snapshot| snapshot.save(world))
    }
}

fn beginning(vendor: Vendor, config: &Config, seed: Seed, now: Timestamp) -> Result<World, CloudError> {
    let mut world = World::empty(vendor, seed, config.timings, config.settings.clone(), now);
    world.settle(&config.people, now)?;
    Ok(world)
}
