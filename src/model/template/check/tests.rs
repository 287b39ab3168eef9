use super::check;

/// Returns problems and hints as they are printed.
fn said(text: &str) -> String {
    use std::fmt::Write as _;
    let mut said = String::new();
    for problem in check(text, "t.yaml") {
        writeln!(said, "{problem}\n  {}", problem.hint.as_deref().unwrap_or("-")).unwrap();
    }
    said
}

/// A queue named `Q` and further lines.
fn with_queue(lines: &str) -> String {
    format!("Resources:\n  Q: {{Type: AWS::SQS::Queue}}\n{lines}")
}

/// One row: a template and what is said of it.
macro_rules! said {
    ($($name:ident: $text:expr => $said:expr;)*) => {$(
        #[test]
        fn $name() {
            let text: String = $text.into();
            assert_eq!(said(&text), $said, "\n{text}");
        }
    )*};
}

said! {
    a_good_template: "\
AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  Name: {Type: String, Default: a, MinLength: 1}
Mappings:
  M: {us-east-1: {A: 1}}
Conditions:
  Named: !Not [!Equals [!Ref Name, '']]
  Both: !And [!Condition Named, Condition: Named]
Resources:
  Q:
    Type: AWS::SQS::Queue
    Condition: Both
    Properties:
      QueueName: !If [Named, !Ref Name, !Ref AWS::NoValue]
      DelaySeconds: !FindInMap [M, !Ref 'AWS::Region', A]
      VisibilityTimeout: '30'
  P:
    Type: AWS::SQS::QueuePolicy
    DependsOn: [Q]
    Properties:
      Queues: [!Ref Q]
      PolicyDocument:
        Statement:
          - Condition: {StringEquals: {a: !Sub '${Q.Arn}/${!literal}/${Own}'}}
  Other: {Type: 'AWS::EC2::Instance', Properties: {Anything: [1]}}
  Mine: {Type: 'Custom::Thing', Properties: {ServiceToken: !GetAtt Other.Whatever}}
Outputs:
  Url: {Value: {'Fn::GetAtt': [Q, QueueUrl]}, Export: {Name: !Sub '${AWS::StackName}-url'}}
" => "t.yaml:24:43: `Own` is not a parameter, resource or pseudo parameter\n  there are \
`Mine`, `Name`, `Other`, `P` and `Q`\n";
    not_yaml: "a: [" => "\
t.yaml:2:1: while parsing a node, did not find expected node content
  correct the YAML here or on the line before: quotes and brackets in pairs, the same indent for the keys of one mapping, and spaces, not tabs
";
    empty: "" => "\
t.yaml:1:1: a template is a mapping, and this is nothing
  start with `AWSTemplateFormatVersion: '2010-09-09'`
";
    json: r#"{"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"Tags": {"Ref": "X"}}}}}"# => "\
t.yaml:1:80: `X` is not a parameter, resource or pseudo parameter
  there is only `Q`
";
    no_resources: "Description: x" => "\
t.yaml:1:1: a template needs at least one resource
  add it under `Resources`
";
    unknown_section: with_queue("Output: {}\n") => "\
t.yaml:3:1: a template has no section `Output`
  did you mean `Outputs`?
";
    repeated: with_queue("  Q: {Type: AWS::SQS::Queue}\n") => "\
t.yaml:3:3: key `Q` is already on line 2
  keep one of the two
";
    bad_version: with_queue("AWSTemplateFormatVersion: '2020-01-01'\n") => "\
t.yaml:3:27: there is one template format version
  write `'2010-09-09'`
";
    ref_to_nothing: with_queue("Outputs:\n  O: {Value: !Ref R}\n") => "\
t.yaml:4:14: `R` is not a parameter, resource or pseudo parameter
  there is only `Q`
";
    get_att_of_nothing: with_queue("Outputs:\n  O: {Value: !GetAtt Queue.Arn}\n") => "\
t.yaml:4:14: `Queue` is not a resource
  there is only `Q`
";
    get_att_unknown: with_queue("Outputs:\n  O: {Value: !GetAtt Q.Ar}\n  P: {Value: !GetAtt Q}\n") => "\
t.yaml:4:14: `AWS::SQS::Queue` has no attribute `Ar`
  did you mean `Arn`?
t.yaml:5:14: `Fn::GetAtt` takes `Resource.Attribute`
  see its page in the CloudFormation user guide
";
    sub: with_queue("Outputs:\n  O: {Value: !Sub 'a ${Q.Url} ${R} ${'}\n  P: {Value: !Sub ['${A}${B}', {A: !Ref C}]}\n") => "\
t.yaml:4:14: `AWS::SQS::Queue` has no attribute `Url`
  its attributes are `Arn`, `QueueName` and `QueueUrl`
t.yaml:4:14: `R` is not a parameter, resource or pseudo parameter
  there is only `Q`
t.yaml:4:14: `${` has no `}`
  write `${!Name}` for a literal `${Name}`
t.yaml:5:20: `B` is not a parameter, resource or pseudo parameter
  there is only `Q`
t.yaml:5:36: `C` is not a parameter, resource or pseudo parameter
  there is only `Q`
";
    sub_forgotten: with_queue("Outputs:\n  O: {Value: 'a-${AWS::Region}'}\n") => "\
t.yaml:4:14: `${AWS::…}` is not filled in here
  put `!Sub` before the text
";
    find_in_map: with_queue("Mappings:\n  M: {a: {B: 1}}\nOutputs:\n  O: {Value: !FindInMap [N, a, B]}\n  P: {Value: !FindInMap [M, c, B]}\n  R: {Value: !FindInMap [M, a, D]}\n  S: {Value: !FindInMap [M, a]}\n") => "\
t.yaml:6:26: `N` is not a mapping
  there is only `M`
t.yaml:7:29: mapping `M` has no key `c`
  there is only `a`
t.yaml:8:32: mapping `M` has no second-level key `D`
  there is only `B`
t.yaml:9:14: `Fn::FindInMap` takes a list of a mapping, a top-level key and a second-level key
  see its page in the CloudFormation user guide
";
    conditions: "Conditions:\n  A: !Equals [!Ref Q, x]\n  B: !Equals [!Ref P, x]\n  C: !Not [!Condition D]\nResources:\n  Q: {Type: AWS::SQS::Queue, Condition: E}\n  R: {Type: AWS::SQS::Queue, Properties: {QueueName: !If [F, a, b]}}\n" => "\
t.yaml:2:15: a condition can only refer to parameters, and `Q` is none
  `Q` is a resource, and a condition is decided before there are any
t.yaml:3:15: a condition can only refer to parameters, and `P` is none
  there is none in this template
t.yaml:4:12: condition `D` is not defined
  there are `A`, `B` and `C`
t.yaml:6:41: condition `E` is not defined
  there are `A`, `B` and `C`
t.yaml:7:59: condition `F` is not defined
  there are `A`, `B` and `C`
";
    depends_on: with_queue("  R: {Type: AWS::SQS::Queue, DependsOn: [Q, S]}\n  T: {Type: AWS::SQS::Queue, DependsOn: U}\n") => "\
t.yaml:3:45: `S` is not a resource
  there are `Q`, `R` and `T`
t.yaml:4:41: `U` is not a resource
  there are `Q`, `R` and `T`
";
    circle: "Resources:\n  A: {Type: 'A::B', DependsOn: B}\n  B: {Type: 'A::B', Properties: {X: !Sub '${C.Arn}'}}\n  C: {Type: 'A::B', Properties: {X: !Ref A}}\n  D: {Type: 'A::B', DependsOn: D}\n" => "\
t.yaml:4:37: circular dependency: A → B → C → A
  remove one of these references
t.yaml:5:32: circular dependency: D → D
  remove one of these references
";
    circle_of_conditions: with_queue("Conditions:\n  A: !Not [!Condition B]\n  B: !Not [!Condition A]\n") => "\
t.yaml:5:12: circular dependency: A → B → A
  remove one of these references
";
    properties: "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n      DelaySecond: 1\n      FifoQueue: maybe\n      VisibilityTimeout: 1.5\n      Tags: {a: b}\n      QueueName: [a]\n      RedrivePolicy:\n" => "\
t.yaml:5:7: `AWS::SQS::Queue` has no property `DelaySecond`
  did you mean `DelaySeconds`?
t.yaml:6:18: `AWS::SQS::Queue` takes true or false for `FifoQueue`, and this is `maybe`
  write true or false
t.yaml:7:26: `AWS::SQS::Queue` takes a whole number for `VisibilityTimeout`, and this is `1.5`
  write a whole number
t.yaml:8:13: `AWS::SQS::Queue` takes a list for `Tags`, and this is a mapping
  write a list
t.yaml:9:18: `AWS::SQS::Queue` takes a text for `QueueName`, and this is a list
  write a text
t.yaml:10:20: a template cannot hold null values
  leave the key out, or use `!Ref AWS::NoValue` in an `Fn::If`
";
    required: "Resources:\n  D: {Type: AWS::Events::ApiDestination, Properties: {HttpMethod: PUT, InvocationEndpoint: !Ref AWS::NoValue}}\n  P: {Type: AWS::SQS::QueuePolicy}\n" => "\
t.yaml:2:54: `AWS::Events::ApiDestination` needs the property `ConnectionArn`
  add `ConnectionArn:`
t.yaml:2:54: `AWS::Events::ApiDestination` needs the property `InvocationEndpoint`
  add `InvocationEndpoint:`
t.yaml:3:13: `AWS::SQS::QueuePolicy` needs the property `PolicyDocument`
  add `PolicyDocument:`
t.yaml:3:13: `AWS::SQS::QueuePolicy` needs the property `Queues`
  add `Queues:`
";
    nested_in_if: "Conditions: {C: !Equals [a, b]}\nResources:\n  R:\n    Type: AWS::Events::Rule\n    Properties:\n      ScheduleExpression: rate(1 day)\n      Targets:\n        - !If [C, {Id: a, Ar: b}, !Ref AWS::NoValue]\n" => "\
t.yaml:8:19: `AWS::Events::Rule.Target` needs the property `Arn`
  add `Arn:`
t.yaml:8:27: `AWS::Events::Rule.Target` has no property `Ar`
  did you mean `Arn`?
";
    types: "Resources:\n  A: {Type: AWS::SQS::Queu}\n  B: {Type: Queue}\n  C: {}\n  D: {Type: AWS::SQS}\n  E: {Type: AWS::SQS::QueueInlinePolicy}\n  F: [a]\n" => "\
t.yaml:2:13: unknown resource type `AWS::SQS::Queu`
  did you mean `AWS::SQS::Queue`?
t.yaml:3:13: `Queue` is not a resource type
  a type has three parts, such as `AWS::SQS::Queue`
t.yaml:4:6: resource `C` needs a `Type`
  such as `AWS::SQS::Queue`
t.yaml:5:13: `AWS::SQS` is not a resource type
  a type has three parts, such as `AWS::SQS::Queue`
t.yaml:7:6: resource `F` is a mapping, and this is a list
  its keys are `Condition`, `CreationPolicy`, `DeletionPolicy`, `DependsOn`, `Metadata`, `Properties`, `Type`, `UpdatePolicy` and `UpdateReplacePolicy`
";
    resource_keys: "Resources:\n  A: {Type: AWS::SQS::Queue, Property: {}, DeletionPolicy: Keep}\n" => "\
t.yaml:2:30: resource `A` has no key `Property`
  did you mean `Properties`?
t.yaml:2:60: unknown `DeletionPolicy`
  write one of `Delete`, `Retain`, `RetainExceptOnCreate` and `Snapshot`
";
    names: "Parameters: {Q: {Type: String}, a-b: {Type: String}}\nResources:\n  Q: {Type: AWS::SQS::Queue}\n  R_1: {Type: AWS::SQS::Queue}\n" => "\
t.yaml:1:33: `a-b` cannot name a parameter
  a name has 1 to 255 letters and digits
t.yaml:3:3: `Q` names both a parameter and a resource
  rename one of the two
t.yaml:4:3: `R_1` cannot name a resource
  a name has 1 to 255 letters and digits
";
    parameters: with_queue("Parameters:\n  A: {}\n  B: {Type: Int}\n  C: {Type: Sting, Default: a}\n  D: {Type: Number, Default: a}\n  E: {Type: Number, Default: 9, MaxValue: 5}\n  F: {Type: String, Default: a, AllowedValues: [b]}\n  G: {Type: String, Deflt: a}\n  H: {Type: String, Description: !Ref A}\n") => "\
t.yaml:4:6: parameter `A` needs a `Type`
  the most common are `String` and `Number`
t.yaml:5:13: `Int` is not a parameter type
  some types are `CommaDelimitedList`, `List<Number>`, `List<String>`, `Number` and `String`
t.yaml:6:13: `Sting` is not a parameter type
  did you mean `String`?
t.yaml:7:30: the default of parameter `D` is `a`, not a number
  write a number, or use `Type: String`
t.yaml:8:30: the default of parameter `E` has 9, outside of its own limits
  change the default or the limits
t.yaml:9:30: the default of parameter `F` is not one of its `AllowedValues`
  change the default or the list
t.yaml:10:21: parameter `G` has no key `Deflt`
  did you mean `Default`?
t.yaml:11:34: a description is a literal text
  functions are not evaluated here
";
    functions: with_queue("Outputs:\n  O: {Value: !Reff Q}\n  P: {Value: {'Fn::Joinn': ['', [a]]}}\n  R: {Value: {Ref: Q, More: a}}\n  S: {Value: !Ref [Q]}\n  T: {Value: !If [a, b]}\n") => "\
t.yaml:4:14: unknown function `Fn::Reff`
  did you mean `Ref`?
t.yaml:5:15: unknown function `Fn::Joinn`
  did you mean `Fn::Join`?
t.yaml:6:15: `Ref` does not stand alone in its mapping
  a function call is a mapping with one key
t.yaml:7:14: `Ref` takes the name of a parameter or resource
  see its page in the CloudFormation user guide
t.yaml:8:14: `Fn::If` takes a list of a condition and two values
  see its page in the CloudFormation user guide
";
    dynamic_references: with_queue("Outputs:\n  O: {Value: '{{resolve:secretmanager:a}}'}\n  P: {Value: !Sub '{{resolve:ssm:${Q}'}\n") => "\
t.yaml:4:14: `secretmanager` cannot be resolved by a dynamic reference
  the services are `ssm`, `ssm-secure` and `secretsmanager`
t.yaml:5:14: `{{resolve:` has no `}}`
  close the dynamic reference
";
    outputs: with_queue("Outputs:\n  O: {Description: a}\n  P: {Value: a, Valu: b}\n") => "\
t.yaml:4:6: output `O` needs a `Value`
  add `Value:`
t.yaml:5:17: output `P` has no key `Valu`
  did you mean `Value`?
";
    rules: with_queue("Rules:\n  A: {Assertions: []}\n  B: {Assertions: [{Assert: !Equals [!Ref Q, a]}]}\n") => "\
t.yaml:4:6: rule `A` asserts nothing
  add a list of `Assertions`
t.yaml:5:38: a rule can only refer to parameters, and `Q` is none
  `Q` is a resource, and a rule is decided before there are any
";
    event_rule: "Resources:\n  R:\n    Type: AWS::Events::Rule\n    Properties:\n      Targets:\n        - {Id: a, Arn: b, Input: '{}', InputPath: $.a}\n        - {Id: a, Arn: b, HttpParameters: {PathParameterValues: [$.a, $.a]}}\n" => "\
t.yaml:5:7: a rule needs an `EventPattern` or a `ScheduleExpression`
  add one of the two
t.yaml:6:51: a target has one of `Input`, `InputPath` and `InputTransformer`
  keep one
t.yaml:7:16: target `a` is there twice
  give each an `Id` of its own
t.yaml:7:71: path parameter `$.a` is there twice
  CloudFormation takes each value once
";
    transformed_templates_are_trusted: "Transform: AWS::Serverless-2016-10-31\nGlobals: {}\nResources:\n  F: {Type: AWS::Serverless::Function, Properties: {Role: !GetAtt FRole.Arn, X: !Custom a}}\n" => "";
}

