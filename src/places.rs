//! Where a command works: regions, and for each the profile and the role of its account, as the flags say.

use clap::Args;

use crate::model::region;

/// The word that stands for every region of Momento.
const ALL: &str = "all";

/// The flags that say where a command works.
#[derive(Args, Clone, Debug, Default)]
pub struct Places {
    /// AWS region; again for more, or `all` for every region of Momento
    #[arg(
        long = "region",
        global = true,
        env = "EVBRIDGE_MOMENTO_REGION",
        value_name = "REGION",
        value_delimiter = ',',
        help_heading = "Global options"
    )]
    regions: Vec<String>,
    /// AWS profile, as in ~/.aws/config; REGION=NAME for one region
    #[arg(
        long = "profile",
        global = true,
        env = "AWS_PROFILE",
        value_name = "NAME",
        help_heading = "Global options"
    )]
    profiles: Vec<String>,
    /// IAM role to work as, in another account perhaps; REGION=ARN for one region
    #[arg(
        long = "assume-role",
        global = true,
        env = "EVBRIDGE_MOMENTO_ASSUME_ROLE",
        value_name = "ARN",
        help_heading = "Global options"
    )]
    roles: Vec<String>,
}

impl Places {
    /// Returns the regions that the flags name, each once, in their order.
    pub fn regions(&self) -> Vec<String> {
        if self.is_all() {
            return region::all().iter().map(|region| region.name.to_owned()).collect();
        }
        let mut regions: Vec<String> = Vec::new();
        for region in self.regions.iter().filter(|region| !region.is_empty()) {
            if !regions.contains(region) {
                regions.push(region.clone());
            }
        }
        regions
    }

    /// Returns a region that has a profile or a role of its own and is none of those that the command works in.
    pub fn stray(&self) -> Option<&str> {
        let regions = self.regions();
        let named = self.profiles.iter().chain(&self.roles).filter_map(|value| value.split_once('='));
        let mut named = named.map(|(region, _)| region).filter(|region| is_region(region));
        named.find(|region| !regions.is_empty() && !regions.iter().any(|known| known == region))
    }

    /// Returns whether the flags ask for every region of Momento.
    pub fn is_all(&self) -> bool {
        self.regions.iter().any(|region| region == ALL)
    }

    /// Returns the profile for a region: its own, else the one for every region.
    pub fn profile(&self, region: Option<&str>) -> Option<&str> {
        pick(&self.profiles, region)
    }

    /// Returns the role for a region: its own, else the one for every region.
    pub fn role(&self, region: Option<&str>) -> Option<&str> {
        pick(&self.roles, region)
    }
}

/// Picks the value of a region; of several, the last counts.
fn pick<'a>(values: &'a [String], region: Option<&str>) -> Option<&'a str> {
    let split: Vec<(Option<&str>, &str)> = values
        .iter()
        .filter(|value| !value.is_empty())
        .map(|value| match value.split_once('=') {
            Some((region, value)) if is_region(region) => (Some(region), value),
            _ => (None, value.as_str()),
        })
        .collect();
    let of = |wanted: Option<&str>| split.iter().rev().find(|(region, _)| *region == wanted);
    region.and_then(|region| of(Some(region))).or_else(|| of(None)).map(|(_, value)| *value)
}

/// Returns whether a text has the form of a region's name, such as `ap-northeast-1`; a profile's name may hold `=`.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [first, middle @ .., last] = &parts[..] else { return false };
    let is_word = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    !middle.is_empty()
        && is_word(first)
        && middle.iter().all(is_word)
        && last.bytes().all(|byte| byte.is_ascii_digit())
        && !last.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(regions: &[&str], profiles: &[&str]) -> Places {
        let owned = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
        Places { regions: owned(regions), profiles: owned(profiles), roles: Vec::new() }
    }

    #[test]
    fn a_region_that_is_named_twice_is_one() {
        assert_eq!(places(&["b-x-1", "a-x-1", "b-x-1", ""], &[]).regions(), ["b-x-1", "a-x-1"]);
        assert_eq!(places(&["a-x-1", "all"], &[]).regions().len(), region::all().len());
        assert!(places(&[], &[]).regions().is_empty());
    }

    #[test]
    fn a_region_has_its_own_profile_or_the_common_one() {
        let places = places(&[], &["common", "us-east-1=east", "a=b", "us-gov-west-1=gov"]);
        assert_eq!(places.profile(Some("us-east-1")), Some("east"));
        assert_eq!(places.profile(Some("us-gov-west-1")), Some("gov"));
        assert_eq!(places.profile(Some("eu-west-1")), Some("a=b"), "a profile's name may hold `=`");
        assert_eq!(places.profile(None), Some("a=b"));
        assert_eq!(places.role(None), None);
        assert_eq!(places.stray(), None);
        let mistyped = super::tests::places(&["us-east-1"], &["us-esat-1=east", "common"]);
        assert_eq!(mistyped.stray(), Some("us-esat-1"));
    }
}
