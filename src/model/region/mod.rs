//! The AWS regions that have a Momento cell, and the endpoints of each.
//!
//! The table is data (`regions.tsv`), from Momento's page "Supported regions". Public pages disagree about
//! some cell names, so the endpoint can be overridden wherever a region is used.

use std::sync::LazyLock;

/// An AWS region that has a Momento cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Region {
    /// The name of the AWS region, such as `ap-northeast-1`.
    pub name: &'static str,
    /// The name of the Momento cell, such as `cell-ap-northeast-1-1`.
    pub cell: &'static str,
    /// What people call the region, such as `Asia Pacific (Tokyo)`.
    pub title: &'static str,
}

/// A region without Momento.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Momento is not in region `{}`", .name.escape_debug())]
pub struct Unsupported {
    /// The region that was asked for.
    pub name: String,
    /// The nearest regions that have Momento, nearest first.
    pub nearest: Vec<&'static Region>,
}

impl Region {
    /// Returns the base URL of the Momento HTTP API, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("https://api.cache.{}", self.sdk_endpoint())
    }

    /// Returns the endpoint that Momento's SDKs take, and that v1 tokens carry.
    pub fn sdk_endpoint(&self) -> String {
        format!("{}.prod.a.momentohq.com", self.cell)
    }
}

impl Unsupported {
    /// Says what to do next.
    pub fn hint(&self) -> String {
        let names: Vec<String> =
            self.nearest.iter().map(|region| format!("{} ({})", region.name, region.title)).collect();
        format!(
            "the nearest regions with Momento are {}; or give the base URL of an endpoint with --momento-endpoint",
            names.join(", ")
        )
    }
}

/// Returns all regions in the order of the table.
pub fn all() -> &'static [Region] {
    &REGIONS
}

/// Finds a region by its AWS name.
pub fn find(name: &str) -> Result<&'static Region, Unsupported> {
    REGIONS
        .iter()
        .find(|region| region.name == name)
        .ok_or_else(|| Unsupported { name: name.to_owned(), nearest: nearest(name) })
}

static REGIONS: LazyLock<Vec<Region>> = LazyLock::new(|| parse(include_str!("regions.tsv")));

/// How many regions are offered in place of an unsupported one.
const NEAREST: usize = 3;

fn parse(table: &'static str) -> Vec<Region> {
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|row| {
        let mut cells = row.split('\t');
        Some(Region { name: cells.next()?, cell: cells.next()?, title: cells.next()? })
    })
    .collect()
}

/// Ranks the regions: those of the same part of the world first, then by how alike the names are.
fn nearest(name: &str) -> Vec<&'static Region> {
    /// The edit distance is quadratic in the length, and no region's name is longer.
    const LONGEST: usize = 32;
    let name: String = name.trim().to_lowercase().chars().take(LONGEST).collect();
    let wanted = family(&name);
    let mut regions: Vec<&Region> = REGIONS.iter().collect();
    regions.sort_by_key(|region| {
        (Some(family(region.name)) != Some(wanted), strsim::damerau_levenshtein(&name, region.name))
    });
    regions.truncate(NEAREST);
    regions
}

/// Names the part of the world that serves a region best: one of those where Momento has cells.
fn family(name: &str) -> &str {
    match name.split('-').next().unwrap_or_default() {
        "ca" | "mx" | "sa" | "us" => "us",
        "af" | "eu" | "eusc" | "il" | "me" => "eu",
        "ap" | "cn" => "ap",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_the_vectors() {
        let expected: Vec<Vec<&str>> = include_str!("../../../tests/vectors/regions.tsv")
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split('\t').collect())
            .collect();
        let actual: Vec<Vec<&str>> =
            all().iter().map(|region| vec![region.name, region.cell, region.title]).collect();
        assert_eq!(actual, expected);
        assert_eq!(actual.len(), 11);
    }

    #[test]
    fn a_region_has_its_endpoints() {
        let tokyo = find("ap-northeast-1").unwrap();
        assert_eq!(tokyo.base_url(), "https://api.cache.cell-ap-northeast-1-1.prod.a.momentohq.com");
        assert_eq!(tokyo.sdk_endpoint(), "cell-ap-northeast-1-1.prod.a.momentohq.com");
        assert_eq!(tokyo.title, "Asia Pacific (Tokyo)");
    }

    #[test]
    fn an_unsupported_region_names_the_nearest() {
        let nearest = |name: &str| -> Vec<&str> {
            find(name).unwrap_err().nearest.iter().map(|region| region.name).collect()
        };
        assert_eq!(nearest("eu-west-3"), ["eu-west-1", "eu-west-2", "eu-north-1"]);
        assert_eq!(nearest("us-west-1"), ["us-west-2", "us-east-1", "us-east-2"]);
        assert_eq!(nearest("ap-northeast-3")[0], "ap-northeast-1");
        assert_eq!(nearest("sa-east-1")[0], "us-east-1");
        assert_eq!(nearest("me-south-1").len(), 3);
        assert!(nearest("me-south-1").iter().all(|name| name.starts_with("eu-")));
        assert_eq!(nearest("US-EAST-1")[0], "us-east-1");
        assert_eq!(nearest("su-east-1")[0], "us-east-1");
        assert_eq!(nearest(&"x".repeat(1_000_000)).len(), 3);
    }

    #[test]
    fn the_message_and_the_hint() {
        let error = find("eu-west-3").unwrap_err();
        assert_eq!(error.to_string(), "Momento is not in region `eu-west-3`");
        assert_eq!(
            error.hint(),
            "the nearest regions with Momento are eu-west-1 (Europe (Ireland)), eu-west-2 (Europe (London)), \
             eu-north-1 (Europe (Stockholm)); or give the base URL of an endpoint with --momento-endpoint"
        );
    }
}
