//! A bench: a simulated cloud, a key service, and an adapter's program between them.

use std::{path::PathBuf, sync::Arc};

use postern_vendor_clouds::{Config, DoorTimings, RunningCloud, Vendor};
use url::Url;

use crate::{
    Examination, KitError, Program, ProgramPlan, Rig,
    key_service::{KEY, KeyService},
    trial::REDIRECT,
};

/// Stands in a setting for the cloud's address.
const CLOUD: &str = "{cloud}";

/// A setting of an adapter's program.
#[derive(Clone)]
pub enum Setting {
    /// Given as it is; `{cloud}` in it stands for the cloud's address.
    Clear(String, String),
    /// Given sealed, under the name with `_SEALED` behind it.
    Secret(String, String),
}

/// A simulated cloud, a key service, and an adapter's program between them. Dropping it ends all three.
pub struct Bench {
    _cloud: Option<RunningCloud>,
    _keys: KeyService,
    rig: Rig,
    program: Arc<Program>,
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
        let cloud = cloud.start(Config {
            timings: DoorTimings::fast(),
            redirect_uris: vec![REDIRECT.to_owned()],
            ..cloud.demo()
        });
        let cloud = cloud.await?;
        let base = address(cloud.base_url())?;
        let mut bench = Self::at(base, vendor, program, arguments, settings).await?;
        bench._cloud = Some(cloud);
        Ok(bench)
    }

    /// The same before a cloud that runs already.
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
        let rig = Rig::at(cloud.clone()).await?;
        let keys = KeyService::start().await.map_err(|source| KitError::Machine {
            what: "no port for a key service",
            source,
        })?;
        let mut given = vec![
            ("AWS_ENDPOINT_URL_KMS".to_owned(), keys.address.clone()),
            ("POSTERN_CREDENTIALS_KEY".to_owned(), KEY.to_owned()),
        ];
        // A program of an interpreter is found, and finds its own, by the path.
        given.extend(std::env::var("PATH").ok().map(|path| ("PATH".to_owned(), path)));
        for setting in settings {
            given.push(match setting {
                Setting::Clear(name, value) => (name.clone(), value.replace(CLOUD, cloud.as_str())),
                Setting::Secret(name, value) => {
                    (format!("{name}_SEALED"), keys.seal(vendor, name, value).await?)
                }
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
        Ok(Self {
            _cloud: None,
            _keys: keys,
            rig,
            program: Arc::new(program.await?),
        })
    }

    /// What is there to be looked at.
    #[must_use]
    pub fn examination(&self) -> Examination {
        Examination {
            reach: self.program.clone(),
            rig: self.rig.clone(),
            only: Vec::new(),
        }
    }
}

fn address(text: &str) -> Result<Url, KitError> {
    Url::parse(text).map_err(|error| KitError::Controls {
        address: text.to_owned(),
        problem: error.to_string(),
    })
}
