//! One user as one line of JSON: what an export writes and an import reads.
//!
//! Every fact about a user that outlasts a session is in it, the password's hash included; sessions,
//! keys and tokens never are.

use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::{Value, json};
use tally::domain::account::{Account, Standing};
use tally::domain::account_number::AccountNumber;
use tally::domain::contact::{Contact, FormerEmail};
use tally::domain::credential::StoredCredential;
use tally::domain::customer::{
    Customer, LineOfBusiness, MOST_LINES_OF_BUSINESS, ReceivingAddress, is_home_page,
};
use tally::domain::details::Details;
use tally::domain::email_address::EmailAddress;
use tally::domain::former_power::FormerPower;
use tally::domain::phone_number::PhoneNumber;
use tally::domain::role::Role;
use tally::domain::text::Text;
use tally::domain::transfer::Arrival;
use tally::domain::username::Username;
use tally::domain::weixin::OpenId;
use tally::services::transfer;
use tally::store::Resident;

use crate::fields::Fields;
use crate::outcome::without_nothing;
use crate::reason::{Faults, Reason, Reasons};
use crate::values;

/// Writes an account down, with the end of its line. What is absent is empty, or an address that is not proven.
pub(crate) fn write(Resident { account, company }: &Resident, now: Timestamp) -> String {
    let (number, standing) = (account.number.get(), standing_word(account.standing));
    let line = if account.standing == Standing::Deleted {
        json!({"number": number, "standing": standing})
    } else {
        without_nothing(json!({
            "number": number,
            "username": account.username.as_ref().map(Username::as_str),
            "email": account.email.as_ref().map(EmailAddress::as_str),
            "email_proven": account.email_proven.then_some(true),
            "former_emails": account.counting_formers(now).map(former_line).collect::<Vec<_>>(),
            "phone": account.phone.as_ref().map(PhoneNumber::as_str),
            "weixin": account.weixin.as_ref().map(OpenId::as_str),
            "first_name": account.first_name,
            "last_name": account.last_name,
            "role": account.role.word(),
            "charity": account.charity,
            "is_staff": account.is_staff,
            "is_superuser": account.is_superuser,
            "groups": account.groups.iter().map(|group| &group.name).collect::<Vec<_>>(),
            "standing": standing,
            "password": account.credential.as_str(),
            "joined": account.joined.to_string(),
            "last_login": account.last_login.map(|time| time.to_string()),
            "details": account.details.as_ref().map(|Details { company, tel, address }| {
                json!({"company": **company, "tel": **tel, "address": **address})
            }),
            "contact": account.contact.as_ref().map(|Contact { alias, phone, job_number, dept_id }| {
                json!({"alias": **alias, "phone": **phone, "job_number": **job_number, "dept_id": **dept_id})
            }),
            "company": company.as_ref().map(company_line),
        }))
    };
    format!("{line}\n")
}

fn former_line(FormerEmail { address, until, is_proven }: &FormerEmail) -> Value {
    without_nothing(json!({
        "address": address.as_str(), "until": until.to_string(), "proven": is_proven.then_some(true),
    }))
}

/// What lies beside the account; empty texts stand for themselves.
fn company_line(company: &Customer) -> Value {
    let Customer { realname, qq, company_name, company_url, select_fields, receiving } = company;
    let ReceivingAddress { province, city, area, street, recv_name, recv_phone } = receiving;
    json!({
        "realname": **realname, "qq": **qq, "company_name": **company_name, "company_url": **company_url,
        "select_fields": select_fields.iter().map(Text::as_str).collect::<Vec<_>>(),
        "province": **province, "city": **city, "area": **area, "street": **street,
        "recv_name": **recv_name, "recv_phone": **recv_phone,
    })
}

