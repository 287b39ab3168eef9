//! How many events a second go through the local cloud's server, from PutEvents to an item that can be read.
//!
//! The server is a process of its own; producers put events over connections that stay open, as the SDKs do,
//! each waiting for one answer before its next call. All of it shares the computer's cores. Beside the
//! producers two probes put an event every few milliseconds and read its item until it is there: that is the
//! time from put to stored, as a client sees it. Afterwards every item is read back.
//!
//! `cargo bench --bench throughput -- 200000` puts that many events in each run.

mod harness;

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use harness::http::Connection;
use harness::server::Server;
use harness::{Failure, Home, megabytes, memory, milliseconds, percentile};

/// The events of a run where the command line says no other number.
const EVENTS: usize = 100_000;

/// The default stack with the highest invocation rate that an AWS account has unless it asks for more.
///
/// The local clock is virtual: the rate gives an event its time on paper, and makes nobody wait.
const STACK: &str = "name: throughput\ndelivery: { cache-rate: 300, topic-rate: 300, max-age: 1d }\n";

const CREDENTIALS: &str = "authorization: AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/events/aws4_request, \
     SignedHeaders=host, Signature=0\r\nx-amz-target: AWSEvents.PutEvents\r\n\
     content-type: application/x-amz-json-1.1\r\n";

/// How often a probe puts an event, and how long it waits before it looks again.
const PROBE: Duration = Duration::from_millis(10);
const LOOK: Duration = Duration::from_micros(500);
const PROBES: usize = 2;

/// One way to put events.
struct Load {
    name: &'static str,
    /// Entries in a request.
    batch: usize,
    producers: usize,
    /// Events per second of all producers together; without it they put as fast as they are answered.
    pace: Option<f64>,
}

const LOADS: [Load; 3] = [
    Load { name: "batches of 10, 10,000 events/s", batch: 10, producers: 8, pace: Some(10_000.0) },
    Load { name: "batches of 10, flat out", batch: 10, producers: 8, pace: None },
    Load { name: "batches of 1, flat out", batch: 1, producers: 32, pace: None },
];

/// What a run showed.
struct Figures {
    accepted: Duration,
    delivered: Duration,
    answers: Vec<Duration>,
    stored: Vec<Duration>,
    /// Resident kilobytes at a tenth, a half and all of the events.
    memory: [Option<u64>; 3],
    /// The server's processor time.
    processor: Option<Duration>,
}

fn main() -> ExitCode {
    let events = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(EVENTS);
    match measure_all(events) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => fail(&failure),
    }
}

fn measure_all(events: usize) -> Result<(), Failure> {
    let home = Home::new()?;
    std::fs::write(home.directory().join("fast.yaml"), STACK)?;
    home.run("deploy fast.yaml --local")?;
    let server = Server::start(&home)?;
    let issued = server.control("IssueKey", "{}")?;
    let key = issued["Key"].as_str().ok_or("no key was issued")?.to_owned();
    write("PutEvents to stored, through HTTP; goals: 10,000 events/s, p99 50 ms, memory that does not grow");
    for (index, load) in LOADS.iter().enumerate() {
        let run = Run { server: &server, key: &key, prefix: format!("r{index}-"), load, events };
        let mut figures = run.measure()?;
        print(load, events, &mut figures);
        run.read_back()?;
    }
    Ok(())
}

/// A run against a server.
struct Run<'a> {
    server: &'a Server,
    key: &'a str,
    /// The start of the names of this run's items.
    prefix: String,
    load: &'a Load,
    events: usize,
}

