//! The command that comes next, as one types it: for the same stack, in the same place.

use clap::ArgMatches;
use clap::parser::ValueSource;

use crate::context::Context;
use crate::model::definition::Definition;

/// The flags of the place that a next command needs too where they were typed: the environment stays as it is.
const CARRIED: [(&str, &str); 4] = [
    ("endpoint_url", "--endpoint-url"),
    ("local_dir", "--local-dir"),
    ("profiles", "--profile"),
    ("roles", "--assume-role"),
];

/// Which stack a command was for, and where: what the next command has to say to mean the same.
#[derive(Clone, Debug, Default)]
pub struct Again {
    definition: Option<String>,
    stack_name: Option<String>,
    bus: Option<String>,
    region: Option<String>,
    carried: String,
    event: &'static str,
}

impl Again {
    /// Gathers what the next command has to say, once it is known where the stack was deployed from here.
    pub fn new(
        context: &Context,
        argument: Option<&str>,
        definition: &Definition,
        stack: &str,
        bus: &str,
        region: &str,
    ) -> Self {
        let unless = |value: &str, default: &str| (value != default).then(|| flag_value(value));
        let usual = context.usual_region(stack);
        Self {
            definition: argument.map(flag_value),
            stack_name: unless(stack, definition.name.as_str()),
            bus: unless(bus, definition.bus.name.as_str()),
            region: (usual.as_deref() != Some(region)).then(|| region.to_owned()),
            carried: carried(context),
            event: definition.events.first().map_or("cacheSet", |event| event.as_str()),
        }
    }

    /// Puts the sample of the first event that the stack delivers.
    pub fn put_event(&self) -> String {
        let stack = [self.stack_flags(), flag("--bus", self.bus.as_ref())].concat();
        format!("evbridge-momento put-event {}{stack}{}", self.event, self.place())
    }

    /// Explains an event that was put on the local cloud.
    pub fn explain(&self, event: &str) -> String {
        format!("evbridge-momento explain {event}{}{}", self.stack_flags(), self.place())
    }

    /// Deploys the stack.
    pub fn deploy(&self) -> String {
        let definition = self.definition.iter().map(|definition| format!(" {definition}"));
        let flags = [flag("--stack-name", self.stack_name.as_ref()), flag("--bus", self.bus.as_ref())];
        let words: String = definition.chain(flags).collect();
        format!("evbridge-momento deploy{words}{}", self.place())
    }

    /// Carries a change set out, from wherever the next step runs: name and region are always said.
    pub fn carry_out(&self, stack: &str, region: &str, change_set: &str) -> String {
        let (stack, region) = (Some(stack.to_owned()), Some(region.to_owned()));
        let again = Self { stack_name: stack, region, ..self.clone() };
        format!("{} --change-set-name {}", again.deploy(), flag_value(change_set))
    }

    fn stack_flags(&self) -> String {
        [flag("--stack", self.definition.as_ref()), flag("--stack-name", self.stack_name.as_ref())].concat()
    }

    fn place(&self) -> String {
        flag("--region", self.region.as_ref()) + &self.carried
    }
}

/// Returns the flags that say in which cloud a command works, each after a space.
pub fn carried(context: &Context) -> String {
    let local = if context.global.local { " --local" } else { "" };
    format!("{local}{}", context.global.typed)
}

/// Returns the flags of `CARRIED` that were typed, as they would be typed again.
pub fn typed(matches: &ArgMatches) -> String {
    let mut typed = String::new();
    for (id, flag) in CARRIED {
        if matches.value_source(id) == Some(ValueSource::CommandLine) {
            for value in matches.get_raw(id).into_iter().flatten().filter_map(|value| value.to_str()) {
                typed.extend([" ", flag, " ", &flag_value(value)]);
            }
        }
    }
    typed
}

fn flag(name: &str, value: Option<&String>) -> String {
    value.map_or_else(String::new, |value| format!(" {name} {value}"))
}

/// Writes a word so that a shell reads it as it is.
fn flag_value(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=@%+,".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_quoted_where_a_shell_would_change_it() {
        assert_eq!(flag_value("stacks/shop.yaml"), "stacks/shop.yaml");
        assert_eq!(flag_value("a b"), "'a b'");
        assert_eq!(flag_value("it's"), "'it'\\''s'");
        assert_eq!(flag_value(""), "''");
    }
}