/// Reads a line; times that name no zone are of the given one.
pub(crate) fn read(mut fields: Fields, zone: Option<Offset>) -> Result<Arrival, Reasons> {
    let mut faults = Faults::default();
    let number = faults.note(fields.number("number")).flatten();
    let number =
        number.and_then(|number| faults.note(AccountNumber::given_before(number).ok_or(Reason::Number)));
    let standing = match faults.note(fields.text("standing")).flatten().as_deref() {
        None | Some("active") => Standing::Active,
        Some("frozen") => Standing::Frozen,
        Some("deleted") => return read_deleted(number, &fields, faults),
        Some(_) => {
            faults.add(Reason::Word("standing", "active, frozen, deleted"));
            Standing::Active
        }
    };
    let (username, email) = names(&mut fields, number.is_some(), &mut faults);
    let email_proven = faults.note(fields.flag("email_proven")).unwrap_or_default();
    // An address that cannot be read is a reason already.
    if email_proven && email.is_none() && faults.is_empty() {
        faults.add(Reason::ProvenNothing);
    }
    let role = role(&mut fields, &mut faults);
    let phone = faults.note(values::phone(&mut fields)).flatten();
    let is_staff = faults.note(fields.flag("is_staff")).unwrap_or_default();
    let is_superuser = faults.note(fields.flag("is_superuser")).unwrap_or_default();
    // A line that does not say who is of the charity is in the form of before staff and role were two
    // things, and read as the table then is.
    let is_nameless = username.is_none() && email.is_none() && phone.is_none();
    let form = FormerPower { role, is_staff, is_superuser, is_nameless };
    let (charity, is_staff) = if fields.has("charity") {
        (faults.note(fields.flag("charity")).unwrap_or_default(), is_staff)
    } else {
        (form.is_of_charity(), form.is_staff())
    };
    let groups = faults.note(fields.texts("groups").and_then(|names| values::groups(&names)));
    let credential = fields.text("password").and_then(|text| text.ok_or(Reason::Missing("password")));
    let credential = faults.note(credential.and_then(|text| values::credential(&text)));
    let joined = values::time(&mut fields, "joined", zone);
    let joined = faults.note(joined.and_then(|time| time.ok_or(Reason::Missing("joined"))));
    // Its number is drawn when it comes in, if it has none.
    let placeholder = number.unwrap_or(AccountNumber::new(0));
    let credential = credential.unwrap_or_else(StoredCredential::unusable);
    let account = Account {
        username,
        email,
        former_emails: formers(&mut fields, zone, &mut faults),
        email_proven,
        phone,
        weixin: faults.note(weixin(&mut fields)).flatten(),
        first_name: faults.note(values::name(&mut fields, "first_name")).unwrap_or_default(),
        last_name: faults.note(values::name(&mut fields, "last_name")).unwrap_or_default(),
        standing,
        role,
        charity,
        is_staff,
        is_superuser,
        last_login: faults.note(values::time(&mut fields, "last_login", zone)).flatten(),
        details: details(&mut fields, &mut faults),
        contact: contact(&mut fields, &mut faults),
        ..Account::new(placeholder, credential, joined.unwrap_or_default())
    };
    let company = company(&mut fields, &mut faults);
    fields.finish(&mut faults);
    faults.end(Arrival { number, account, groups: groups.unwrap_or_default(), company })
}

/// What somebody is called and has as an address. Who has a number was in a pool like this one, where a
/// name may read like an address that was the user's own when it was taken. Others are judged as if they
/// registered now, and a name that is an address fills an empty one.
fn names(
    fields: &mut Fields,
    was_in_a_pool: bool,
    faults: &mut Faults,
) -> (Option<Username>, Option<EmailAddress>) {
    let email = faults.note(values::email(fields, "email")).flatten();
    let name = faults.note(values::filled(fields, "username")).flatten();
    let of_name = values::address_of(name.as_deref());
    let (own, email) = if was_in_a_pool {
        (of_name.or_else(|| email.clone()), email)
    } else {
        let email = email.or(of_name);
        (email.clone(), email)
    };
    (faults.note(values::username(name.as_deref(), own.as_ref())).flatten(), email)
}

fn role(fields: &mut Fields, faults: &mut Faults) -> Role {
    let unknown = Reason::Word("role", "administrator, donor, volunteer");
    let word = faults.note(fields.text("role")).flatten();
    let role = word.map(|word| Role::with_word(&word).ok_or(unknown)).transpose();
    faults.note(role).flatten().unwrap_or_default()
}

fn read_deleted(
    number: Option<AccountNumber>,
    left: &Fields,
    mut faults: Faults,
) -> Result<Arrival, Reasons> {
    if number.is_none() {
        faults.add(Reason::Missing("number"));
    }
    if !left.is_empty() {
        faults.add(Reason::DeletedWithMore);
    }
    let account = transfer::deleted(number.unwrap_or(AccountNumber::new(0)));
    faults.end(Arrival { number, account, groups: Vec::new(), company: None })
}

