//! The program's `local` command in a process of its own.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use super::http::Connection;
use super::{Failure, Home};

/// A running server; it is killed when the value is dropped.
pub(crate) struct Server {
    child: Child,
    host: String,
}

impl Server {
    /// Starts the server on a free port and waits until it says where it listens.
    pub(crate) fn start(home: &Home) -> Result<Self, Failure> {
        let mut child = home.command("local --port 0").stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let host = line.trim().strip_prefix("http://").ok_or("the server does not say where it listens")?;
        Ok(Self { host: host.to_owned(), child })
    }

    /// Returns the process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Returns the base URL.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.host)
    }

    /// Opens a connection.
    pub(crate) fn connect(&self) -> std::io::Result<Connection> {
        Connection::open(&self.host)
    }

    /// Does one of the tool's own actions and returns the answer as JSON.
    pub(crate) fn control(&self, action: &str, input: &str) -> Result<serde_json::Value, Failure> {
        let mut connection = self.connect()?;
        let request = connection.request(&format!("POST /_local/{action}"), "", input);
        let answer = connection.send(&request)?;
        if answer.status != 200 {
            return Err(format!("{action}: {}", String::from_utf8_lossy(answer.body)).into());
        }
        Ok(serde_json::from_slice(answer.body)?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; either way it has ended after this.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
