//! `regions`: the table.

use snapbox::str;

use crate::harness::Session;

#[test]
fn the_table_for_people_and_programs() {
    let session = Session::new();
    session.run("regions").is(str![[r#"
us-east-1       https://api.cache.cell-us-east-1-1.prod.a.momentohq.com
us-east-2       https://api.cache.cell-1-us-east-2-1.prod.a.momentohq.com
us-west-2       https://api.cache.cell-4-us-west-2-1.prod.a.momentohq.com
eu-west-1       https://api.cache.cell-1-eu-west-1-1.prod.a.momentohq.com
eu-west-2       https://api.cache.cell-1-eu-west-2-1.prod.a.momentohq.com
eu-central-1    https://api.cache.cell-1-eu-central-1-1.prod.a.momentohq.com
eu-north-1      https://api.cache.cell-1-eu-north-1-1.prod.a.momentohq.com
ap-south-1      https://api.cache.cell-1-ap-south-1-1.prod.a.momentohq.com
ap-northeast-1  https://api.cache.cell-ap-northeast-1-1.prod.a.momentohq.com
ap-southeast-1  https://api.cache.cell-1-ap-southeast-1-1.prod.a.momentohq.com
ap-southeast-2  https://api.cache.cell-1-ap-southeast-2-1.prod.a.momentohq.com

"#]]);
    session.run("regions ap-northeast-1 --output json").is(str![[r#"
{
  "schema": "regions/1",
  "regions": [
    {
      "region": "ap-northeast-1",
      "title": "Asia Pacific (Tokyo)",
      "cell": "cell-ap-northeast-1-1",
      "base_url": "https://api.cache.cell-ap-northeast-1-1.prod.a.momentohq.com"
    }
  ]
}

"#]]);
    assert_eq!(session.run("regions --output json").json()["regions"].as_array().unwrap().len(), 11);
}

#[test]
fn an_unsupported_region_is_refused_with_the_nearest() {
    let session = Session::new();
    session.run("regions ap-northeast-2").is(str![[r#"
------- stderr -------
error: Momento is not in region `ap-northeast-2`

hint: the nearest regions with Momento are ap-northeast-1 (Asia Pacific (Tokyo)), ap-southeast-2 (Asia Pacific (Sydney)), ap-southeast-1 (Asia Pacific (Singapore)); or give the base URL of an endpoint with --momento-endpoint

hint: `evbridge-momento regions` lists all
[exit status: 4]

"#]]);
    session.run("regions ''").is(str![[r#"
------- stderr -------
error: Momento is not in region ``

hint: the nearest regions with Momento are us-east-1 (US East (N. Virginia)), us-east-2 (US East (Ohio)), us-west-2 (US West (Oregon)); or give the base URL of an endpoint with --momento-endpoint

hint: `evbridge-momento regions` lists all
[exit status: 4]

"#]]);
    session.run("regions '\u{1b}[31m'").is(str![[r#"
------- stderr -------
error: Momento is not in region `\u{1b}[31m`

hint: the nearest regions with Momento are us-east-1 (US East (N. Virginia)), us-east-2 (US East (Ohio)), us-west-2 (US West (Oregon)); or give the base URL of an endpoint with --momento-endpoint

hint: `evbridge-momento regions` lists all
[exit status: 4]

"#]]);
}