/// The former addresses; `former_email` is how the one that there was used to be written.
fn formers(fields: &mut Fields, zone: Option<Offset>, faults: &mut Faults) -> Vec<FormerEmail> {
    let one = faults.note(fields.object("former_email", FORMER)).flatten();
    let mut formers = faults.note(fields.objects("former_emails", FORMER)).unwrap_or_default();
    formers.extend(one);
    formers.into_iter().filter_map(|inner| former(inner, zone, faults)).collect()
}

const FORMER: &str = "former_emails.";

fn former(mut inner: Fields, zone: Option<Offset>, faults: &mut Faults) -> Option<FormerEmail> {
    let address = values::email(&mut inner, "address");
    let address = faults.note(address.and_then(|it| it.ok_or(Reason::Missing("former_emails.address"))));
    let until = values::time(&mut inner, "until", zone);
    let until = faults.note(until.and_then(|it| it.ok_or(Reason::Missing("former_emails.until"))));
    let is_proven = faults.note(inner.flag("proven"));
    inner.finish(faults);
    Some(FormerEmail { address: address?, until: until?, is_proven: is_proven? })
}

fn details(fields: &mut Fields, faults: &mut Faults) -> Option<Details> {
    let mut inner = faults.note(fields.object("details", "details.")).flatten()?;
    let details = Details {
        company: text(&mut inner, "company", faults),
        tel: text(&mut inner, "tel", faults),
        address: text(&mut inner, "address", faults),
    };
    inner.finish(faults);
    Some(details)
}

fn contact(fields: &mut Fields, faults: &mut Faults) -> Option<Contact> {
    let mut inner = faults.note(fields.object("contact", "contact.")).flatten()?;
    let contact = Contact {
        alias: text(&mut inner, "alias", faults),
        phone: text(&mut inner, "phone", faults),
        job_number: text(&mut inner, "job_number", faults),
        dept_id: text(&mut inner, "dept_id", faults),
    };
    inner.finish(faults);
    Some(contact)
}

fn weixin(fields: &mut Fields) -> Result<Option<OpenId>, Reason> {
    let id = values::filled(fields, "weixin")?;
    id.map(|id| OpenId::parse(&id).ok_or(Reason::OpenId("weixin"))).transpose()
}

fn company(fields: &mut Fields, faults: &mut Faults) -> Option<Customer> {
    let mut inner = faults.note(fields.object("company", "company.")).flatten()?;
    let mut customer = Customer {
        realname: text(&mut inner, "realname", faults),
        qq: text(&mut inner, "qq", faults),
        company_name: text(&mut inner, "company_name", faults),
        company_url: text(&mut inner, "company_url", faults),
        ..Customer::default()
    };
    if !customer.company_url.is_empty() && !is_home_page(&customer.company_url) {
        faults.add(Reason::HomePage("company.company_url"));
    }
    customer.select_fields = lines_of_business(&mut inner, faults);
    customer.receiving = ReceivingAddress {
        province: text(&mut inner, "province", faults),
        city: text(&mut inner, "city", faults),
        area: text(&mut inner, "area", faults),
        street: text(&mut inner, "street", faults),
        recv_name: text(&mut inner, "recv_name", faults),
        recv_phone: text(&mut inner, "recv_phone", faults),
    };
    inner.finish(faults);
    Some(customer)
}

fn lines_of_business(inner: &mut Fields, faults: &mut Faults) -> Vec<LineOfBusiness> {
    const FIELD: &str = "company.select_fields";
    let typed = faults.note(inner.texts("select_fields")).unwrap_or_default();
    if typed.len() > MOST_LINES_OF_BUSINESS {
        faults.add(Reason::LongList(FIELD, MOST_LINES_OF_BUSINESS));
    }
    let lines = typed.into_iter().map(|line| faults.note(values::kept(FIELD, line)));
    lines.collect::<Option<_>>().unwrap_or_default()
}

/// A text of a record; empty if it is absent, or wrong and noted.
fn text<const MOST: usize>(inner: &mut Fields, field: &'static str, faults: &mut Faults) -> Text<MOST> {
    faults.note(values::text(inner, field)).unwrap_or_default()
}

fn standing_word(standing: Standing) -> &'static str {
    match standing {
        Standing::Active => "active",
        Standing::Frozen => "frozen",
        Standing::Deleted => "deleted",
    }
}

#[cfg(test)]
mod tests {
    use tally::domain::account::Group;
    use tally::domain::transfer::Likeness;
    use tally::domain::username::UsernameFault;

    use super::*;

