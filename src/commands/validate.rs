//! `validate`: everything that can be checked offline.

use clap::Args;
use owo_colors::OwoColorize as _;
use schemars::JsonSchema;
use serde::Serialize;

use super::stack::{StackArg, invalid, load, utf8};
use crate::error::{Context as _, Kind, Result};
use crate::model::template::{self, Variant};
use crate::ui::{Page, Report};

/// The arguments of `validate`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  evbridge-momento validate
  evbridge-momento validate shop
  evbridge-momento validate --template-file template.yaml")]
pub struct ValidateArgs {
    #[command(flatten)]
    stack: StackArg,
    /// Check a CloudFormation template instead of a stack definition
    #[arg(long, short, value_name = "FILE", conflicts_with = "stack")]
    template_file: Option<std::path::PathBuf>,
}

/// What was found to be valid.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Valid {
    /// What was checked.
    pub checked: Vec<Checked>,
}

/// One checked text.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Checked {
    /// The definition's or template's file, or the variant of a rendered template.
    pub name: String,
    /// Its size in bytes.
    pub bytes: usize,
}

/// Checks the definition and what it renders to.
pub fn run(args: &ValidateArgs) -> Result<Valid> {
    if let Some(path) = &args.template_file {
        let name = path.display().to_string();
        let bytes =
            std::fs::read(path).context(Kind::Usage, || format!("the template {name} cannot be read"))?;
        let text = utf8(bytes, &name)?;
        return Ok(Valid { checked: vec![checked(&name, &text)?] });
    }
    let definition = load(&args.stack)?;
    let variants = [(Variant::Managed, "template"), (Variant::Standalone, "standalone template")];
    let mut valid = Valid { checked: Vec::new() };
    for (variant, name) in variants {
        let text = template::render(&definition, variant)
            .context(Kind::Validation, || format!("the {name} cannot be rendered"))?;
        valid.checked.push(checked(name, &text)?);
    }
    Ok(valid)
}

fn checked(name: &str, text: &str) -> Result<Checked> {
    let problems = template::check(text, name);
    if problems.is_empty() {
        Ok(Checked { name: name.to_owned(), bytes: text.len() })
    } else {
        Err(invalid(name, &problems))
    }
}

impl Report for Valid {
    const SCHEMA: &'static str = "validate/1";

    fn text(&self, page: &mut Page) {
        for checked in &self.checked {
            page.line(format_args!("{} {} ({} bytes)", "valid".green().bold(), checked.name, checked.bytes));
        }
    }
}
