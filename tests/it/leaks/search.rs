//! Keys in which one can be found, and where they are looked for.

use std::fs;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use regex::bytes::Regex;

use crate::harness::{Outcome, Session};

/// JWTs that the local Momento accepts, as it accepts any; what is secret of each is twelve characters, twice.
pub(super) const MARKED: [&str; 3] = [
    "eyJhbGciOiJIUzI1NiJ9.eyJ0IjoiZyIsImp0aSI6Im9uZSJ9.RklORE1FT05FRklORE1FT05F",
    "eyJhbGciOiJIUzI1NiJ9.eyJ0IjoiZyIsImp0aSI6InR3byJ9.RklORE1FVFdPRklORE1FVFdP",
    "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiJ0aHJlZSJ9.RklORE1FU0lYRklORE1FU0lY",
];

/// How many commands run at once.
const WORKERS: usize = 6;

/// Returns the third key as Momento hands out the keys of one cell: in base64, with its endpoint.
pub(super) fn wrapped() -> String {
    let endpoint = "cell-us-east-1-1.prod.a.momentohq.com";
    STANDARD.encode(format!(r#"{{"endpoint":"{endpoint}","api_key":"{}"}}"#, MARKED[2]))
}

/// Starts a session that has each key from somewhere, and asks for everything to be logged that any library logs.
pub(super) fn marked() -> Session {
    unprimed()
        .env("MOMENTO_API_KEY", MARKED[0])
        .env("MOMENTO_API_KEY_US_WEST_2", &wrapped())
        .env("MOMENTO_MANAGEMENT_KEY", MARKED[1])
}

/// Starts the same session with no key in the environment: a command knows only the keys that it reads for its work.
pub(super) fn unprimed() -> Session {
    let session = Session::new()
        .env("RUST_LOG", "trace")
        .env("AWS_SDK_LOG_LEVEL", "debug")
        .env("RUST_BACKTRACE", "full");
    session.file("given.txt", MARKED[1]);
    session.file("given-wrapped.txt", wrapped());
    session
        .file("stacks/bad.yaml", "name: momento-api\nmomento: { endpoint: 'https://elsewhere.example' }\n");
    session
}

/// What would give a key away: a half of its secret, as it is and in base64 wherever it begins.
static TRACES: LazyLock<Regex> = LazyLock::new(|| {
    let mut traces = vec![wrapped()];
    for token in MARKED {
        let half = &token[token.len() - 12..];
        traces.push(half.to_owned());
        for offset in 0..3 {
            let text = STANDARD_NO_PAD.encode(format!("{}{half}", " ".repeat(offset)));
            // The characters at both ends depend on what stands beside the key.
            traces.push(text[offset * 2..text.len() - 2].to_owned());
        }
    }
    let traces: Vec<String> = traces.iter().map(|trace| regex::escape(trace)).collect();
    Regex::new(&traces.join("|")).unwrap()
});

/// Returns whether a trace of a key is in a text.
pub(super) fn holds(bytes: &[u8]) -> bool {
    TRACES.is_match(bytes)
}

/// Asserts that no key is in what a command wrote, and that it did not panic.
#[track_caller]
pub(super) fn clean(line: &str, outcome: &Outcome) {
    for text in [outcome.stdout(), outcome.stderr()] {
        assert!(!holds(text.as_bytes()), "{line} shows the token:\n{text}");
        assert!(!text.contains("panicked"), "{line}:\n{text}");
    }
}

/// Asserts that no file of the session holds a key, but the secret store and the files that gave it.
#[track_caller]
pub(super) fn clean_files(session: &Session) {
    let mut secret_stores = 0;
    for file in session.files() {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let marked = holds(&fs::read(&file).unwrap());
        if name.starts_with("secrets.db") {
            secret_stores += usize::from(marked);
        } else if !name.starts_with("given") {
            assert!(!marked, "{} holds the token", file.display());
        }
    }
    assert!(secret_stores > 0, "the token is not even where it should be: this test sees nothing");
}

/// Looks at every process's arguments for as long as some work takes, and asserts that none holds a key.
pub(super) fn watched(work: impl FnOnce()) {
    let (done, found, looks) = (AtomicBool::new(false), Mutex::new(Vec::new()), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                for process in fs::read_dir("/proc").into_iter().flatten().flatten() {
                    // A process may be gone by the time it is looked at.
                    let arguments = fs::read(process.path().join("cmdline")).unwrap_or_default();
                    looks.fetch_add(usize::from(!arguments.is_empty()), Ordering::Relaxed);
                    if holds(&arguments) {
                        found.lock().unwrap().push(String::from_utf8_lossy(&arguments).into_owned());
                    }
                }
                std::thread::sleep(Duration::from_millis(10));
            }
        });
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        done.store(true, Ordering::Relaxed);
        if let Err(panic) = ended {
            std::panic::resume_unwind(panic);
        }
    });
    assert_eq!(*found.lock().unwrap(), Vec::<String>::new());
    assert!(looks.into_inner() > 0 || !fs::exists("/proc").unwrap(), "no process was seen");
}

/// Does the jobs side by side, each by itself.
pub(super) fn shared_out<T: Sync>(jobs: &[T], work: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let worker = || {
            while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                work(job);
            }
        };
        let workers: Vec<_> = (0..WORKERS.min(jobs.len())).map(|_| scope.spawn(worker)).collect();
        for worker in workers {
            if let Err(panic) = worker.join() {
                std::panic::resume_unwind(panic);
            }
        }
    });
}

#[test]
fn a_key_is_found_in_each_form() {
    for token in MARKED {
        assert!(holds(token.as_bytes()) && holds(&token.as_bytes()[..token.len() - 12]));
        assert!(holds(STANDARD.encode(format!("x{token}")).as_bytes()));
    }
    assert!(holds(wrapped().as_bytes()));
    assert!(!holds(b"eyJhbGciOiJIUzI1NiJ9.eyJ0IjoiZyIsImp0aSI6Im9uZSJ9."));
}
