//! Where the configuration lies, and what relative paths start from.

use std::path::{Path, PathBuf};

/// Where bantin.toml is looked for when it is not named.
const PLACES: [&str; 2] = ["config/bantin.toml", "/etc/bantin/bantin.toml"];

/// The configuration of the installed service, and the folder that systemd keeps for it: commands
/// typed by root see the same one.
const SERVICE: (&str, &str) = ("/etc/bantin/bantin.toml", "/var/lib/bantin");

/// The configuration file: the one that is named, else the first there is of `./config/bantin.toml`
/// and `/etc/bantin/bantin.toml`.
///
/// # Errors
/// The paths that were looked at, when none exists.
pub fn find(explicit: Option<&Path>) -> Result<PathBuf, Vec<PathBuf>> {
    let places = match explicit {
        Some(path) => vec![path.to_owned()],
        None => PLACES.iter().map(PathBuf::from).collect(),
    };
    match places.iter().find(|path| path.exists()) {
        Some(path) => Ok(path.clone()),
        None => Err(places),
    }
}

/// What relative paths start from, and where systemd keeps things for us.
pub(super) struct Home {
    /// The folder of bantin.toml, absolute.
    pub beside: PathBuf,
    /// That folder, or its parent if it is called `config`.
    pub folder: PathBuf,
    /// `folder` as the user would write it, for messages.
    shown: PathBuf,
    /// `$STATE_DIRECTORY`, its first folder, else that of the installed service.
    pub state: Option<PathBuf>,
    /// `$CREDENTIALS_DIRECTORY`.
    pub credentials: Option<PathBuf>,
}

impl Home {
    /// The home of a configuration file.
    pub fn of(file: &Path, env: &[(String, String)]) -> Self {
        let absolute = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
        let parent = |path: &Path| path.parent().unwrap_or(path).to_owned();
        let beside = parent(&absolute);
        let written = parent(file);
        let (folder, shown) = match beside.file_name() {
            Some(name) if name == "config" && written.file_name().is_none() => {
                (parent(&beside), PathBuf::from(".."))
            }
            Some(name) if name == "config" => (parent(&beside), parent(&written)),
            _ => (beside.clone(), written),
        };
        let folders = |name: &str| {
            let value = env
                .iter()
                .find(|(key, value)| key == name && !value.is_empty())
                .map(|(_, value)| value.as_str());
            value.and_then(|value| value.split(':').next()).map(PathBuf::from)
        };
        let state = folders("STATE_DIRECTORY").or_else(|| of_service(&absolute, SERVICE));
        Self { beside, folder, shown, state, credentials: folders("CREDENTIALS_DIRECTORY") }
    }

    /// A configured path, absolute.
    pub fn path(&self, written: &str) -> PathBuf {
        self.folder.join(written)
    }

    /// How messages write `path`: from where the configuration file's own path starts.
    pub fn show(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.folder)
            .map_or_else(|_| path.to_owned(), |rest| self.shown.join(rest))
    }
}

/// The installed service's folder if this is its file; the folder is a link that not everybody may
/// follow (systemd.exec(5), DynamicUser).
fn of_service(file: &Path, (service, state): (&str, &str)) -> Option<PathBuf> {
    let same = file == Path::new(service)
        || file
            .canonicalize()
            .is_ok_and(|file| Path::new(service).canonicalize().is_ok_and(|own| own == file));
    (same && Path::new(state).symlink_metadata().is_ok()).then(|| PathBuf::from(state))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn home_is_the_folder_or_the_parent_of_config() {
        for (file, home) in [
            ("/etc/bantin/bantin.toml", "/etc/bantin"),
            ("/srv/x/config/bantin.toml", "/srv/x"),
            ("/srv/config/x/other.toml", "/srv/config/x"),
        ] {
            assert_eq!(Home::of(Path::new(file), &[]).folder, Path::new(home), "{file}");
        }
        let home = Home::of(Path::new("config/bantin.toml"), &[]);
        assert_eq!(home.show(&home.path("feeds/x.toml")), Path::new("feeds/x.toml"));
        assert_eq!(home.show(Path::new("/other/x.toml")), Path::new("/other/x.toml"));
    }

    #[test]
    fn the_installed_services_file_has_the_services_folder() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let (file, state) = (path("bantin.toml"), path("state"));
        std::fs::write(&file, "").unwrap();
        let service = (file.to_str().unwrap(), state.to_str().unwrap());
        assert_eq!(of_service(&file, service), None);
        std::os::unix::fs::symlink("nobody/may/look", &state).unwrap();
        assert_eq!(of_service(&file, service), Some(state.clone()));
        std::os::unix::fs::symlink(&file, path("link.toml")).unwrap();
        assert_eq!(of_service(&path("link.toml"), service), Some(state.clone()));
        assert_eq!(of_service(&path("other.toml"), service), None);
    }

    #[test]
    fn a_named_file_is_the_only_place() {
        let gone = Path::new("/nonexistent/bantin.toml");
        assert_eq!(find(Some(gone)), Err(vec![gone.to_owned()]));
    }
}
