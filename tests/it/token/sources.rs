//! A token that cannot be had, or is none: the hint names the flag that was used.

use snapbox::str;

use crate::harness::Session;

#[test]
fn the_hint_names_the_flag_that_was_used() {
    let session = Session::new();
    session.run("deploy --local").success();
    session.run("token rotate --local --from-command true").is(str![[r#"
------- stderr -------
error: the token from the command of `--from-command` is refused
  cause: the token is empty

hint: run the command of `--from-command` by itself: it must print the token and nothing else
[exit status: 4]

"#]]);
    session.run("token rotate --local --from-command 'exit 3'").is(str![[r#"
------- stderr -------
error: the command of `--from-command` failed: exit status: 3

hint: run the command of `--from-command` by itself: it must print the token and nothing else
[exit status: 4]

"#]]);
    session.file("two", "a\nb\n");
    session.run("token rotate --local --from-command 'cat two'").is(str![[r#"
------- stderr -------
error: the token from the command of `--from-command` is refused
  cause: the token has white space or a line break inside, at position 2

hint: run the command of `--from-command` by itself: it must print the token and nothing else
[exit status: 4]

"#]]);
    let missing = session.run("token rotate --local --from-command no-such-command");
    assert!(missing.stderr().contains("no-such-command"), "{missing}");
    let told = missing.stderr().split_once("error: ").unwrap().1.to_owned();
    snapbox::assert_data_eq!(
        told,
        str![[r#"
the command of `--from-command` failed: exit status: 127
  cause: the shell finds no such command

hint: run the command of `--from-command` by itself: it must print the token and nothing else

"#]]
    );
    session.file("empty", "\n");
    session.run("token set --local --token-file empty").is(str![[r#"
------- stderr -------
error: the token from the file empty is refused
  cause: the token is empty

hint: put the token into empty, or name another file
[exit status: 4]

"#]]);
    session.run("token set --local --token-stdin").is(str![[r#"
------- stderr -------
error: the token from standard input is refused
  cause: the token is empty

hint: pipe the token in: `--token-stdin < key.txt`
[exit status: 4]

"#]]);
    session.run("token set --local --token-file nowhere").is(str![[r#"
------- stderr -------
error: the token file nowhere cannot be opened
  cause: No such file or directory (os error 2)
[exit status: 4]

"#]]);
    session.run("token check --local --from-command true").is(str![[r#"
fail  token  the token is empty
         -> run the command of `--from-command` by itself: it must print the token and nothing else
------- stderr -------
the token from the command of `--from-command`
[exit status: 5]

"#]]);
    session.run("token rotate --local --mint --role read-write --management-key-file nowhere").is(str![[
        r#"
------- stderr -------
error: the management key file nowhere cannot be opened
  cause: No such file or directory (os error 2)
[exit status: 4]

"#
    ]]);
    session.run("deploy --local --from-command true").is(str![[r#"
------- stderr -------
error: the token from the command of `--from-command` is refused
  cause: the token is empty

hint: run the command of `--from-command` by itself: it must print the token and nothing else
[exit status: 4]

"#]]);
}
