//! The secret, the token in it or the one that a deploy would take, and what Momento says to it.

use secrecy::{ExposeSecret as _, SecretString};

use super::{Examination, Trial, reason};
use crate::aws::deployed::DeployedStack;
use crate::aws::secrets::{self, Lookup, Stored};
use crate::commands::stack::secret_name;
use crate::commands::token::probe::{knock, probe};
use crate::commands::token::source::{Given, environment};
use crate::context::{Context, Session};
use crate::error::Error;
use crate::local::handle::SAMPLE_CACHE;
use crate::model::doctor::{Check, place, token};
use crate::model::token::{Endpoint, Invalid, Token};

/// Where Momento is, and what is tried there.
struct Asked<'a> {
    context: &'a Context,
    session: &'a Session,
    base_url: &'a str,
    cache: Option<&'a str>,
}

impl Examination {
    /// Looks at the secret, the token, and what Momento says to it.
    pub(super) async fn token(
        &mut self,
        context: &Context,
        session: &Session,
        name: &str,
        stack: Result<Option<&DeployedStack>, ()>,
        base_url: &str,
        trial: &Trial<'_>,
    ) {
        let secret = secret_name(name);
        let asked = Asked { context, session, base_url, cache: trial.cache };
        let known = stack.ok().flatten();
        let parameter = |name: &str| known.and_then(|stack| stack.parameters.get(name));
        let deployed = parameter("MomentoTokenVersion");
        let stored = self.secret(secrets::find(&session.clients, &secret).await, &secret, known, deployed);
        if let Some(stored) = &stored {
            let key = secrets::key(&session.clients, &secret).await.map_err(|error| reason(&error));
            let key = key.as_ref().map(Option::as_deref).map_err(Clone::clone);
            let own = parameter("KmsKeyArn").map(String::as_str);
            self.checks.extend(token::encryption(&secret, key, own));
            self.checks.push(token::version(&stored.version, stack.map(|_| deployed.map(String::as_str))));
        }
        let used = match (&stored, deployed) {
            (Some(stored), Some(version)) => in_use(session, &secret, stored, version).await,
            _ => None,
        };
        if let Some(text) = used {
            self.judge(&asked, &text, |invalid| invalid.hint().to_owned()).await;
            if let Some(given) = trial.given {
                self.beside(&asked, given, &text).await;
            }
            return;
        }
        if stored.is_some() && deployed.is_some() {
            let check = Check::fail("token", "the secret has no key `token`");
            self.checks.push(check.treat("run `evbridge-momento deploy` with the token: it stores it again"));
        }
        let first = self.checks.len();
        self.next(&asked, trial.given, stored.and_then(|stored| stored.token)).await;
        if deployed.is_none()
            && known.is_some()
            && self.checks[first..].iter().any(|check| check.name == "key")
        {
            let evidence = "whether it is the stack's own cannot be told: CloudFormation shows nobody its \
                            parameter MomentoToken";
            self.checks.push(Check::skipped("given token", evidence));
        }
        if deployed.is_none() {
            let treated: Vec<Check> = self.checks.drain(first..).map(token::before_deploy).collect();
            self.checks.extend(treated);
        }
    }

    /// Says whether the secret is there, and returns it.
    fn secret(
        &mut self,
        found: Result<Lookup, Error>,
        secret: &str,
        stack: Option<&DeployedStack>,
        deployed: Option<&String>,
    ) -> Option<Stored> {
        let state = match found {
            Err(error) => {
                self.checks.push(Check::unknown("secret", reason(&error)));
                return None;
            }
            Ok(Lookup::Found(stored)) => {
                self.checks.push(Check::ok("secret", format!("the secret {secret} is there")));
                return Some(stored);
            }
            Ok(Lookup::ScheduledForDeletion) => "waits for its deletion",
            Ok(Lookup::Missing) => "does not exist",
        };
        let evidence = format!("the secret {secret} {state}");
        self.checks.push(match (deployed, stack) {
            (Some(_), _) => Check::fail("secret", format!("{evidence}: the next update of the stack fails"))
                .treat("run `evbridge-momento deploy` with the token: it stores it again"),
            (None, Some(_)) => {
                Check::skipped("secret", format!("{evidence}: the stack has its token from a parameter"))
            }
            (None, None) => Check::skipped("secret", evidence),
        });
        None
    }