#[test]
fn limits() {
    let resources = (0..501).map(|n| format!("  R{n}: {{Type: 'A::B'}}\n")).collect::<Vec<_>>().concat();
    assert_eq!(
        said(&format!("Resources:\n{resources}")),
        "t.yaml:2:3: 501 resources, and a template holds 500 at most\n  split the template\n"
    );
    assert_eq!(
        said(&with_queue(&format!("Description: {}\n", "d".repeat(1025)))),
        "t.yaml:3:14: a description of 1025 bytes, and 1024 is the most\n  shorten it\n"
    );
    assert_eq!(
        said(&with_queue(&format!("# {}", "x".repeat(51_200)))).lines().next().unwrap(),
        "t.yaml:1:1: the template has 51242 bytes, and CloudFormation takes 51200 in a request"
    );
    let pattern = |length: usize| {
        let rest = length - r#"{"source":[""]}"#.len();
        format!(
            "Resources:\n  R: {{Type: AWS::Events::Rule, Properties: {{EventPattern: {{source: [{}]}}}}}}\n",
            "s".repeat(rest)
        )
    };
    assert_eq!(said(&pattern(2048)), "");
    assert_eq!(
        said(&pattern(2049)),
        "t.yaml:2:59: an event pattern of 2049 characters, and 2048 is the most\n  split the rule\n"
    );
}

