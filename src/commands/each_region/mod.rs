//! One command in several regions at once: each on its own, with one summary.

mod summary;

use std::time::Instant;

use futures_util::future::join_all;

use crate::context::Context;
use crate::error::{Kind, Result};
use crate::ui::{Format, Page, Questions, Report, Side, inline, versioned};
pub use summary::{InRegion, InRegions};

/// Runs a command in every region that the flags name, and prints its answer, or one summary of all.
///
/// A region in which it fails does not stop the others; what they ask is asked together. Returns the exit code:
/// the common one of those that did not do what they should, else 1.
pub async fn run<R: Report>(context: &Context, command: impl AsyncFn(&Context) -> Result<R>) -> Result<u8> {
    let regions = context.global.places.regions();
    if regions.len() < 2 {
        return Ok(context.printer.report(&command(context).await?));
    }
    let questions = Questions::new(regions.len());
    let bars = context.printer.bars();
    let works = regions.iter().map(async |region| {
        let _seat = questions.seat();
        let side = Side { name: inline(region).into(), bars: bars.clone() };
        let context = context.in_region(region, side, &questions);
        let started = Instant::now();
        let answer = command(&context).await;
        if let Err(error) = &answer
            && error.kind != Kind::NotThere
            && context.printer.format == Format::Text
        {
            context.printer.error(error);
        }
        let profile = context.profile().map(str::to_owned);
        let seconds = started.elapsed().as_secs_f64();
        told(InRegion { region: region.clone(), profile, seconds, ..InRegion::default() }, answer)
    });
    let regions = join_all(works).await;
    Ok(context.printer.report(&InRegions::new(regions, context.global.places.is_all())))
}

/// Adds a command's answer to what is told of its region.
fn told<R: Report>(region: InRegion, answer: Result<R>) -> InRegion {
    match answer {
        Ok(report) => {
            let mut page = Page::default();
            report.text(&mut page);
            InRegion {
                exit_code: report.exit_code(),
                outcome: report.outcome(),
                answer: Some(versioned(R::SCHEMA, &report)),
                text: page.data,
                notes: page.notes,
                ..region
            }
        }
        Err(error) => region.failed(&error),
    }
}
