//! Refusals that the vectors do not show: the reasons of AWS's open engine and of its JSON parser.

use super::super::{Invalid, MAX_LENGTH, Pattern};
use super::matches;

/// Returns the reason without the pattern's text, the place as `@line:column`.
fn reason(pattern: &str) -> String {
    let message = Pattern::parse(pattern).unwrap_err().to_string();
    let message = message.strip_prefix("Event pattern is not valid. Reason: ").unwrap().to_owned();
    let source = format!("[Source: (String)\"{pattern}\"; line: ");
    message
        .replace("\n at ", " @")
        .replace(&source, "")
        .replace("; column: ", ":")
        .replace(", column: ", ":")
        .replace(']', "")
}

/// Returns the reason that an expression of a list is refused for.
fn in_list(expression: &str) -> String {
    reason(&format!(r#"{{"v":[{expression}]}}"#))
}

#[test]
fn text_that_is_not_json() {
    for (text, expected) in [
        ("", "Filter is not an object @1:1"),
        ("{", "Unexpected end-of-input: expected close marker for Object (start marker at 1:1) @1:2"),
        ("{x", "Unexpected character ('x' (code 120)): was expecting double-quote to start field name @1:3"),
        (r#"{"v""#, "Unexpected end-of-input within/between Object entries @1:5"),
        (
            r#"{"v" 1"#,
            "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value @1:7",
        ),
        (
            r#"{"v":[1 2"#,
            "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries @1:10",
        ),
        (r#"{"v":[1}"#, "Unexpected close marker '}': expected '' (for Array starting at 1:6) @1:9"),
        (
            r#"{"v":[tru"#,
            "Unrecognized token 'tru': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false') @1:10",
        ),
        (r#"{"v":[01"#, "Invalid numeric value: Leading zeroes not allowed @1:9"),
        (
            r#"{"v":[-x"#,
            "Unexpected character ('x' (code 120)) in numeric value: expected digit (0-9) to follow minus sign, for valid numeric value @1:9",
        ),
        (r#"{"v":["\x"#, "Unrecognized character escape 'x' (code 120) @1:10"),
        (r#"{"v":["a"#, "Unexpected end-of-input: was expecting closing quote for a string value @1:9"),
        (
            "{\n\"v\":[#",
            "Unexpected character ('#' (code 35)): expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false') @2:7",
        ),
        (r#"{"é😀":1"#, "\"é😀\" must be an object or an array @1:9"),
    ] {
        assert_eq!(reason(text), expected, "{text}");
    }
    assert!(matches(r#"{"v":[1]} what follows is not read"#, r#"{"v":1}"#));
}

#[test]
fn expressions() {
    for (text, expected) in [
        ("", "Empty arrays are not allowed @1:8"),
        (r#"{"prefix":{"suffix":"a"}}"#, "Unsupported prefix pattern: suffix @1:28"),
        (r#"{"suffix":{}}"#, "Suffix expression name not found @1:19"),
        (r#"{"prefix":{"equals-ignore-case":1}}"#, "equals-ignore-case match pattern must be a string @1:40"),
        (r#"{"cidr":1}"#, "prefix match pattern must be a string @1:16"),
        (r#"{"exactly":1}"#, "exact match pattern must be a string @1:19"),
        (r#"{"exists":true,"a":1}"#, "Only one key allowed in match expression @1:27"),
        (
            r#"{"anything-but":[]}"#,
            "Inside anything but list, either all values are number or string, mixed type is not supported @1:25",
        ),
        (r#"{"anything-but":{"exists":true}}"#, "Unsupported anything-but pattern: exists @1:37"),
        (r#"{"anything-but":{"prefix":1}}"#, "prefix/suffix match pattern must be a string @1:34"),
        (r#"{"anything-but":{"wildcard":"a**"}}"#, "Consecutive wildcard characters at pos 2 @1:40"),
        (r#"{"numeric":5}"#, "Value of numeric must be an array. @1:19"),
        (r#"{"numeric":[]}"#, "Invalid member in numeric match:  @1:20"),
        (r#"{"numeric":[">"]}"#, "Value of > must be numeric @1:23"),
        (r#"{"numeric":["=","1"]}"#, "Value of equals must be numeric @1:24"),
        (r#"{"numeric":[">",1,2]}"#, "Bad value in numeric range: 2 @1:26"),
        (r#"{"numeric":[">",1,"<",2,3]}"#, "Too many terms in numeric range expression @1:32"),
        (r#"{"numeric":[">",1,"<",1]}"#, "Bottom must be less than top @1:31"),
    ] {
        assert_eq!(in_list(text), expected, "{text}");
    }
}

#[test]
fn a_refusal_inside_an_anything_but_list_names_its_place_twice() {
    assert_eq!(
        in_list(r#"{"anything-but":["a",true]}"#),
        "Inside anything but list, start|null|boolean is not supported. @1:32 @1:32"
    );
    assert_eq!(in_list(r#"{"anything-but":[1e309]}"#), "Cannot compare number : 1e309 @1:29");
}

#[test]
fn or_relationships() {
    assert_eq!(reason(r#"{"$or":{"a":[1]}}"#), "It must be an Array followed with $or. @1:9");
    assert_eq!(reason(r#"{"$or":[]}"#), "There must have at least 2 Objects in $or relationship. @1:10");
    let groups: Vec<_> =
        (0..10).map(|group| format!(r#""g{group}":{{"$or":[{{"v":[1]}},{{"v":[2]}}]}}"#)).collect();
    assert!(
        reason(&format!("{{{}}}", groups.join(",")))
            .starts_with("The $or relationships make more than 1000 rule combinations")
    );
}

#[test]
fn long_patterns() {
    let long = format!(r#"{{"v":["{}"]}}"#, "x".repeat(600));
    let message = Pattern::parse(&long.replace("]}", "")).unwrap_err().to_string();
    assert!(message.ends_with("xxx\"[truncated 108 chars]; line: 1, column: 609]"), "{message}");
    let invalid = Pattern::parse(&"x".repeat(MAX_LENGTH + 1)).unwrap_err();
    assert_eq!((invalid.code(), &invalid), ("ValidationException", &Invalid::Length { limit: MAX_LENGTH }));
    let fields: Vec<_> = (0..257).map(|field| format!(r#""{field:x}":[1]"#)).collect();
    assert_eq!(Pattern::parse(&format!("{{{}}}", fields.join(","))).unwrap_err().code(), "InternalFailure");
}

#[test]
fn lists_of_numbers_or_addresses_change_what_texts_see() {
    assert!(matches(r#"{"v":["10.0.0.1"]}"#, r#"{"v":"10.0.0.01"}"#));
    assert!(!matches(r#"{"v":["10.0.0.1",5]}"#, r#"{"v":"10.0.0.1"}"#));
    assert!(!matches(r#"{"v":[{"cidr":"192.168.0.0/16"},{"prefix":"10."}]}"#, r#"{"v":"10.0.0.1"}"#));
    assert!(matches(r#"{"v":["10.0.0.1","x"]}"#, r#"{"v":"x"}"#));
}
