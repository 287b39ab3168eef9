//! Credentials that end in the middle of a command: renewed when they can be, else reported with the way on.

use snapbox::str;

use super::count::{Count, count};
use crate::harness::{Server, Session, token};

const DEPLOY: &str = "deploy --yes --quiet --region us-east-1";

/// A user whose profile asks a program for credentials, which end in a few seconds.
struct Signed {
    user: Session,
    provider: Session,
    _server: Server,
}

impl Signed {
    /// The program gives credentials so many times, then it fails.
    #[expect(clippy::disallowed_methods, reason = "the end of credentials is a time of day")]
    fn in_for(times: u32) -> Self {
        let provider = Session::new();
        let (server, url) = provider.serve_cloud("");
        let user = Session::new();
        let log = user.directory().join("asked");
        let log = log.display();
        let end = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(3);
        let script = user.file(
            "give",
            format!(
                r#"echo >>{log}
asked=$(($(wc -l <{log})))
if [ $asked -gt $(cat {log}.limit) ]; then echo "the session has ended" >&2; exit 1; fi
echo '{{"Version":1,"AccessKeyId":"AK'$asked'","SecretAccessKey":"s","SessionToken":"t","Expiration":"{end}"}}'
"#
            ),
        );
        let profile = format!("[default]\ncredential_process = sh {}\n", script.display());
        let config = user.file("config", profile);
        let user = user
            .env("AWS_CONFIG_FILE", config.to_str().unwrap())
            .env("AWS_ENDPOINT_URL", &url)
            .env("MOMENTO_API_KEY", &token::global("x"));
        let signed = Self { user, provider, _server: server };
        signed.sign_in(times);
        signed
    }

    /// Lets the program give credentials so many times in all.
    fn sign_in(&self, times: u32) {
        self.user.file("asked.limit", times.to_string());
    }

    /// How often the program was asked.
    fn asked(&self) -> usize {
        std::fs::read_to_string(self.user.directory().join("asked")).unwrap().lines().count()
    }
}

#[cfg(unix)]
#[test]
fn credentials_that_end_soon_are_renewed() {
    let signed = Signed::in_for(1000);
    signed.user.run(DEPLOY).success();
    assert!(signed.asked() > 3, "{}", signed.asked());
}

#[cfg(unix)]
#[test]
fn credentials_that_cannot_be_renewed_are_reported_with_the_way_on() {
    let signed = Signed::in_for(3);
    signed.user.run(DEPLOY).is(str![[r#"
------- stderr -------
error: asking who you are (sts:GetCallerIdentity) could not get AWS credentials
  cause: an error occurred while loading credentials
  cause: Error retrieving credentials: external process exited with code exit status: 1. Stderr: the session has ended

hint: renew them as the cause says, then run the same command: it goes on from where it was
[exit status: 4]

"#]]);
    signed.sign_in(1000);
    signed.user.run(DEPLOY).success();
    assert_eq!(count(&signed.provider), Count::of_stack("CREATE_COMPLETE", 1));
}

#[test]
fn credentials_that_expire_before_the_change_are_reported_with_the_way_on() {
    let session = Session::new();
    session.run("local fault add --action cloudformation:CreateChangeSet --expire").success();
    session.run("deploy --local --quiet").is(str![[r#"
------- stderr -------
error: making the change set was refused
  cause: ExpiredToken: The security token included in the request is expired

hint: the credentials have expired: sign in again (`aws sso login` or `aws login`), then run the same command: it goes on from where it was
[exit status: 4]

"#]]);
    session.run("deploy --local --quiet").success();
    assert_eq!(count(&session), Count::of_stack("CREATE_COMPLETE", 1));
}

#[test]
fn credentials_that_expire_while_the_stack_is_made_are_reported_with_the_way_on() {
    let session = Session::new();
    session.run("local fault add --action cloudformation:DescribeStackEvents --expire --after 1").success();
    session.run("deploy --local --quiet").is(str![[r#"
------- stderr -------
error: reading the stack's events was refused
  cause: ExpiredToken: The security token included in the request is expired

hint: the credentials have expired: sign in again (`aws sso login` or `aws login`), then run the same command: it goes on from where it was

hint: CloudFormation goes on with the operation; to follow it: `evbridge-momento status --stack-name momento-api --region us-east-1 --follow --local`
[exit status: 4]

"#]]);
    session.run("deploy --local --quiet").success();
    assert_eq!(count(&session), Count::of_stack("CREATE_COMPLETE", 1));
    session.run("local fault add --action cloudformation:DescribeStackEvents --expire").success();
    session.run("destroy --local --quiet --purge").is(str![[r#"
------- stderr -------
error: reading the stack's events was refused
  cause: ExpiredToken: The security token included in the request is expired

hint: the credentials have expired: sign in again (`aws sso login` or `aws login`), then run the same command: it goes on from where it was

hint: CloudFormation goes on with the operation; to follow it: `evbridge-momento status --stack-name momento-api --region us-east-1 --follow --local`
[exit status: 4]

"#]]);
    session.run("destroy --local --quiet --purge").status();
    assert_eq!(count(&session), Count::default());
}

#[test]
fn every_service_says_in_its_own_words_that_credentials_expired() {
    let session = Session::new();
    for (line, code) in [
        ("deploy --local --quiet --output json", "ExpiredTokenException: The security token"),
        ("status --local --quiet --output json", "ExpiredToken: The security token"),
    ] {
        session.run("local fault add --action '*:*' --expire").success();
        let outcome = session.run(line);
        let error = &outcome.json()["error"];
        assert_eq!((outcome.status(), &error["kind"]), (Some(4), &"settings".into()), "{outcome}");
        assert!(error["causes"][0].as_str().unwrap().starts_with(code), "{outcome}");
        session.run("local fault clear").success();
    }
}
