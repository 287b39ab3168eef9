//! The local server: who may talk to it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::harness::Session;

#[test]
fn web_pages_and_foreign_names_are_refused() {
    let session = Session::new();
    let mut server = session.serve("local --port 0");
    // The URL stands on a line by itself and within others; which comes first is not known.
    let rest = server.wait_for("http://127.0.0.1:");
    let port: u16 = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap();
    let answer = |headers: &str| {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let request = format!(
            "POST /_local/Status HTTP/1.1\r\n{headers}Connection: close\r\nContent-Length: 2\r\n\r\n{{}}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    };
    let status = |headers: &str| answer(headers).split(' ').nth(1).unwrap().to_owned();
    assert_eq!(status("Host: 127.0.0.1\r\n"), "200");
    assert_eq!(status("Host: localhost\r\n"), "200");
    assert_eq!(status("Host: evil.example\r\n"), "403");
    let page = answer("Host: localhost\r\nOrigin: https://evil.example\r\n");
    assert!(page.starts_with("HTTP/1.1 403"), "{page}");
    assert!(
        page.contains("this server does not answer web pages: the request comes from https://evil.example")
    );
    // A refused page may not read the answer either.
    assert!(!page.to_lowercase().contains("access-control-allow-origin"));
}
