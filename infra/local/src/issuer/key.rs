//! The signing key's file.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use postern_http::token::issue::SigningKey;
use secrecy::ExposeSecret;
use tempfile::NamedTempFile;

use super::{IssuerError, KeyPlace};

/// The key from its place, made there when there is none.
pub(super) fn load(place: &KeyPlace) -> Result<SigningKey, IssuerError> {
    match place {
        KeyPlace::Memory => Ok(SigningKey::generate()?),
        KeyPlace::File(path) => {
            let failed = |source| IssuerError::KeyFile {
                path: path.clone(),
                source,
            };
            match fs::read(path) {
                Ok(bytes) => Ok(SigningKey::from_pkcs8(bytes.into())?),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    let key = SigningKey::generate()?;
                    keep(path, key.pkcs8().expose_secret()).map_err(failed)?;
                    Ok(key)
                }
                Err(error) => Err(failed(error)),
            }
        }
    }
}

/// Written whole beside its place and then moved there: a reader never sees half a key. A temporary file has
/// mode 0600 from its first byte (tempfile's `NamedTempFile`, "Security").
fn keep(path: &Path, pkcs8: &[u8]) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(pkcs8)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_key_is_made_once_for_its_owner_alone_and_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data").join("issuer.pk8");
        let place = KeyPlace::File(path.clone());
        let made = load(&place).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(load(&place).unwrap().jwks(), made.jwks());
        assert_ne!(load(&KeyPlace::Memory).unwrap().jwks(), made.jwks());
    }

    #[test]
    fn a_file_that_holds_no_key_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("issuer.pk8");
        fs::write(&path, b"something else").unwrap();
        assert!(matches!(
            load(&KeyPlace::File(path.clone())),
            Err(IssuerError::Signing(_))
        ));
        assert_eq!(fs::read(&path).unwrap(), b"something else");
    }
}
