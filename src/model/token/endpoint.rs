//! The endpoint of a Momento cell, in whichever of its spellings it was written.

use std::fmt;

/// The host of a Momento cell, such as `cell-4-us-west-2-1.prod.a.momentohq.com`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    host: String,
}

/// What Momento puts before the host of a cell, by service.
const PREFIXES: [&str; 4] = ["api.cache.", "cache.", "control.", "token."];

impl Endpoint {
    /// Makes an endpoint of a base URL or host, dropping what tells one service of a cell from another.
    ///
    /// `https://api.cache.<cell>…/`, `cache.<cell>…` and `<cell>…` are one endpoint.
    pub fn new(text: &str) -> Self {
        let text = text.trim();
        let host = text.split_once("://").map_or(text, |(_, rest)| rest);
        let host = host.split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase();
        let host = host.strip_suffix(":443").unwrap_or(&host);
        let cell = PREFIXES.iter().find_map(|prefix| host.strip_prefix(prefix)).unwrap_or(host);
        Self { host: cell.to_owned() }
    }

    /// Returns the host without the prefix of a service.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns the cell, such as `cell-4-us-west-2-1`, or nothing where the host is not of that form.
    pub fn cell(&self) -> Option<&str> {
        let cell = self.host.split('.').next()?;
        cell.starts_with("cell-").then_some(cell)
    }

    /// Returns the region in the cell's name, such as `us-west-2`, or nothing.
    ///
    /// A cell is `cell-<region>-<n>` or `cell-<n>-<region>-<n>`.
    pub fn region(&self) -> Option<&str> {
        let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let rest = self.cell()?.strip_prefix("cell-")?;
        let rest = match rest.split_once('-') {
            Some((first, rest)) if number(first) => rest,
            _ => rest,
        };
        let (region, last) = rest.rsplit_once('-')?;
        let parts = region.split('-').count();
        let ends_in_number = region.rsplit('-').next().is_some_and(number);
        (number(last) && ends_in_number && parts >= 3).then_some(region)
    }
}

/// The region where it is known, and the cell or host: `us-west-2 (cell-4-us-west-2-1)`.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.region(), self.cell()) {
            (Some(region), Some(cell)) => write!(f, "{region} ({cell})"),
            _ => write!(f, "{}", self.host.escape_debug()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_one_endpoint() {
        let plain = Endpoint::new("cell-4-us-west-2-1.prod.a.momentohq.com");
        for text in [
            "https://api.cache.cell-4-us-west-2-1.prod.a.momentohq.com",
            "https://api.cache.Cell-4-us-west-2-1.prod.a.momentohq.com:443/cache/x?y",
            "cache.cell-4-us-west-2-1.prod.a.momentohq.com",
            " control.cell-4-us-west-2-1.prod.a.momentohq.com\n",
        ] {
            assert_eq!(Endpoint::new(text), plain, "{text}");
        }
        assert_eq!(plain.to_string(), "us-west-2 (cell-4-us-west-2-1)");
    }

    #[test]
    fn every_published_cell_names_its_region() {
        let table = include_str!("../../../tests/vectors/regions.tsv");
        let rows = table.lines().filter(|line| !line.starts_with('#'));
        let mut count = 0;
        for row in rows {
            let mut columns = row.split('\t');
            let (region, cell) = (columns.next().unwrap(), columns.next().unwrap());
            let endpoint = Endpoint::new(&format!("https://api.cache.{cell}.prod.a.momentohq.com"));
            assert_eq!((endpoint.cell(), endpoint.region()), (Some(cell), Some(region)));
            count += 1;
        }
        assert_eq!(count, 11);
    }

    #[test]
    fn another_host_has_no_region() {
        for text in
            ["", "cell-", "cell-1", "cell-1-us-1", "cell-us-west-2", "private.example.com", "cell-1-a-b-c-1"]
        {
            assert_eq!(Endpoint::new(text).region(), None, "{text}");
        }
        assert_eq!(Endpoint::new("http://127.0.0.1:8080/").to_string(), "127.0.0.1:8080");
        assert_eq!(Endpoint::new("a\u{1b}b").to_string(), r"a\u{1b}b");
    }
}