    /// Tries the token that a deploy would take without asking; without any, the endpoint alone.
    async fn next(&mut self, asked: &Asked<'_>, given: Option<&Given>, stored: Option<SecretString>) {
        let from_environment = environment(asked.context, asked.session.region());
        if let Some(given) = given.or(from_environment.as_ref()) {
            return self.judge(asked, &given.text, |invalid| given.origin.hint(invalid)).await;
        }
        if let Some(text) = stored {
            return self.judge(asked, &text, |invalid| invalid.hint().to_owned()).await;
        }
        let evidence = if asked.session.local.is_some() {
            "none was given: the local cloud makes one at the deploy"
        } else {
            "none was given: MOMENTO_API_KEY or --token-file"
        };
        self.checks.push(Check::skipped("token", evidence));
        self.knock(asked).await;
    }

    /// Compares a given token with the one that the stack uses, and tries it where it is another.
    async fn beside(&mut self, asked: &Asked<'_>, given: &Given, used: &SecretString) {
        let key =
            |text: &SecretString| Token::parse(text.expose_secret()).ok().map(|token| token.inner().clone());
        let same = match (key(&given.text), key(used)) {
            (Some(given), Some(used)) => given.expose_secret() == used.expose_secret(),
            _ => false,
        };
        let comparison = token::given(&given.origin.to_string(), same);
        if same {
            return self.checks.push(comparison);
        }
        let mut other = Self::default();
        other.judge(asked, &given.text, |invalid| given.origin.hint(invalid)).await;
        let about_it =
            other.checks.into_iter().filter(|check| ["token", "key", "cache"].contains(&&*check.name));
        self.checks.push(comparison);
        self.checks.extend(about_it.map(|check| match check.name.as_str() {
            "token" => Check { name: "its form".to_owned(), ..token::before_deploy(check) },
            name => Check { name: format!("its {name}"), ..token::before_deploy(check) },
        }));
    }

    /// Judges a token by its form, and by what Momento says to it.
    async fn judge(&mut self, asked: &Asked<'_>, text: &SecretString, hint: impl Fn(Invalid) -> String) {
        let Asked { context, session, base_url, cache } = *asked;
        match Token::parse(text.expose_secret()) {
            Err(invalid) => {
                self.checks.push(Check::fail("token", invalid.to_string()).treat(hint(invalid)));
                self.knock(asked).await;
            }
            Ok(parsed) => {
                self.checks.push(token::form(&parsed, &Endpoint::new(base_url), context.now()));
                let tried = cache.unwrap_or(SAMPLE_CACHE);
                let probed = probe(session, base_url, tried, parsed.inner()).await;
                self.checks.extend(token::reception(&probed.reception, base_url, tried, cache.is_some()));
                self.checks.push(place::clock(context.now(), probed.date));
            }
        }
    }

    /// Finds out without a key whether Momento answers, and what its clock says.
    async fn knock(&mut self, asked: &Asked<'_>) {
        let cache = asked.cache.unwrap_or(SAMPLE_CACHE);
        let answered = knock(asked.session, asked.base_url, cache).await;
        self.checks.push(token::endpoint(&answered.as_ref().map(drop).map_err(Clone::clone), asked.base_url));
        self.checks.push(place::clock(asked.context.now(), answered.ok().flatten()));
    }
}

/// Returns the token of the version that the stack uses; where that cannot be read, the current one.
async fn in_use(session: &Session, secret: &str, stored: &Stored, version: &str) -> Option<SecretString> {
    if stored.version != version
        && let Ok(Some(in_use)) = secrets::version_of(&session.clients, secret, version).await
        && in_use.token.is_some()
    {
        return in_use.token;
    }
    stored.token.clone()
}
