//! `render`: the CloudFormation template, offline and without credentials.

use clap::{Args, ValueEnum};

use super::completions::Verbatim;
use super::stack::{StackArg, load};
use crate::error::{Context as _, Kind, Result};
use crate::model::template::{self, Variant};

/// The arguments of `render`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  evbridge-momento render > template.yaml
  evbridge-momento render shop --format json
  evbridge-momento render --standalone > launch-stack.yaml    for the console's \"create stack\" page")]
pub struct RenderArgs {
    #[command(flatten)]
    stack: StackArg,
    /// Form of the template
    #[arg(long, value_name = "FORM", default_value = "yaml")]
    format: TemplateFormat,
    /// Render the variant that needs nothing from this tool: the token is a `NoEcho` parameter
    #[arg(long)]
    standalone: bool,
}

/// The form of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TemplateFormat {
    /// As it is deployed, with comments
    Yaml,
    /// The same as JSON
    Json,
}

/// Renders the template.
pub fn run(args: &RenderArgs) -> Result<Verbatim> {
    let definition = load(&args.stack)?;
    let variant = if args.standalone { Variant::Standalone } else { Variant::Managed };
    let text = template::render(&definition, variant)
        .context(Kind::Failed, || "the template cannot be rendered".to_owned())?;
    match args.format {
        TemplateFormat::Yaml => Ok(Verbatim { text }),
        TemplateFormat::Json => {
            let text = template::to_json(&text)
                .context(Kind::Failed, || "the template cannot be written as JSON".to_owned())?;
            Ok(Verbatim { text })
        }
    }
}
