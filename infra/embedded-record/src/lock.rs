//! One process at a time on one data folder.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, SeekFrom, Write},
    path::Path,
};

use crate::EmbeddedRecordError;

/// The name of the lock file inside the data folder.
const LOCK_FILE: &str = "record.lock";

/// An exclusive hold on a data folder. The operating system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the folder, or says which process has it.
    pub(crate) fn take(folder: &Path) -> Result<Self, EmbeddedRecordError> {
        let path = folder.join(LOCK_FILE);
        let io = |source| EmbeddedRecordError::Folder {
            folder: folder.to_owned(),
            source,
        };
        // Not truncated on opening: until the lock is ours, the pid inside is another's.
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                // The holder's pid is a help to the reader of the error; without it the error stands all the same.
                let pid = file
                    .read_to_string(&mut text)
                    .ok()
                    .and_then(|_| text.trim().parse().ok());
                return Err(EmbeddedRecordError::InUse {
                    folder: folder.to_owned(),
                    pid,
                });
            }
            Err(TryLockError::Error(source)) => return Err(io(source)),
        }
        file.set_len(0).map_err(io)?;
        file.seek(SeekFrom::Start(0)).map_err(io)?;
        writeln!(file, "{}", std::process::id()).map_err(io)?;
        Ok(Self { _file: file })
    }
}
