//! The secret, the token in it, and what Momento says to it.

use secrecy::ExposeSecret as _;

use super::{Examination, reason};
use crate::aws::deployed::DeployedStack;
use crate::aws::secrets::{self, Lookup};
use crate::commands::stack::secret_name;
use crate::commands::token::probe::probe;
use crate::context::{Context, Session};
use crate::local::handle::SAMPLE_CACHE;
use crate::model::doctor::{Check, place, token};
use crate::model::token::{Endpoint, Token};

impl Examination {
    /// Looks at the secret, the token in it, and what Momento says to it.
    pub(super) async fn token(
        &mut self,
        context: &Context,
        session: &Session,
        name: &str,
        stack: Result<Option<&DeployedStack>, ()>,
        base_url: &str,
        cache: Option<&str>,
    ) {
        let secret = secret_name(name);
        let found = match secrets::find(&session.clients, &secret).await {
            Ok(found) => found,
            Err(error) => return self.checks.push(Check::unknown("secret", reason(&error))),
        };
        let parameter = |name: &str| stack.ok().flatten().and_then(|stack| stack.parameters.get(name));
        let deployed = parameter("MomentoTokenVersion");
        let Lookup::Found(stored) = found else {
            let state = match found {
                Lookup::ScheduledForDeletion => "waits for its deletion",
                _ => "does not exist",
            };
            let evidence = format!("the secret {secret} {state}");
            self.checks.push(if deployed.is_some() {
                Check::fail("secret", format!("{evidence}: the next update of the stack fails"))
                    .treat("run `evbridge-momento deploy` with the token: it stores it again")
            } else {
                Check::skipped("secret", evidence)
            });
            return;
        };
        self.checks.push(Check::ok("secret", format!("the secret {secret} is there")));
        let key = secrets::key(&session.clients, &secret).await.map_err(|error| reason(&error));
        let key = key.as_ref().map(Option::as_deref).map_err(Clone::clone);
        let own = parameter("KmsKeyArn").map(String::as_str);
        self.checks.extend(token::encryption(&secret, key, own));
        let used = stack.map(|_| deployed.map(String::as_str));
        self.checks.push(token::version(&stored.version, used));
        let mut text = stored.token;
        if let Some(version) = deployed.filter(|version| **version != stored.version) {
            let in_use = secrets::version_of(&session.clients, &secret, version).await;
            text = in_use.ok().flatten().and_then(|stored| stored.token).or(text);
        }
        let Some(text) = text else {
            let check = Check::fail("token", "the secret has no key `token`");
            return self
                .checks
                .push(check.treat("run `evbridge-momento deploy` with the token: it stores it again"));
        };
        match Token::parse(text.expose_secret()) {
            Err(invalid) => self.checks.push(Check::fail("token", invalid.to_string()).treat(invalid.hint())),
            Ok(parsed) => {
                self.checks.push(token::form(&parsed, &Endpoint::new(base_url), context.now()));
                let tried = cache.unwrap_or(SAMPLE_CACHE);
                let probed = probe(session, base_url, tried, parsed.inner()).await;
                self.checks.extend(token::reception(&probed.reception, base_url, tried, cache.is_some()));
                self.checks.push(place::clock(context.now(), probed.date));
            }
        }
    }
}
