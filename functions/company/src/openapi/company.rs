//! What customers tell of themselves and their company.

use tally::domain::company::ReceivingAddress;
use tally::http::openapi::{Operation, Outcome};

use super::codes::required;
use super::{account, customer, done, stored, told, wrong};
use crate::company::{
    COMPANY_NAME, COMPANY_URL, MyInfo, PLACE, QQ, REALNAME, RECV_NAME, RECV_PHONE, STREET, my_info,
};
use crate::fields::Kind;
use crate::words;

pub(crate) fn change_person() -> Operation {
    Operation::new("change_my_info", "Change one's name and QQ number")
        .described("All that is sent, or nothing if one field is wrong.")
        .reads([
            stored("realname", "The person's real name.", REALNAME).required().example(customer().realname),
            stored("qq", "The person's QQ number; left out it stays, empty it goes.", QQ)
                .example(customer().qq),
        ])
        .answers([changed(), required(&["realname"]), too_long("qq", QQ)])
}

pub(crate) fn change_firm() -> Operation {
    let home_page = "The company's home page, http or https; left out it stays, empty it goes.";
    Operation::new("change_company_info", "Change the company's name and home page")
        .described("All that is sent, or nothing if one field is wrong.")
        .reads([
            stored("company_name", "The company's name.", COMPANY_NAME)
                .required()
                .example(customer().company_name),
            stored("company_url", home_page, COMPANY_URL).example(customer().company_url),
        ])
        .answers([
            changed(),
            required(&["company_name"]),
            too_long("company_name", COMPANY_NAME),
            wrong(
                "invalid_url",
                "The home page is no http or https address.",
                &[("company_url", words::NOT_A_HOME_PAGE)],
            ),
        ])
}

pub(crate) fn change_receiving() -> Operation {
    let ReceivingAddress { province, city, area, street, recv_name, recv_phone } = customer().receiving;
    let field =
        |name, meaning, kind, example: String| stored(name, meaning, kind).required().example(example);
    Operation::new("change_my_recv_info", "Change the address for parcels")
        .described("All six fields, or none if one is wrong.")
        .reads([
            field("province", "Province.", PLACE, province),
            field("city", "City.", PLACE, city),
            field("area", "District or county.", PLACE, area),
            field("street", "Street and number.", STREET, street),
            field("recv_name", "Who takes the parcel.", RECV_NAME, recv_name),
            field("recv_phone", "Their telephone number, as it is written.", RECV_PHONE, recv_phone),
        ])
        .answers([
            changed(),
            required(&["province", "city", "area", "street", "recv_name", "recv_phone"]),
            too_long("street", STREET),
        ])
}

pub(crate) fn show() -> Operation {
    let answer = my_info(&account(), &customer());
    Operation::new("my_info", "Show one's own data")
        .described("What was never set is an empty text.")
        .answers([told::<MyInfo<'_>>("shown", "The caller's own data.", answer)])
}

fn changed() -> Outcome {
    done("changed", "The data is changed.", words::CHANGED)
}

fn too_long(field: &'static str, kind: Kind) -> Outcome {
    let most = kind.most().unwrap_or_default();
    wrong("too_long", "A field is over its limit.", &[(field, &words::too_long(most))])
}
