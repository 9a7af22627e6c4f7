//! A bench: a simulated cloud, a key service, and an adapter's program between them.

use std::{path::PathBuf, sync::Arc};

use postern_vendor_clouds::{Config, DoorTimings, RunningCloud, Vendor};
use url::Url;

use crate::{
    Examination, KitError, Lane, Program, ProgramPlan, Rig,
    key_service::{KEY, KeyService},
    trial::REDIRECT,
};

/// Stands in a setting for the cloud's address.
const CLOUD: &str = "{cloud}";

/// How many rules are looked at side by side: most of the time a door moves and the kit waits.
const LANES: usize = 4;

/// A setting of an adapter's program.
#[derive(Clone)]
pub enum Setting {
    /// Given as it is; `{cloud}` in it stands for the cloud's address.
    Clear(String, String),
    /// Given sealed, under the name with `_SEALED` behind it.
    Secret(String, String),
}

/// A simulated cloud, a key service, and an adapter's program between them, as often as there are lanes. Dropping it ends them all.
pub struct Bench {
    lanes: Vec<Booked>,
}

/// What one lane takes.
struct Booked {
    _cloud: Option<RunningCloud>,
    _keys: KeyService,
    lane: Lane,
}

impl Bench {
    /// Starts the cloud of a vendor, whose doors move in a fraction of a second, and the program of its adapter.
    ///
    /// # Errors
    /// [`KitError`].
    pub async fn start(
        cloud: Vendor,
        program: PathBuf,
        arguments: Vec<String>,
        settings: &[Setting],
    ) -> Result<Self, KitError> {
        Self::borrowed(cloud, cloud.id(), program, arguments, settings).await
    }

    /// The same, where the adapter is of another vendor, which has no simulated cloud of its own yet. Secret settings are sealed under
    /// `vendor`.
    ///
    /// # Errors
    /// [`KitError`].
    pub async fn borrowed(
        cloud: Vendor,
        vendor: &str,
        program: PathBuf,
        arguments: Vec<String>,
        settings: &[Setting],
    ) -> Result<Self, KitError> {
        let mut lanes = Vec::new();
        for _ in 0..LANES {
            let running = cloud.start(Config {
                timings: DoorTimings::fast(),
                redirect_uris: vec![REDIRECT.to_owned()],
                ..cloud.demo()
            });
            let running = running.await?;
            let base = address(running.base_url())?;
            let booked = booked(base, vendor, program.clone(), arguments.clone(), settings).await?;
            lanes.push(Booked {
                _cloud: Some(running),
                ..booked
            });
        }
        Ok(Self { lanes })
    }

    /// The same before a cloud that runs already, and so in one lane.
    ///
    /// # Errors
    /// [`KitError`].
    pub async fn at(
        cloud: Url,
        vendor: &str,
        program: PathBuf,
        arguments: Vec<String>,
        settings: &[Setting],
    ) -> Result<Self, KitError> {
        let lanes = vec![booked(cloud, vendor, program, arguments, settings).await?];
        Ok(Self { lanes })
    }

    /// What is there to be looked at.
    #[must_use]
    pub fn examination(&self) -> Examination {
        Examination {
            lanes: self.lanes.iter().map(|booked| booked.lane.clone()).collect(),
            only: Vec::new(),
        }
    }
}

async fn booked(
    cloud: Url,
    vendor: &str,
    program: PathBuf,
    arguments: Vec<String>,
    settings: &[Setting],
) -> Result<Booked, KitError> {
    let rig = Rig::at(cloud.clone()).await?;
    let keys = KeyService::start().await.map_err(|source| KitError::Machine {
        what: "no port for a key service",
        source,
    })?;
    let mut given = vec![
        ("AWS_ENDPOINT_URL_KMS".to_owned(), keys.address().to_owned()),
        ("POSTERN_CREDENTIALS_KEY".to_owned(), KEY.to_owned()),
    ];
    // A program of an interpreter is found, and finds its own, by the path.
    given.extend(std::env::var("PATH").ok().map(|path| ("PATH".to_owned(), path)));
    for setting in settings {
        given.push(match setting {
            Setting::Clear(name, value) => (name.clone(), value.replace(CLOUD, cloud.as_str())),
            Setting::Secret(name, value) => (format!("{name}_SEALED"), keys.seal(vendor, name, value).await?),
        });
    }
    // What is interpreted is known by its script.
    let script = arguments
        .iter()
        .map(PathBuf::from)
        .find(|argument| argument.is_file());
    let program = Program::start(ProgramPlan {
        program,
        arguments,
        settings: given,
        build: script,
    });
    let reach = Arc::new(program.await?);
    Ok(Booked {
        _cloud: None,
        _keys: keys,
        lane: Lane { reach, rig },
    })
}

fn address(text: &str) -> Result<Url, KitError> {
    Url::parse(text).map_err(|error| KitError::Controls {
        address: text.to_owned(),
        problem: error.to_string(),
    })
}
