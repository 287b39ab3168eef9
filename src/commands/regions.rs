//! `regions`: Momento's regions and their base URLs.

use clap::Args;
use owo_colors::OwoColorize as _;
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::Result;
use crate::model::region::{self, Region};
use crate::ui::{Page, Report, table};

/// The arguments of `regions`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  evbridge-momento regions
  evbridge-momento regions ap-northeast-1
  evbridge-momento regions --output json

Public pages disagree about some cell names. Where this table is wrong for an account, give the base URL \
with `deploy --momento-endpoint`, or with `momento.endpoint` in the stack definition.")]
pub struct RegionsArgs {
    /// Show only this region
    pub region: Option<String>,
}

/// The regions.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Regions {
    /// One row a region.
    pub regions: Vec<Row>,
}

/// One region.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Row {
    /// The AWS region's name.
    pub region: String,
    /// Its title.
    pub title: String,
    /// Momento's cell in it.
    pub cell: String,
    /// The base URL of Momento's HTTP API.
    pub base_url: String,
}

/// Looks up the regions.
pub fn run(args: &RegionsArgs) -> Result<Regions> {
    let rows = match &args.region {
        Some(name) => vec![row(super::stack::supported_region(name)?)],
        None => region::all().iter().map(row).collect(),
    };
    Ok(Regions { regions: rows })
}

fn row(region: &Region) -> Row {
    Row {
        region: region.name.to_owned(),
        title: region.title.to_owned(),
        cell: region.cell.to_owned(),
        base_url: region.base_url(),
    }
}

impl Report for Regions {
    const SCHEMA: &'static str = "regions/1";

    fn text(&self, page: &mut Page) {
        let rows = self.regions.iter().map(|row| vec![row.region.clone(), row.base_url.clone()]);
        let mut lines = table::columns(&rows.collect::<Vec<_>>()).into_iter().zip(&self.regions);
        for (line, row) in &mut lines {
            page.line(line.replacen(&row.region, &row.region.bold().to_string(), 1));
        }
    }
}
