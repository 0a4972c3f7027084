//! Every letter as its reader gets it, subject and both parts, in both languages.

use tally::courier::{Language, Letter};
use tally::domain::code::Code;

#[test]
fn letters_read_as_they_were_approved() {
    let code = Code::stored("087629".to_owned());
    let letters = [
        ("password_reset_code", Letter::PasswordResetCode(&code)),
        ("email_changed", Letter::EmailChanged),
        ("password_reset", Letter::PasswordReset),
    ];
    for (name, letter) in letters {
        for (tag, language) in [("zh", Language::Chinese), ("en", Language::English)] {
            let rendered = letter.render(language);
            let whole = format!("{}\n\n{}\n{}", rendered.subject, rendered.plain, rendered.html);
            insta::assert_snapshot!(format!("{name}.{tag}"), whole);
        }
    }
}
