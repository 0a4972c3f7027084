//! Completions, as a shell that reads them completes.

use tests::operator::process;

use super::told;

#[tokio::test]
async fn bash_completes_commands_and_what_stands_behind_them() {
    let (_, script, _) =
        told(process("", &["completions", "bash"]).output().await.expect("it can be started"));
    for (line, completed) in [
        (&["tally-admin", "st"][..], "staff"),
        (&["tally-admin", "secret", "ro"], "rotate"),
        (&["tally-admin", "import", "--dry"], "--dry-run"),
        (&["tally-admin", "end-sessions", "--ev"], "--everyone"),
        (&["tally-admin", "completions", "fi"], "fish"),
    ] {
        let words: Vec<String> = line.iter().map(|word| format!("'{word}'")).collect();
        let [last, before] = [1, 2].map(|back| line[line.len() - back]);
        let asked = format!(
            "{script}\nCOMP_WORDS=({}); COMP_CWORD={}\n_tally__admin tally-admin '{last}' '{before}'\n\
             printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            words.join(" "),
            line.len() - 1,
        );
        let shown = tokio::process::Command::new("bash").args(["-c", &asked]).output().await;
        let (_, shown, err) = told(shown.expect("there is a bash"));
        assert!(shown.lines().any(|offer| offer == completed), "{line:?}: {shown} {err}");
    }
}
