//! Bytes that are almost HTTP, sent to the real server: it answers or hangs up, never panics, and serves on.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestRunner};

use crate::harness::Session;

/// Requests to damage: each of the surfaces behind the one port.
const REQUESTS: [&str; 6] = [
    "PUT /cache/c?key=a%20b&ttl_seconds=60 HTTP/1.1\r\nhost: h\r\nauthorization: k\r\ncontent-length: 5\r\n\r\nvalue",
    "GET /momento/us-west-2/cache/c?key_base64=YQ&token=k HTTP/1.1\r\nhost: h\r\n\r\n",
    "POST /_local/ListCaches HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nhost: h\r\nauthorization: AWS4-HMAC-SHA256 Credential=a/b/us-west-2/events/aws4_request\r\n\
     x-amz-target: AWSEvents.ListRules\r\ncontent-length: 2\r\n\r\n{}",
    "POST / HTTP/1.0\r\nauthorization: AWS4-HMAC-SHA256 Credential=a/b/us-west-2/iam/aws4_request\r\n\
     content-length: 14\r\n\r\nAction=GetUser",
    "POST /service/G/operation/DescribeAlarms HTTP/1.0\r\nsmithy-protocol: rpc-v2-cbor\r\ncontent-length: 2\r\n\
     authorization: AWS4-HMAC-SHA256 Credential=a/b/us-west-2/monitoring/aws4_request\r\n\r\naa",
];

/// How long a good request may wait for its answer.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn damaged_requests_are_answered_or_dropped() {
    let session = Session::new();
    let errors = session.file("errors", "");
    let mut command = session.command(["local", "--port", "0"]);
    let server = command.stdout(Stdio::piped()).stderr(File::create(&errors).unwrap()).spawn().unwrap();
    let mut server = Killed(server);
    let mut url = String::new();
    BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut url).unwrap();
    let host = url.trim().strip_prefix("http://").unwrap();

    for request in REQUESTS {
        assert!(answer(host, request.as_bytes(), PATIENCE).starts_with(b"HTTP/1."), "{request}");
    }
    let patch = prop::collection::vec(any::<u8>(), 0..4);
    let damage = (any::<Index>(), 0_usize..6, patch);
    let strategy = (select(REQUESTS.to_vec()), prop::collection::vec(damage, 1..4));
    let mut runner = TestRunner::new(Config { failure_persistence: None, cases: 300, ..Config::default() });
    let outcome = runner.run(&strategy, |(request, damages)| {
        let mut bytes = request.as_bytes().to_vec();
        for (at, cut, patch) in damages {
            let at = at.index(bytes.len());
            bytes.splice(at..(at + cut).min(bytes.len()), patch);
        }
        // Where the damage makes the server wait for more, nothing comes.
        let answer = answer(host, &bytes, Duration::from_millis(50));
        let head = String::from_utf8_lossy(&answer[..answer.len().min(12)]).into_owned();
        let status = head.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..)?.parse::<u16>().ok());
        prop_assert!(answer.is_empty() || status.is_some_and(|status| status < 500), "{}", head);
        Ok(())
    });
    outcome.unwrap();
    assert!(answer(host, b"POST /_local/Status HTTP/1.0\r\n\r\n", PATIENCE).starts_with(b"HTTP/1.0 200"));
    let errors = fs::read_to_string(&errors).unwrap();
    assert!(!errors.contains("panicked"), "{errors}");
}

/// Sends bytes and returns the first ones that come back in time, if any do.
fn answer(host: &str, bytes: &[u8], patience: Duration) -> Vec<u8> {
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(patience)).unwrap();
    let mut answer = vec![0; 1024];
    // A server that has said no may close before it has read all.
    let _ = stream.write_all(bytes);
    let read = stream.read(&mut answer).unwrap_or_default();
    answer.truncate(read);
    answer
}

/// A process that ends with the test.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
