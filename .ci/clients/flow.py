"""A conversation with each group by the client that openapi-python-client makes of openapi.json. Every answer
has to be of the type that the call names.
"""

import importlib
import json
import os
import re
import subprocess
import urllib.request

from tigertally_client import AuthenticatedClient, Client, models

URL = os.environ["TALLY_URL"]
PASSWORD, NEXT_PASSWORD = "fswxxz1456", "nanjing-fog-26"
PHONE, NEXT_PHONE = "13900139001", "13700137001"


def call(client, operation, kind, **arguments):
    """What an operation answers, which is a `kind`."""
    group = next(name for name in ("rest_auth", operation.split("_")[0]) if operation.startswith(name))
    module = importlib.import_module(f"tigertally_client.api.{group}.{operation}")
    answer = module.sync_detailed(client=client, **arguments)
    assert isinstance(answer.parsed, kind), f"{operation}: {answer.status_code} {answer.content}"
    return answer.parsed


def browser():
    """A client that keeps its cookies."""
    return Client(URL, raise_on_unexpected_status=True)


def carrier(token, prefix="Token", header="Authorization"):
    """A client that shows a token with every call."""
    return AuthenticatedClient(URL, token, prefix=prefix, auth_header_name=header)


def operate(*arguments):
    """Has the operator do something."""
    subprocess.run([os.environ["TALLY_ADMIN"], *arguments], check=True, stdout=subprocess.DEVNULL)


def received_code(ending):
    """The code in the newest message to whoever's address or number ends so."""
    with urllib.request.urlopen(f"{URL}/_local/messages") as inbox:
        texts = [message["text"] for message in json.load(inbox) if message["to"].endswith(ending)]
    return re.search(r"(?<!\d)\d{6}(?!\d)", texts[-1]).group()


def rest_auth():
    body = models.RestAuthRegistrationRequest(username="pydev", password1=PASSWORD, password2=PASSWORD)
    key = call(browser(), "rest_auth_registration", models.RestAuthKey, body=body).key
    client = carrier(key)
    details = {"company": "rinc", "tel": "1234567", "address": "江苏省南京市"}
    body = models.RestAuthCreateUsersInfoRequest(**details)
    [created] = call(client, "rest_auth_create_users_info", list, body=body)
    assert isinstance(created, models.RestAuthRecord) and created.user.username == "pydev"
    body = models.RestAuthReplaceUsersDisplayRequest(**details | {"tel": "7654321"})
    call(client, "rest_auth_replace_users_display", models.RestAuthRecord, body=body)
    shown = call(client, "rest_auth_users_display", models.RestAuthRecord)
    assert (shown.tel, shown.user.user_permissions) == ("7654321", [])
    body = models.RestAuthPasswordChangeRequest(PASSWORD, NEXT_PASSWORD, NEXT_PASSWORD)
    call(client, "rest_auth_password_change", models.RestAuthDetail, body=body)
    call(client, "rest_auth_users_display", models.RestAuthDetail)
    client = browser()
    body = models.RestAuthLoginRequest(username="pydev", password=PASSWORD)
    wrong = call(client, "rest_auth_login", models.RestAuthFieldErrors, body=body)
    assert wrong.additional_keys == ["non_field_errors"]
    body = models.RestAuthLoginRequest(username="pydev", password=NEXT_PASSWORD)
    call(client, "rest_auth_login", models.RestAuthKey, body=body)
    call(client, "rest_auth_users_display", models.RestAuthRecord)
    call(client, "rest_auth_logout", models.RestAuthDetail)
    call(client, "rest_auth_users_display", models.RestAuthDetail)


def accounts(username, email):
    """Answers the number of the account that it makes."""
    client = browser()
    said = models.AccountsSuccessOfStringAndString

    def token():
        return call(client, "accounts_get_token", said).data

    body = models.AccountsRegisterRequest(
        username=username, password1=PASSWORD, password2=PASSWORD, email=email, phone="1", dept_id="7"
    )
    call(client, "accounts_register", models.AccountsRefusedWithString, body=body)
    body.csrfmiddlewaretoken = token()
    registered = call(client, "accounts_register", models.AccountsSuccessOfStringAndNewUser, body=body)
    assert (registered.code, registered.msg.username) == (1, username)
    taken = call(client, "accounts_register", models.AccountsRefusedWithFieldErrors, body=body)
    assert taken.code == 0 and "username" in taken.data
    body = models.AccountsLoginRequest(username, PASSWORD, token())
    assert call(client, "accounts_login", said, body=body).data == username
    body = models.AccountsAccountChangeRequest("小明", email, "2", "51", "7", token())
    changed = call(client, "accounts_account_change", models.AccountsSuccessOfStringAndShown, body=body)
    assert changed.msg.alias == "小明"
    shown = call(client, "accounts_account", models.AccountsSuccessOfUserAndString).data
    assert (shown.phone, shown.dept_id) == ("2", "7")
    call(client, "accounts_logout_by_post", said)
    call(client, "accounts_account", models.AccountsRefusedWithString)
    return shown.id