    const MINIMAL: &str = r#"{"username":"zhang","password":"!","joined":"2021-11-30T08:00:00Z"}"#;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn kept<const MOST: usize>(text: &str) -> Text<MOST> {
        Text::parse(text).unwrap()
    }

    fn parse(text: &str) -> Result<Arrival, Reasons> {
        Fields::parse(text.as_bytes()).map_err(Reasons::from).and_then(|fields| read(fields, None))
    }

    /// The minimal line with some fields more.
    fn with(fields: &str) -> Result<Arrival, Reasons> {
        parse(&format!("{},{fields}}}", MINIMAL.trim_end_matches('}')))
    }

    fn full() -> Resident {
        let hash = "$argon2id$v=19$m=16,t=1,p=1$c29tZXNhbHQ$P9H0/ThZLXg0UDkZcqvjzBwvK1j42Mv9qGqFfYHSX40";
        let joined = time("2017-07-06T05:11:24.481Z");
        let address = |text| EmailAddress::parse(text).unwrap();
        let until = time("2017-07-13T05:11:24Z");
        let account = Account {
            username: Some(Username::stored("zhang@old.example.com".to_owned())),
            email: Some(address("Zhang@example.com")),
            former_emails: vec![FormerEmail {
                address: address("zhang@old.example.com"),
                until,
                is_proven: true,
            }],
            email_proven: true,
            phone: Some(PhoneNumber::stored("+8613800138000".to_owned())),
            weixin: OpenId::parse("o6_bmjrPTlm6_2sgVt7hMZOPfL2M"),
            first_name: "三".to_owned(),
            last_name: "张".to_owned(),
            role: Role::Volunteer,
            charity: true,
            is_staff: true,
            is_superuser: true,
            groups: vec![Group { id: 3, name: "运营".to_owned() }],
            standing: Standing::Frozen,
            last_login: Some(time("2018-01-01T00:00:00.000001Z")),
            details: Some(Details {
                company: kept("rinc"),
                tel: kept("1234567"),
                address: kept("江苏省 \"南京\""),
            }),
            contact: Some(Contact { alias: kept("San"), ..Contact::default() }),
            ..Account::new(AccountNumber::new(51_923_482), StoredCredential::stored(hash.to_owned()), joined)
        };
        let receiving = ReceivingAddress { city: kept("成都"), ..ReceivingAddress::default() };
        let company = Customer {
            realname: kept("张三"),
            company_url: kept("https://example.com"),
            select_fields: vec![kept("金融"), kept("物流")],
            receiving,
            ..Customer::default()
        };
        Resident { account, company: Some(company) }
    }

    #[test]
    fn what_is_written_is_read_back_whole() {
        let now = time("2017-07-07T00:00:00Z");
        let resident = full();
        let line = write(&resident, now);
        let arrival = parse(&line).unwrap();
        assert_eq!(arrival.number, Some(resident.account.number));
        assert!(arrival.account.email_proven);
        assert_eq!(arrival.company, resident.company);
        assert_eq!(arrival.likeness(&resident.account, now), Likeness::Same, "{line}");
        // A former address that counts no longer is left behind.
        assert!(!write(&resident, time("2017-07-14T00:00:00Z")).contains("former_email"));
    }

    #[test]
    fn the_deleted_leave_a_number_and_nothing_else() {
        let gone = Account { standing: Standing::Deleted, ..full().account };
        let line = write(&Resident { account: gone, company: None }, Timestamp::UNIX_EPOCH);
        assert_eq!(line, "{\"number\":51923482,\"standing\":\"deleted\"}\n");
        let arrival = parse(&line).unwrap();
        assert_eq!(arrival.account.standing, Standing::Deleted);
        let more = parse(r#"{"number":51923482,"standing":"deleted","username":"zhang"}"#);
        assert_eq!(more.unwrap_err(), Reason::DeletedWithMore.into());
        assert_eq!(parse(r#"{"standing":"deleted"}"#).unwrap_err(), Reason::Missing("number").into());
    }

    #[test]
    fn a_line_may_leave_out_what_is_usual() {
        let arrival = parse(MINIMAL).unwrap();
        assert_eq!((arrival.number, arrival.account.role), (None, Role::Donor));
        assert_eq!(arrival.account.standing, Standing::Active);
    }

    #[test]
    fn every_field_has_its_rule() {
        let long = "x".repeat(151);
        let cases = [
            (r#""number":7"#.to_owned(), Reason::Number),
            (r#""number":-7"#.to_owned(), Reason::Kind("number".to_owned(), "a whole number")),
            (r#""email":"zhang""#.to_owned(), Reason::Email("email")),
            (r#""email_proven":true"#.to_owned(), Reason::ProvenNothing),
            (r#""standing":"gone""#.to_owned(), Reason::Word("standing", "active, frozen, deleted")),
            (r#""role":"0""#.to_owned(), Reason::Word("role", "administrator, donor, volunteer")),
            (format!(r#""first_name":"{long}""#), Reason::LongText("first_name", 150)),
            (r#""last_name":"a\u0007""#.to_owned(), Reason::ControlCharacter("last_name")),
            (r#""is_staff":"yes""#.to_owned(), Reason::Kind("is_staff".to_owned(), "true or false")),
            (r#""groups":[1]"#.to_owned(), Reason::Kind("groups".to_owned(), "a list of texts")),
            (r#""last_login":"2021-11-30T08:00:00""#.to_owned(), Reason::Zone("last_login")),
            (r#""last_login":"yesterday""#.to_owned(), Reason::Time("last_login")),
            (
                r#""details":{"company":"a","fax":"b"}"#.to_owned(),
                Reason::UnknownField("details.\"fax\"".to_owned()),
            ),
            (r#""weixin":"o 6""#.to_owned(), Reason::OpenId("weixin")),
            (
                r#""company":{"company_url":"javascript:alert(1)"}"#.to_owned(),
                Reason::HomePage("company.company_url"),
            ),
            (
                format!(r#""company":{{"select_fields":["{long}"]}}"#),
                Reason::LongText("company.select_fields", LineOfBusiness::MOST),
            ),
            (r#""contact":[]"#.to_owned(), Reason::Kind("contact".to_owned(), "an object")),
            (r#""former_email":{"address":"a@b.cn"}"#.to_owned(), Reason::Missing("former_emails.until")),
            (r#""token":"x""#.to_owned(), Reason::UnknownField("\"token\"".to_owned())),
        ];
        for (fields, reason) in cases {
            assert_eq!(with(&fields).unwrap_err(), reason.into(), "{fields}");
        }
        assert_eq!(
            parse(r#"{"username":"a","joined":"2021-11-30T08:00:00Z"}"#).unwrap_err(),
            Reason::Missing("password").into()
        );
        assert_eq!(
            parse(r#"{"username":"a","password":"!"}"#).unwrap_err(),
            Reason::Missing("joined").into()
        );
    }

    #[test]
    fn a_name_like_an_address_of_old_is_taken_over_from_a_pool_only() {
        let line = |number: &str| {
            format!(r#"{{{number}"username":"v@corp.com","password":"!","joined":"2021-11-30T08:00:00Z"}}"#)
        };
        assert!(parse(&line("\"number\":51923482,")).is_ok());
        // Elsewhere it is the address where there is none, and nobody else's where there is one.
        let arrival = parse(&line("")).unwrap();
        assert_eq!(arrival.account.email.unwrap().as_str(), "v@corp.com");
        let refused = parse(&line("\"email\":\"w@corp.com\",")).unwrap_err();
        assert_eq!(refused, Reason::Username(UsernameFault::AnothersIdentifier).into());
        let blank = parse(&line("\"number\":51923482,")).unwrap().account.email;
        assert_eq!(blank, None, "it may be of old");
    }

    #[test]
    fn all_that_is_wrong_with_a_line_is_told_at_once() {
        let told = parse(
            r#"{"number":7,"username":"a b","email":"a@","email_proven":true,"phone":"1","first_name":7,"joined":"x",
            "standing":"gone","former_emails":[{"until":"x"}],"details":{"tel":1,"fax":2},"token":"t","key":1}"#,
        );
        let told = told.unwrap_err().to_string();
        let wanted = [
            "The number does not have 8 or 9 digits.",
            "standing is not one of active, frozen, deleted.",
            "email is not a valid e-mail address.",
            "A username may contain only ASCII letters, digits and @ . + - _.",
            "phone is not a mobile number.",
            "password is missing.",
            "joined is not a time such as 2021-11-30T08:00:00.123Z.",
            "former_emails.address is missing.",
            "until is not a time such as 2021-11-30T08:00:00.123Z.",
            "first_name is not a text.",
            "details.tel is not a text.",
            "There is no field details.\"fax\".",
            "There is no field \"token\".",
            "There is no field \"key\".",
        ];
        for reason in wanted {
            assert!(told.contains(reason), "{reason} is not in {told}");
        }
        assert!(!told.contains("email_proven"), "{told}");
    }
}
