//! Where stacks were deployed from this directory, so that the next command finds them without `--region`.
//!
//! `deployments.json` in the state directory holds names and regions only. It is a convenience: losing it
//! loses nothing but the default region.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::local::private;

/// Which cloud a stack was deployed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// AWS itself, or what an endpoint URL stands for.
    Aws,
    /// The embedded local cloud.
    Local,
}

/// One deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// The cloud.
    pub place: Place,
    /// The stack's name.
    pub stack: String,
    /// The region.
    pub region: String,
    /// The event bus.
    pub bus: String,
}

/// The deployments that a directory remembers.
#[derive(Debug)]
pub struct Deployments {
    file: PathBuf,
    all: Vec<Deployment>,
}

impl Deployments {
    /// Reads the deployments of a state directory; an unreadable file counts as empty.
    pub fn read(directory: &Path) -> Self {
        let file = directory.join("deployments.json");
        let all =
            fs::read(&file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        Self { file, all }
    }

    /// Returns the deployments of a stack in a place, the latest last.
    pub fn of<'a>(&'a self, place: Place, stack: &'a str) -> impl Iterator<Item = &'a Deployment> {
        self.all.iter().filter(move |known| known.place == place && known.stack == stack)
    }

    /// Remembers a deployment.
    pub fn remember(mut self, deployment: Deployment) -> io::Result<()> {
        self.all.retain(|known| !same(known, &deployment));
        self.all.push(deployment);
        self.write()
    }

    /// Forgets a deployment.
    pub fn forget(mut self, place: Place, stack: &str, region: &str) -> io::Result<()> {
        let before = self.all.len();
        self.all.retain(|known| !(known.place == place && known.stack == stack && known.region == region));
        if self.all.len() == before { Ok(()) } else { self.write() }
    }

    fn write(&self) -> io::Result<()> {
        let directory = self.file.parent().unwrap_or(Path::new("."));
        prepare(directory)?;
        let text = serde_json::to_string_pretty(&self.all)? + "\n";
        let fresh = self.file.with_extension("json.new");
        fs::write(&fresh, text)?;
        fs::rename(&fresh, &self.file)
    }
}

/// Makes the state directory, private and ignored by git.
pub fn prepare(directory: &Path) -> io::Result<()> {
    private::directory(directory)?;
    private::ignored(directory)
}

fn same(one: &Deployment, other: &Deployment) -> bool {
    one.place == other.place && one.stack == other.stack && one.region == other.region
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_and_forgets() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state");
        let deployment = |region: &str| Deployment {
            place: Place::Local,
            stack: "s".into(),
            region: region.into(),
            bus: "default".into(),
        };
        for region in ["a", "b", "a"] {
            Deployments::read(&path).remember(deployment(region)).unwrap();
        }
        let regions = |known: &Deployments| {
            known.of(Place::Local, "s").map(|known| known.region.clone()).collect::<Vec<_>>()
        };
        assert_eq!(regions(&Deployments::read(&path)), ["b", "a"]);
        Deployments::read(&path).forget(Place::Local, "s", "a").unwrap();
        assert_eq!(regions(&Deployments::read(&path)), ["b"]);
        assert_eq!(Deployments::read(&path).of(Place::Aws, "s").count(), 0);
    }
}
