//! Where a local platform keeps what it must not forget: the record, the keys, the vendor cloud's state, its ports.

use std::{
    fs,
    path::{Path, PathBuf},
};

use postern_vendor_clouds::Vendor;
use serde::{Deserialize, Serialize};

use crate::LocalError;

/// Where the data lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DataPlace {
    /// Nowhere: gone when the process ends.
    Memory,
    /// In a folder: a later start on it picks up where this one was.
    Folder(PathBuf),
}

/// The ports of the four servers. 0 is "any that is free".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Ports {
    pub(crate) issuer: u16,
    pub(crate) carrier_api: u16,
    pub(crate) customer_api: u16,
    #[serde(alias = "myq")]
    pub(crate) vendor_cloud: u16,
    /// Whose openers the platform on this folder has.
    #[serde(default)]
    pub(crate) vendor: Vendor,
}

impl Ports {
    /// Four ports in a row.
    pub(crate) const fn from(first: u16, vendor: Vendor) -> Self {
        Self {
            issuer: first,
            carrier_api: first.saturating_add(1),
            customer_api: first.saturating_add(2),
            vendor_cloud: first.saturating_add(3),
            vendor,
        }
    }
}

impl DataPlace {
    /// A file of the data folder; `None` where nothing is kept.
    pub(crate) fn file(&self, name: &str) -> Option<PathBuf> {
        match self {
            Self::Memory => None,
            Self::Folder(folder) => Some(folder.join(name)),
        }
    }

    /// Makes the folder, if there is to be one.
    pub(crate) fn prepare(&self) -> Result<(), LocalError> {
        match self {
            Self::Memory => Ok(()),
            Self::Folder(folder) => fs::create_dir_all(folder).map_err(|source| at(folder, source)),
        }
    }

    /// The ports of the last start on this folder, so that addresses and tokens outlive a restart.
    pub(crate) fn last_ports(&self) -> Result<Option<Ports>, LocalError> {
        let Some(path) = self.file(PORTS) else {
            return Ok(None);
        };
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(|_| LocalError::Malformed { path }),
            Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(at(&path, source)),
        }
    }

    /// Remembers the ports.
    pub(crate) fn keep_ports(&self, ports: Ports) -> Result<(), LocalError> {
        let Some(path) = self.file(PORTS) else {
            return Ok(());
        };
        let text = serde_json::to_vec(&ports).map_err(|_| LocalError::Malformed { path: path.clone() })?;
        fs::write(&path, text).map_err(|source| at(&path, source))
    }
}

const PORTS: &str = "ports.json";

pub(crate) fn at(path: &Path, source: std::io::Error) -> LocalError {
    LocalError::Folder {
        path: path.to_owned(),
        source,
    }
}
