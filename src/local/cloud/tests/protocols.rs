use super::*;

/// SNS speaks the Query protocol: maps in attributes, both ways.
#[tokio::test]
async fn sns_answers_the_query_protocol() {
    let cloud = Deployed::new();
    let ask = async |form: &'static str| {
        let request = http::Request::post("/")
            .header("authorization", "AWS4-HMAC-SHA256 Credential=AK/20261121/eu-west-1/sns/aws4_request")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(bytes::Bytes::from_static(form.as_bytes()))
            .unwrap();
        let answer = crate::local::http::answer(&cloud.cloud, request).await;
        (answer.status().as_u16(), String::from_utf8(answer.body().to_vec()).unwrap())
    };
    let made = ask("Action=CreateTopic&Version=2010-03-31&Name=sold&Attributes.entry.1.key=DisplayName&\
         Attributes.entry.1.value=Sold+%26+gone&Tags.member.1.Key=a&Tags.member.1.Value=b")
    .await;
    assert!(made.1.contains("<TopicArn>arn:aws:sns:eu-west-1:000000000000:sold</TopicArn>"), "{made:?}");
    let shown =
        ask("Action=GetTopicAttributes&TopicArn=arn%3Aaws%3Asns%3Aeu-west-1%3A000000000000%3Asold").await;
    assert_eq!(shown.0, 200);
    let entry = "<entry><key>DisplayName</key><value>Sold &amp; gone</value></entry>";
    assert!(shown.1.contains(entry), "{shown:?}");
    let refused = ask("Action=GetTopicAttributes&TopicArn=arn:aws:sns:eu-west-1:000000000000:gone").await;
    assert_eq!(refused.0, 404);
    assert!(
        refused.1.contains("<Code>NotFound</Code><Message>Topic does not exist</Message>"),
        "{refused:?}"
    );
}
