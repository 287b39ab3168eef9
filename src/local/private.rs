//! Directories and files of the state, which nobody but their owner can read.

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// The files of which one at least is in every state directory.
const OURS: [&str; 3] = ["state.db", "lock", "deployments.json"];

/// Makes a directory that only its owner may enter (0700), ignored by git, or makes one that is there so.
///
/// A directory that others may enter and that holds other things than a state is left as it is, with an error: it
/// may be anything, such as `/tmp`.
#[cfg(unix)]
pub fn directory(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
    if path.is_dir() {
        let mode = fs::metadata(path)?.permissions().mode();
        let for_others = mode & 0o077;
        if for_others == 0 {
            return Ok(());
        }
        if !may_be_ours(path)? {
            return Err(io::Error::other(
                "other users may enter it, and it holds other files: name a directory for the state alone",
            ));
        }
        return fs::set_permissions(path, fs::Permissions::from_mode(0o700));
    }
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    ignored(path)
}

/// Makes a directory, ignored by git; who may enter it is for the directory above to say.
#[cfg(not(unix))]
pub fn directory(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(path)?;
    ignored(path)
}

/// Has git ignore all of a directory, where nothing is said yet.
pub fn ignored(directory: &Path) -> io::Result<()> {
    let ignore = directory.join(".gitignore");
    if ignore.exists() { Ok(()) } else { fs::write(ignore, "*\n") }
}

/// Opens a file to write to its end, making it for its owner alone (0600) whatever the umask allows.
pub fn file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(file)
}

#[cfg(unix)]
fn may_be_ours(directory: &Path) -> io::Result<bool> {
    let is_ours = OURS.iter().any(|name| directory.join(name).exists());
    Ok(is_ours || fs::read_dir(directory)?.next().is_none())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn open_to_all(path: &Path) {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[test]
    fn a_directory_is_made_private_or_left_alone() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("above/state");
        directory(&path).unwrap();
        assert_eq!(mode(&path), 0o700);
        assert_eq!(fs::read_to_string(path.join(".gitignore")).unwrap(), "*\n");
        // A state that somebody opened to all, such as by unpacking it, is closed again.
        fs::write(path.join("state.db"), "").unwrap();
        open_to_all(&path);
        directory(&path).unwrap();
        assert_eq!(mode(&path), 0o700);
        // Also through a link, which is followed.
        open_to_all(&path);
        symlink(&path, root.path().join("link")).unwrap();
        directory(&root.path().join("link")).unwrap();
        assert_eq!(mode(&path), 0o700);
        // What is something else is not touched.
        let other = root.path().join("other");
        fs::create_dir(&other).unwrap();
        open_to_all(&other);
        fs::write(other.join("letter.txt"), "").unwrap();
        assert!(directory(&other).unwrap_err().to_string().starts_with("other users may enter it"));
        assert_eq!((mode(&other), other.join(".gitignore").exists()), (0o755, false));
        // Nor one that is closed already.
        fs::set_permissions(&other, fs::Permissions::from_mode(0o500)).unwrap();
        directory(&other).unwrap();
        assert_eq!(mode(&other), 0o500);
    }

    #[test]
    fn a_file_is_made_private() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("f");
        fs::write(&path, "x").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
        file(&path).unwrap();
        assert_eq!((mode(&path), fs::read_to_string(&path).unwrap().as_str()), (0o600, "x"));
    }
}
