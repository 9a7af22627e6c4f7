//! The world in a file, so that a cloud that was killed comes back as it was.
//!
//! The file is replaced as a whole, by renaming: whoever reads it finds the world before a change or after it. Doors on
//! their way are kept with the times at which they began and will end, so they travel on while nobody runs.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;

use crate::error::CloudError;
use crate::world::World;

/// The file that holds a world.
#[derive(Debug)]
pub(crate) struct SnapshotFile {
    path: PathBuf,
}

impl SnapshotFile {
    pub(crate) const fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// The world in the file, or none if there is no file yet.
    pub(crate) fn load(&self) -> Result<Option<World>, CloudError> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.failed(error)),
        };
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|source| CloudError::SnapshotShape {
                path: self.path.clone(),
                source,
            })
    }

    /// Replaces the file.
    pub(crate) fn save(&self, world: &World) -> Result<(), CloudError> {
        let bytes = serde_json::to_vec(world).map_err(|source| CloudError::SnapshotShape {
            path: self.path.clone(),
            source,
        })?;
        self.replace(&bytes).map_err(|error| self.failed(error))
    }

    fn replace(&self, bytes: &[u8]) -> io::Result<()> {
        let new = self.path.with_extension("new");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        // It holds the key that signs tokens: simulated, but nobody else's business.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&new)?.write_all(bytes)?;
        fs::rename(new, &self.path)
    }

    fn failed(&self, source: io::Error) -> CloudError {
        CloudError::Snapshot {
            path: self.path.clone(),
            source,
        }
    }
}
