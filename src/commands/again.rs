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
    /// The region, where a command from here would not take it by itself.
    region: Option<String>,
    /// The region.
    here: String,
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
            here: region.to_owned(),
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

    /// Completes the commands, of this tool and of the AWS CLI, that a text has between backquotes, so that they are about this stack.
    pub fn complete(&self, text: &str) -> String {
        let mut parts = text.split('`');
        let mut completed = parts.next().unwrap_or_default().to_owned();
        while let Some(quoted) = parts.next() {
            let command = quoted.strip_prefix("evbridge-momento ");
            let own = command.map(|command| self.complete_command(command)).or_else(|| {
                let is_aws = quoted.starts_with("aws ") && !quoted.contains("--region");
                (is_aws && !self.here.is_empty()).then(|| format!("{quoted} --region {}", self.here))
            });
            completed.extend(["`", own.as_deref().unwrap_or(quoted), "`"]);
            completed.push_str(parts.next().unwrap_or_default());
        }
        completed
    }

    fn complete_command(&self, command: &str) -> String {
        let name = command.split(' ').next().unwrap_or_default();
        let definition = match name {
            "put-event" | "explain" => flag("--stack", self.definition.as_ref()),
            _ => self.definition.as_ref().map_or_else(String::new, |definition| format!(" {definition}")),
        };
        let bus = match name {
            "deploy" | "diff" | "permissions" | "put-event" => flag("--bus", self.bus.as_ref()),
            _ => String::new(),
        };
        let stack_name = flag("--stack-name", self.stack_name.as_ref());
        // A policy is often printed by somebody else, somewhere else.
        let place = match name {
            "permissions" => flag("--region", Some(&self.here)) + &self.carried,
            _ => self.place(),
        };
        format!("evbridge-momento {command}{definition}{stack_name}{bus}{place}")
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
    fn a_command_in_a_text_is_about_the_same_stack() {
        let again = Again {
            definition: Some("shop".into()),
            bus: Some("orders".into()),
            region: Some("eu-west-1".into()),
            carried: " --local".into(),
            ..Again::default()
        };
        assert_eq!(
            again.complete(
                "run `evbridge-momento drift --revert`, then `aws x` or `evbridge-momento put-event`"
            ),
            "run `evbridge-momento drift --revert shop --region eu-west-1 --local`, then `aws x` or \
             `evbridge-momento put-event --stack shop --bus orders --region eu-west-1 --local`"
        );
        let plain = "`evbridge-momento doctor --fix`";
        assert_eq!(Again::default().complete(plain), plain);
        let again = Again { region: None, here: "us-east-1".into(), ..again };
        assert_eq!(
            again.complete("`evbridge-momento permissions deployer`"),
            "`evbridge-momento permissions deployer shop --bus orders --region us-east-1 --local`"
        );
    }

    #[test]
    fn a_word_is_quoted_where_a_shell_would_change_it() {
        assert_eq!(flag_value("stacks/shop.yaml"), "stacks/shop.yaml");
        assert_eq!(flag_value("a b"), "'a b'");
        assert_eq!(flag_value("it's"), "'it'\\''s'");
        assert_eq!(flag_value(""), "''");
    }
}
