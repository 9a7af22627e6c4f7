//! The key file of a local platform: one sealing key and one signing key, readable by its owner alone. The key that signs bundles is
//! derived from the sealing key.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ring::rand::SystemRandom;
use ring::signature::Ed25519KeyPair;
use secrecy::zeroize::Zeroize;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use serde::{Deserialize, Serialize};

use crate::{KeyError, LocalBundleSigner, LocalSealer, LocalSigner, envelope, text};

/// The version that this code writes, and the only one it reads.
const VERSION: u32 = 1;

/// A key file is about 300 bytes; anything much longer is something else.
const MAX_FILE_BYTES: u64 = 4096;

/// The keys of a local platform, from a file or for the life of the process only.
#[derive(Debug)]
pub struct KeyFile {
    master: Arc<SecretBox<[u8; 32]>>,
    signer: LocalSigner,
    bundles: LocalBundleSigner,
}

/// What the file holds, as JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    version: u32,
    /// 32 bytes, base64url.
    sealing_key: SecretString,
    /// An Ed25519 PKCS #8 v2 document, base64url.
    signing_key: SecretString,
}

/// The same for writing; `SecretString` refuses to be serialised, rightly.
#[derive(Serialize)]
struct NewContent<'a> {
    version: u32,
    sealing_key: &'a str,
    signing_key: &'a str,
}

impl KeyFile {
    /// Fresh keys that are never written down: for tests, and for a platform that forgets everything when it stops.
    ///
    /// # Errors
    /// [`KeyError::NoEntropy`].
    pub fn ephemeral() -> Result<Self, KeyError> {
        let content = fresh()?;
        Self::from_content(&content).map_err(|what| KeyError::Malformed { what })
    }

    /// The keys in the file at `path`; if there is none, makes one with mode 0600.
    ///
    /// Of two processes that start at once, one makes the file and both use it. A file that is there is never
    /// changed, whatever is wrong with it.
    ///
    /// # Errors
    /// [`KeyError::LoosePermissions`], [`KeyError::MalformedKeyFile`], [`KeyError::KeyFileIo`],
    /// [`KeyError::NoEntropy`].
    pub fn open_or_create(path: impl AsRef<Path>) -> Result<Self, KeyError> {
        let path = path.as_ref();
        match Self::open(path) {
            Err(KeyError::KeyFileIo { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                create(path)?;
                Self::open(path)
            }
            other => other,
        }
    }

    /// Seals under this file's key.
    pub fn sealer(&self) -> LocalSealer {
        LocalSealer::new(Arc::clone(&self.master))
    }

    /// Signs with this file's key.
    pub fn signer(&self) -> LocalSigner {
        self.signer.clone()
    }

    /// Signs bundles with the key that is derived from this file's.
    pub fn bundle_signer(&self) -> LocalBundleSigner {
        self.bundles.clone()
    }

    fn open(path: &Path) -> Result<Self, KeyError> {
        let malformed = |reason| KeyError::MalformedKeyFile {
            path: path.into(),
            reason,
        };
        let failed = |source| KeyError::KeyFileIo {
            path: path.into(),
            source,
        };
        let file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if !metadata.is_file() {
            return Err(malformed("it is not a file"));
        }
        let mode = metadata.permissions().mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(KeyError::LoosePermissions {
                path: path.into(),
                mode,
            });
        }
        if metadata.len() > MAX_FILE_BYTES {
            return Err(malformed("it is too long for a key file"));
        }
        let mut json = Vec::new();
        let read = file.take(MAX_FILE_BYTES).read_to_end(&mut json).map_err(failed);
        let parsed = serde_json::from_slice::<Content>(&json);
        json.zeroize();
        read?;
        // serde's error may quote a value, and a value here is a key.
        let content = parsed.map_err(|_| malformed("it is not JSON of the expected form"))?;
        Self::from_content(&content).map_err(malformed)
    }

    fn from_content(content: &Content) -> Result<Self, &'static str> {
        if content.version != VERSION {
            return Err("its version is not 1");
        }
        let mut bytes = text::decode(content.sealing_key.expose_secret()).unwrap_or_default();
        let master = <[u8; 32]>::try_from(bytes.as_slice()).map(|key| SecretBox::new(Box::new(key)));
        bytes.zeroize();
        let master = Arc::new(master.map_err(|_| "its sealing_key is not 32 bytes of base64url")?);
        let mut bytes = text::decode(content.signing_key.expose_secret()).unwrap_or_default();
        let pair = Ed25519KeyPair::from_pkcs8(&bytes);
        bytes.zeroize();
        let signer = pair.ok().and_then(|pair| LocalSigner::new(pair).ok());
        let bundles =
            LocalBundleSigner::new(&master).map_err(|_| "its sealing_key gives no key for bundles")?;
        Ok(Self {
            master,
            bundles,
            signer: signer.ok_or("its signing_key is not an Ed25519 PKCS #8 key in base64url")?,
        })
    }
}

fn fresh() -> Result<Content, KeyError> {
    let mut master: [u8; 32] = envelope::random()?;
    let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())
        .map_err(|ring::error::Unspecified| KeyError::NoEntropy)?;
    let content = Content {
        version: VERSION,
        sealing_key: text::encode(&master).into(),
        signing_key: text::encode(pkcs8.as_ref()).into(),
    };
    master.zeroize();
    Ok(content)
}

/// Writes a whole file beside `path`, syncs it, and gives it the name only if nobody has taken the name meanwhile.
fn create(path: &Path) -> Result<(), KeyError> {
    let failed = |source| KeyError::KeyFileIo {
        path: path.into(),
        source,
    };
    let content = fresh()?;
    let mut json = serde_json::to_vec_pretty(&NewContent {
        version: content.version,
        sealing_key: content.sealing_key.expose_secret(),
        signing_key: content.signing_key.expose_secret(),
    })
    .map_err(|error| failed(error.into()))?;
    let unfinished = unfinished_name(path)?;
    let written = write_and_link(&unfinished, path, &json);
    json.zeroize();
    // Best effort: what stays behind is a readable-by-owner file that nobody uses.
    let _ = fs::remove_file(&unfinished);
    written.map_err(failed)
}

/// A hard link, unlike a rename, never replaces a file that another process made in between.
fn write_and_link(unfinished: &Path, path: &Path, json: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(unfinished)?;
    file.write_all(json)?;
    file.sync_all()?;
    match fs::hard_link(unfinished, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
        Ok(()) => match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            Some(directory) => File::open(directory)?.sync_all(),
            None => File::open(".")?.sync_all(),
        },
    }
}

fn unfinished_name(path: &Path) -> Result<PathBuf, KeyError> {
    let random: [u8; 8] = envelope::random()?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", text::encode(&random)));
    Ok(path.with_file_name(name))
}