#[test]
fn hostile_templates_end_soon() {
    let refs = (0..20_000)
        .map(|n| format!("  R{n}: {{Type: 'A::B', DependsOn: X{n}}}\n"))
        .collect::<Vec<_>>()
        .concat();
    assert_eq!(check(&format!("Resources:\n{refs}"), "t").len(), 100);
    let keys = (0..20_000).map(|n| format!("  K{n}: {n}\n")).collect::<Vec<_>>().concat();
    assert_eq!(check(&format!("Resources:\n{keys}"), "t").len(), 100);
    let nested = format!("Resources: {}", "{a: ".repeat(5000));
    assert_eq!(check(&nested, "t").len(), 1);
    let subs = with_queue(&format!("Outputs: {{O: {{Value: !Sub '{}'}}}}", "${X}${".repeat(20_000)));
    assert!((1..=100).contains(&check(&subs, "t").len()));
}

/// Every text that is cut out of a good template is read without a panic.
#[test]
fn no_part_of_a_template_panics() {
    let template = include_str!("../../../../templates/rendered/shop-standalone.yaml");
    for cut in (0..template.len()).step_by(97).filter(|cut| template.is_char_boundary(*cut)) {
        check(&template[..cut], "t");
        check(&template[cut..], "t");
        check(&format!("{}{}", &template[..cut / 2], &template[cut..]), "t");
    }
}
