//! The local server: who may talk to it, how much they may ask, and who can read its files.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::harness::{Server, Session};

/// A server that is running.
struct Running {
    session: Session,
    server: Server,
    port: u16,
}

impl Running {
    fn start() -> Self {
        let session = Session::new();
        let (server, url) = session.serve_cloud("");
        let port = url.rsplit(':').next().unwrap().parse().unwrap();
        Self { session, server, port }
    }

    /// Sends a request as it is and returns the answer.
    fn raw(&self, request: impl AsRef<[u8]>) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        // A server that has said no may close before it has read all.
        let _ = stream.write_all(request.as_ref());
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Makes a cache, which changes something, with these headers.
    fn post(&self, headers: &str) -> String {
        let body = r#"{"Region": "us-east-1", "Name": "page"}"#;
        let length = body.len();
        self.raw(format!(
            "POST /_local/CreateCache HTTP/1.1\r\n{headers}Connection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        ))
    }
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("none")
}

#[test]
fn web_pages_and_foreign_names_are_refused() {
    let running = Running::start();
    let (port, other) = (running.port, running.port ^ 1);
    for (name, headers) in [
        ("a name that was pointed at this computer", "Host: evil.example\r\n".to_owned()),
        ("the same with the port", format!("Host: evil.example:{port}\r\n")),
        ("an address that is everyone's", format!("Host: 0.0.0.0:{port}\r\n")),
        ("a name that begins alike", "Host: localhost.evil.example\r\n".to_owned()),
        ("a page", "Host: localhost\r\nOrigin: https://evil.example\r\n".to_owned()),
        ("a page of a file or a sandbox", "Host: localhost\r\nOrigin: null\r\n".to_owned()),
        (
            "a page of another server of this computer",
            format!("Host: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{other}\r\n"),
        ),
        (
            "a form of another site",
            "Host: localhost\r\nOrigin: https://evil.example\r\nSec-Fetch-Mode: navigate\r\n\
             Sec-Fetch-Site: cross-site\r\nContent-Type: text/plain\r\n"
                .to_owned(),
        ),
        ("a page without an origin", "Host: localhost\r\nSec-Fetch-Site: cross-site\r\n".to_owned()),
        ("a page of the same site", "Host: localhost\r\nSec-Fetch-Site: same-site\r\n".to_owned()),
    ] {
        let answer = running.post(&headers);
        assert_eq!(status(&answer), "403", "{name}: {answer}");
        assert!(answer.contains("AccessDeniedException"), "{name}: {answer}");
        // A refused page may not read the answer either.
        assert!(!answer.to_lowercase().contains("access-control-"), "{name}: {answer}");
    }
    let page = running.post("Host: localhost\r\nOrigin: https://evil.example\r\n");
    assert!(
        page.contains("this server does not answer web pages: the request comes from https://evil.example")
    );
    // What a browser asks before a request that a form cannot make.
    let asked = running.raw(
        "OPTIONS /_local/CreateCache HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n\
         Access-Control-Request-Method: POST\r\nConnection: close\r\n\r\n",
    );
    assert_eq!(status(&asked), "403", "{asked}");
    assert!(!asked.to_lowercase().contains("access-control-"), "{asked}");
    // An image needs no permission to be asked for: it changes nothing.
    let image =
        running.raw("GET /_local/CreateCache HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assert_eq!(status(&image), "405", "{image}");
    assert!(!running.session.run("local cache list").success().contains("page"));
    for headers in ["Host: 127.0.0.1\r\n", "Host: localhost\r\n", "Host: [::1]\r\n"] {
        assert_eq!(status(&running.post(headers)), "200", "{headers}");
    }
    assert!(running.session.run("local cache list").success().contains("page"));
}

#[test]
fn what_is_too_large_is_refused_and_the_server_goes_on() {
    let mut running = Running::start();
    let announced = running.raw(
        "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 999999999999\r\n\r\n",
    );
    assert_eq!(status(&announced), "413", "{announced}");
    let mut chunked =
        b"POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
            .to_vec();
    for _ in 0..7 {
        chunked.extend_from_slice(b"100000\r\n");
        chunked.resize(chunked.len() + 0x0010_0000, b'x');
        chunked.extend_from_slice(b"\r\n");
    }
    let chunked = running.raw(chunked);
    assert!(chunked.is_empty() || status(&chunked) == "413", "{chunked}");
    let headers =
        running.raw(format!("GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: {}\r\n\r\n", "x".repeat(200_000)));
    assert!(headers.is_empty() || status(&headers) == "431", "{headers}");
    // More connections than requests are answered at once, none of which asks for anything.
    let idle: Vec<_> = (0..300).map(|_| TcpStream::connect(("127.0.0.1", running.port)).unwrap()).collect();
    assert_eq!(status(&running.post("Host: localhost\r\n")), "200");
    drop(idle);
    assert!(!running.server.said().contains("panicked"));
}

/// It listens on the loopback interface: this computer's other addresses refuse the connection.
#[cfg(target_os = "linux")]
#[test]
fn it_listens_on_the_loopback_interface_only() {
    let running = Running::start();
    let port = format!(":{:04X}", running.port);
    let mut seen = Vec::new();
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let text = std::fs::read_to_string(table).unwrap_or_default();
        // The fourth column is the state: 0A is listening.
        let rows = text.lines().map(|row| row.split_whitespace().collect::<Vec<_>>());
        let listening = rows.filter(|row| row.get(3) == Some(&"0A") && row[1].ends_with(&port));
        seen.extend(listening.map(|row| row[1].trim_end_matches(&port).to_owned()));
    }
    // 127.0.0.1, as the kernel writes it.
    assert_eq!(seen, ["0100007F"]);
}

/// Nobody else can read the state, whatever the umask lets through, and whatever the directory was.
#[cfg(unix)]
#[test]
fn the_state_is_its_owners_alone() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let allow = |path: &std::path::Path| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    let session = Session::new().env("MOMENTO_API_KEY", &crate::harness::token::global("MarkOfTheState"));
    let state = session.directory().join(".evbridge-momento");
    let mut command = std::process::Command::new("sh");
    let ours = session.command(["deploy", "--local", "--quiet"]);
    command.args(["-c", "umask 000; exec \"$0\" \"$@\""]).arg(ours.get_program()).args(ours.get_args());
    command.env_clear().envs(ours.get_envs().filter_map(|(name, value)| Some((name, value?))));
    assert!(command.current_dir(session.directory()).output().unwrap().status.success());
    assert_eq!(mode(&state), 0o700);
    for name in ["state.db", "secrets.db", "lock"] {
        assert_eq!(mode(&state.join(name)), 0o600, "{name}");
    }
    for file in session.files().iter().filter(|file| file.to_string_lossy().contains(".db")) {
        assert_eq!(mode(file), 0o600, "{}", file.display());
    }
    assert_eq!(std::fs::read_to_string(state.join(".gitignore")).unwrap(), "*\n");
    // Opened to all since, for example by unpacking it.
    allow(&state);
    session.run("status --local").success();
    assert_eq!(mode(&state), 0o700);
    // A link is followed to where it leads, which is closed as well.
    let moved = session.directory().join("moved");
    std::fs::rename(&state, &moved).unwrap();
    symlink(&moved, &state).unwrap();
    allow(&moved);
    session.run("status --local").success();
    assert_eq!(mode(&moved), 0o700);
    // A directory of other things is not closed behind its owner's back.
    let shared = session.file("shared/letter.txt", "").parent().unwrap().to_owned();
    allow(&shared);
    let refused = session.run("status --local --local-dir shared");
    refused.is(snapbox::str![[r#"
------- stderr -------
error: cannot use the local state in shared
  cause: other users may enter it, and it holds other files: name a directory for the state alone
[exit status: 1]

"#]]);
    assert_eq!(mode(&shared), 0o755);
}