def manage(email, number):
    client = browser()
    body = models.ManageLoginRequest(username=email, password=PASSWORD)
    refused = call(client, "manage_login", models.ManageFaultWithNothing, body=body)
    assert refused.meta.code == 1002
    operate("staff", email, "on", "--confirm", str(number))
    welcome = call(client, "manage_login", models.ManageSuccessWithWelcome, body=body)
    assert welcome.meta.code == 0 and welcome.data.user.is_staff
    body = models.ManageAskForCodeRequest(email, models.ManageAskForCodeRequestCodeTypeNumber(1))
    call(client, "manage_ask_for_code", models.ManageSuccessWithNothing, body=body)
    code = received_code(email)
    body = models.ManageResetPasswordRequest(email, NEXT_PASSWORD, NEXT_PASSWORD, code)
    call(client, "manage_reset_password", models.ManageSuccessWithNothing, body=body)
    body = models.ManageLoginRequest(username=email, password=NEXT_PASSWORD)
    call(client, "manage_login", models.ManageSuccessWithWelcome, body=body)


def company():
    client, done = browser(), models.CompanySuccessOfNothing
    action = models.CompanySendSmsCodeRequestActionName

    def code(purpose, phone):
        body = models.CompanySendSmsCodeRequest(action_name=purpose, mobile=phone)
        call(client, "company_send_sms_code", done, body=body)
        return received_code(phone)

    form = models.CompanyAccountRegisterRequest(
        user_email="pyfirm@example.com",
        company_name="例子公司",
        password=PASSWORD,
        phone=PHONE,
        name="李明",
        code="1",
        select_fields=["金融", "物流"],
    )
    call(client, "company_account_register", models.CompanyFormError, body=form)
    form.code = code(action.ACCOUNTREG, PHONE)
    registered = call(client, "company_account_register", models.CompanySuccessOfRegistered, body=form)
    assert (registered.status, registered.username) == ("ok", "pyfirm@example.com")
    body = models.CompanyChangeMyInfoRequest(realname="李小明", qq="10001")
    call(client, "company_change_my_info", done, body=body)
    shown = call(client, "company_my_info", models.CompanySuccessOfMyInfo)
    assert (shown.realname, shown.company_name) == ("李小明", "例子公司")
    assert not call(client, "company_notify_email_is_bind", models.CompanySuccessOfNotifyEmail).is_bind
    assert not call(client, "company_weixin_is_bind", models.CompanySuccessOfBound).is_bind
    body = models.CompanyChangeMobileRequest(PASSWORD, code(action.CHANGEMOBILE, NEXT_PHONE), NEXT_PHONE)
    call(client, "company_change_mobile", done, body=body)
    body = models.CompanyNewIndustryBookinRequest(models.CompanyNewIndustryBookinRequestBookinTypeText("1"))
    call(client, "company_new_industry_bookin", done, body=body)
    call(client, "company_new_industry_bookin", models.CompanyError, body=body)
    call(client, "company_account_logout", done)
    call(client, "company_my_info", models.CompanyError)
    body = models.CompanyAccountLoginRequest(username=NEXT_PHONE, password=PASSWORD)
    logged_in = call(client, "company_account_login", models.CompanySuccessOfLoggedIn, body=body)
    assert logged_in.user_industry == ["金融", "物流"]


def charity(username, number):
    stranger, done, refused = browser(), models.CharitySuccessOfNothing, models.CharityRefused
    role = models.CharityRegisterRequestRoleText("1")
    body = models.CharityRegisterRequest("Sara", "Hammer", role, PASSWORD)
    donor = call(stranger, "charity_register", models.CharitySuccessOfNewcomer, body=body).data
    assert donor.role == models.CharityNewcomerRole.DONOR
    operate("role", username, "administrator")
    body = models.CharityLoginRequest(str(number), NEXT_PASSWORD)
    welcome = call(stranger, "charity_login", models.CharitySuccessOfLoggedIn, body=body)
    administrator = carrier(welcome.data.token, prefix="", header="token")
    frozen = models.CharityStatusRequestStatusText("1")
    body = models.CharityStatusRequest(donor.id, frozen)
    call(administrator, "charity_status", done, body=body)
    body = models.CharityLoginRequest(donor.id, PASSWORD)
    assert call(stranger, "charity_login", refused, body=body).code == 403
    body = models.CharitySearchRequest(first_name="sara", role=models.CharitySearchRequestRoleText("donor"))
    found = call(administrator, "charity_search", models.CharitySuccessOfFound, body=body)
    assert donor.id in found.data.id_list
    body = models.CharityGetuserRequest(donor.id)
    shown = call(administrator, "charity_getuser", models.CharitySuccessOfUser, body=body)
    assert (shown.data.status, shown.data.last_name) == ("1", "Hammer")
    body = models.CharityChangeinformationRequest("Sinope", "Nanto")
    call(administrator, "charity_changeinformation", done, body=body)
    call(administrator, "charity_logout", done)
    call(administrator, "charity_logout", refused)


rest_auth()
number = accounts("pyming", "pyming@example.com")
manage("pyming@example.com", number)
company()
charity("pyming", number)
print("openapi-python-client: all five groups answered as described")
