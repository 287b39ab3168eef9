//! `render`: the CloudFormation template, offline and without credentials.

use clap::{Args, ValueEnum};
use schemars::JsonSchema;
use serde::Serialize;

use super::stack::{StackArg, load};
use crate::context::Context;
use crate::error::{Context as _, Kind, Result};
use crate::model::template::{self, Variant};
use crate::ui::{Format, Page, Report};

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
    /// Form of the template; left out, it is yaml, and json with `--output json`
    #[arg(long, value_name = "FORM")]
    format: Option<TemplateFormat>,
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

/// A template: the data itself, which no layout of ours is put round.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Rendered {
    text: String,
}

/// Renders the template.
pub fn run(context: &Context, args: &RenderArgs) -> Result<Rendered> {
    let definition = load(&args.stack)?;
    let variant = if args.standalone { Variant::Standalone } else { Variant::Managed };
    let text = template::render(&definition, variant)
        .context(Kind::Failed, || "the template cannot be rendered".to_owned())?;
    let form = args.format.unwrap_or(match context.printer.format {
        Format::Text => TemplateFormat::Yaml,
        Format::Json => TemplateFormat::Json,
    });
    match form {
        TemplateFormat::Yaml => Ok(Rendered { text }),
        TemplateFormat::Json => {
            let text = template::to_json(&text)
                .context(Kind::Failed, || "the template cannot be written as JSON".to_owned())?;
            Ok(Rendered { text })
        }
    }
}

impl Report for Rendered {
    const SCHEMA: &'static str = "template/1";

    fn text(&self, page: &mut Page) {
        page.data.clone_from(&self.text);
    }

    fn verbatim(&self) -> bool {
        true
    }
}