impl Run<'_> {
    fn measure(&self) -> Result<Figures, Failure> {
        let (next, accepted, done) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
        let before = processor_time(self.server.id());
        let start = Instant::now();
        thread::scope(|scope| {
            let producers: Vec<_> = (0..self.load.producers)
                .map(|_| scope.spawn(|| self.produce(&next, &accepted, start)))
                .collect();
            let probes: Vec<_> = (0..PROBES)
                .map(|probe| {
                    let done = &done;
                    scope.spawn(move || self.probe(probe, done))
                })
                .collect();
            let memory = [10, 2, 1].map(|part| {
                while accepted.load(Ordering::Relaxed) < self.events / part
                    && !producers.iter().all(thread::ScopedJoinHandle::is_finished)
                {
                    thread::sleep(Duration::from_millis(1));
                }
                memory(self.server.id(), "VmRSS")
            });
            let mut answers = Vec::new();
            for producer in producers {
                answers.extend(joined(producer)?);
            }
            let accepted = start.elapsed();
            done.store(true, Ordering::Relaxed);
            self.server.control("Settle", "{}")?;
            let delivered = start.elapsed();
            let mut stored = Vec::new();
            for probe in probes {
                stored.extend(joined(probe)?);
            }
            let after = processor_time(self.server.id());
            let processor = after.zip(before).map(|(after, before)| after.saturating_sub(before));
            Ok(Figures { accepted, delivered, answers, stored, memory, processor })
        })
    }

    /// Puts events until there are enough; returns how long each answer took.
    fn produce(
        &self,
        next: &AtomicUsize,
        accepted: &AtomicUsize,
        start: Instant,
    ) -> Result<Vec<Duration>, Failure> {
        let mut connection = self.server.connect()?;
        let mut answers = Vec::new();
        loop {
            let first = next.fetch_add(self.load.batch, Ordering::Relaxed);
            if first >= self.events {
                return Ok(answers);
            }
            let names = (first..self.events.min(first + self.load.batch)).map(|event| self.name(event));
            let request = put_events(&connection, names);
            if let Some(pace) = self.load.pace {
                #[expect(clippy::cast_precision_loss, reason = "so many events there are not")]
                let due = start + Duration::from_secs_f64(first as f64 / pace);
                thread::sleep(due.saturating_duration_since(Instant::now()));
            }
            let sent = Instant::now();
            put(&mut connection, &request)?;
            answers.push(sent.elapsed());
            accepted.fetch_add(self.load.batch, Ordering::Relaxed);
        }
    }

    /// Puts an event now and then and reads its item until it is there; returns how long that took.
    fn probe(&self, probe: usize, done: &AtomicBool) -> Result<Vec<Duration>, Failure> {
        let mut connection = self.server.connect()?;
        let mut times = Vec::new();
        while !done.load(Ordering::Relaxed) {
            let name = format!("{}probe{probe}-{}", self.prefix, times.len());
            let request = put_events(&connection, std::iter::once(name.clone()));
            let look = self.read(&connection, &name);
            let sent = Instant::now();
            put(&mut connection, &request)?;
            while connection.send(&look)?.status != 200 {
                thread::sleep(LOOK);
            }
            times.push(sent.elapsed());
            thread::sleep(PROBE);
        }
        Ok(times)
    }

    /// Reads every item: what was accepted is stored, with its own value.
    fn read_back(&self) -> Result<(), Failure> {
        let readers = 8;
        thread::scope(|scope| {
            let readers: Vec<_> = (0..readers)
                .map(|reader| {
                    scope.spawn(move || {
                        let mut connection = self.server.connect()?;
                        for event in (reader..self.events).step_by(readers) {
                            let name = self.name(event);
                            let answer = connection.send(&self.read(&connection, &name))?;
                            if answer.status != 200 || answer.body != stored(&name).as_bytes() {
                                return Err(Failure::from(format!("{name} was lost: {}", answer.status)));
                            }
                        }
                        Ok(Vec::new())
                    })
                })
                .collect();
            readers.into_iter().try_for_each(|reader| joined(reader).map(drop))
        })
    }

    fn name(&self, event: usize) -> String {
        format!("{}{event}", self.prefix)
    }

    fn read(&self, connection: &Connection, name: &str) -> Vec<u8> {
        let key = self.key;
        connection.request(
            &format!("GET /cache/my-cache?key={name}"),
            &format!("authorization: {key}\r\n"),
            "",
        )
    }
}

/// Makes a request with a documented event for each name.
fn put_events(connection: &Connection, names: impl Iterator<Item = String>) -> Vec<u8> {
    let entries: Vec<String> = names
        .map(|name| {
            let value = value(&name);
            format!(
                r#"{{"Source":"bench","DetailType":"cacheSet","Detail":"{{\"cacheName\":\"my-cache\",\"key\":\"{name}\",\"message\":\"{value}\",\"ttl\":3600}}"}}"#
            )
        })
        .collect();
    connection.request("POST /", CREDENTIALS, &format!(r#"{{"Entries":[{}]}}"#, entries.join(",")))
}

/// Returns the value of the item with a name: a hundred bytes, as a small message has.
fn value(name: &str) -> String {
    format!("{name:-<100}")
}

/// Returns what Momento then holds: the message as JSON.
fn stored(name: &str) -> String {
    format!("\"{}\"", value(name))
}

fn put(connection: &mut Connection, request: &[u8]) -> Result<(), Failure> {
    let answer = connection.send(request)?;
    let body = String::from_utf8_lossy(answer.body);
    if answer.status == 200 && body.contains(r#""FailedEntryCount":0"#) {
        return Ok(());
    }
    Err(format!("PutEvents answered {}: {body}", answer.status).into())
}

fn joined(
    worker: thread::ScopedJoinHandle<'_, Result<Vec<Duration>, Failure>>,
) -> Result<Vec<Duration>, Failure> {
    worker.join().map_err(|_| Failure::from("a client panicked"))?
}

/// Returns the processor time that a process has used; nothing where there is no `/proc`.
fn processor_time(process: u32) -> Option<Duration> {
    let status = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let mut fields = status.rsplit(')').next()?.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    // Linux counts a hundred ticks a second wherever it shows them.
    Some(Duration::from_millis((ticks()? + ticks()?) * 10))
}

fn print(load: &Load, events: usize, figures: &mut Figures) {
    let rate = |time: Duration| {
        #[expect(clippy::cast_precision_loss, reason = "so many events there are not")]
        let rate = events as f64 / time.as_secs_f64();
        format!("{rate:.0}")
    };
    let line = |times: &mut [Duration]| {
        let (median, slow) = (percentile(times, 0.5), percentile(times, 0.99));
        format!("median {}, p99 {}", milliseconds(median), milliseconds(slow))
    };
    write(&format!("{}, {events} events, {} producers", load.name, load.producers));
    write(&format!("  accepted   {} events/s", rate(figures.accepted)));
    write(&format!("  delivered  {} events/s", rate(figures.delivered)));
    write(&format!("  answer     {}", line(&mut figures.answers)));
    write(&format!("  stored     {} ({} probes)", line(&mut figures.stored), figures.stored.len()));
    let [tenth, half, all] = figures.memory.map(megabytes);
    write(&format!("  resident   {tenth} at 10 %, {half} at 50 %, {all} at 100 %"));
    if let Some(processor) = figures.processor {
        let each = processor / u32::try_from(events).unwrap_or(u32::MAX);
        write(&format!("  processor  {} µs an event", each.as_micros()));
    }
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn write(line: &str) {
    println!("{line}");
}

#[expect(clippy::print_stderr, reason = "a benchmark says why it cannot run")]
fn fail(failure: &Failure) -> ExitCode {
    eprintln!("{failure}");
    ExitCode::FAILURE
}
