//! Every letter as its reader gets it, subject and both parts, in both languages.

use tally::courier::{Language, Letter};
use tally::domain::account_number::AccountNumber;
use tally::domain::binding_link::BindingLink;
use tally::domain::code::Code;

#[test]
fn letters_read_as_they_were_approved() {
    let code = Code::typed("087629");
    let link = "https://api.example.com/users/bind_email/";
    let link = BindingLink::new(link, AccountNumber::new(51_923_482), 1_795_252_201, &[7; 16]);
    let letters = [
        ("password_reset_code", Letter::PasswordResetCode(&code)),
        ("email_binding_code", Letter::EmailBindingCode(&code)),
        ("email_binding_link", Letter::EmailBindingLink(&link)),
        ("email_changed", Letter::EmailChanged),
        ("email_replaced", Letter::EmailReplaced),
        ("password_changed", Letter::PasswordChanged),
        ("password_reset", Letter::PasswordReset),
        ("phone_changed", Letter::PhoneChanged),
    ];
    for (name, letter) in letters {
        for (tag, language) in [("zh", Language::Chinese), ("en", Language::English)] {
            let rendered = letter.render(language);
            let whole = format!("{}\n\n{}\n{}", rendered.subject, rendered.plain, rendered.html);
            insta::assert_snapshot!(format!("{name}.{tag}"), whole);
        }
    }
}
