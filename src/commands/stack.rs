//! What the commands on a stack share: which definition, which names, which Momento endpoint.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;

use crate::error::{Error, Kind, Result};
use crate::model::definition::{Definition, Endpoint, InvalidValue};
use crate::model::problem::Problem;
use crate::model::region::{self, Region};

/// The argument that names a stack definition.
#[derive(Args, Clone, Debug, Default)]
pub struct StackArg {
    /// Stack definition: a name for stacks/NAME.yaml, or a file; Momento's integration when left out
    #[arg(value_name = "STACK")]
    pub stack: Option<String>,
}

/// Loads the definition that an argument names.
pub fn load(arg: &StackArg) -> Result<Definition> {
    let (file, text) = source(arg)?;
    Definition::parse(&text, &file).map_err(|problems| invalid(&file, &problems))
}

/// Returns the file's name and text of the definition that an argument names.
pub fn source(arg: &StackArg) -> Result<(String, String)> {
    let Some(name) = arg.stack.as_deref() else {
        return Ok(("stacks/momento.yaml".to_owned(), crate::model::definition::DEFAULT.to_owned()));
    };
    let path = path_of(name);
    match std::fs::read(&path) {
        Ok(bytes) => {
            let file = path.display().to_string();
            let text = utf8(bytes, &file)?;
            Ok((file, text))
        }
        Err(_) if name == "momento" && !path.exists() => source(&StackArg::default()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(not_found(name, &path)),
        Err(error) => {
            Err(Error::new(Kind::Usage, format!("the stack definition {} cannot be read", path.display()))
                .because(&error))
        }
    }
}

fn path_of(name: &str) -> PathBuf {
    let is_path = name.contains(['/', '\\']) || [".yaml", ".yml"].iter().any(|ending| name.ends_with(ending));
    if is_path { PathBuf::from(name) } else { Path::new("stacks").join(format!("{name}.yaml")) }
}

fn not_found(name: &str, path: &Path) -> Error {
    let error =
        Error::usage(format!("there is no stack definition {name}: {} does not exist", path.display()));
    let known: Vec<String> = std::fs::read_dir("stacks")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".yaml").map(str::to_owned))
        .collect();
    let near = known.iter().min_by_key(|known| strsim::damerau_levenshtein(known, name));
    match near {
        Some(near) => {
            error.hint(format!("did you mean `{near}`? The definitions in stacks/ are: {}", known.join(", ")))
        }
        None => error.hint("leave the name out for Momento's own integration, or write the definition there"),
    }
}

/// Returns a file's bytes as text, or says where they are none.
pub fn utf8(bytes: Vec<u8>, file: &str) -> Result<String> {
    String::from_utf8(bytes).map_err(|error| invalid(file, &[Problem::not_utf8(file, &error)]))
}

/// Says what is wrong with a definition or a template, every problem with its place.
pub fn invalid(file: &str, problems: &[Problem]) -> Error {
    let count = problems.len();
    let mut error =
        Error::validation(format!("{file} has {count} problem{}", if count == 1 { "" } else { "s" }));
    for problem in problems {
        error = match &problem.hint {
            // One of several problems keeps what to do about it beside it.
            Some(hint) if count > 1 => error.cause_with(problem.to_string(), hint.clone()),
            Some(hint) => error.cause(problem.to_string()).hint(hint.clone()),
            None => error.cause(problem.to_string()),
        };
    }
    error
}

/// Returns the supported region with a name, or says which ones are near.
pub fn supported_region(name: &str) -> Result<&'static Region> {
    region::find(name).map_err(|unsupported| {
        Error::settings(unsupported.to_string())
            .hint(unsupported.hint())
            .hint("`evbridge-momento regions` lists all")
    })
}

/// Returns the base URL of Momento for a stack in a region: the override, or the region's own.
pub fn momento_base_url(endpoint: &Endpoint, region: &str) -> Result<String> {
    match endpoint {
        Endpoint::Url(url) => Ok(url.clone()),
        Endpoint::Auto => Ok(supported_region(region)?.base_url()),
    }
}

/// Reads a value of a definition from a flag; the refusal says what would be taken, as in a definition.
pub fn flag<T: FromStr<Err = InvalidValue>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|invalid: InvalidValue| format!("{}: {}", invalid.message, invalid.hint))
}

/// Reads the ARN of a role, such as `arn:aws:iam::123456789012:role/deployer`.
pub fn role_arn(text: &str) -> Result<String, String> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let is_account = |part: &str| part.len() == 12 && part.bytes().all(|byte| byte.is_ascii_digit());
    match parts[..] {
        ["arn", partition, "iam", "", account, resource]
            if partition.starts_with("aws")
                && is_account(account)
                && resource.strip_prefix("role/").is_some_and(|name| !name.is_empty()) =>
        {
            Ok(text.to_owned())
        }
        _ => Err("expected the ARN of a role, such as arn:aws:iam::123456789012:role/deployer".to_owned()),
    }
}

/// Returns the name of the secret that holds a stack's token.
pub fn secret_name(stack: &str) -> String {
    format!("evbridge-momento/{stack}")
}
