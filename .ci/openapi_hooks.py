"""What schemathesis needs to get behind the doors of this service: users of its own, and the places
where each group looks for who is calling.

Three of four requests are made as somebody who is logged in, the others as a stranger. Whoever was
logged out by a request comes back as somebody new; in the charity, every other one as its administrator.
"""

import http.cookies
import itertools
import json
import os
import subprocess
import threading
import urllib.parse
import urllib.request

import schemathesis

URL = os.environ["TALLY_URL"]
OPERATOR = os.environ["TALLY_ADMIN"]
PASSWORD = "fswxxz1456"

_turns = itertools.count()
_bodies = itertools.count()
_people = itertools.count(1)
_lock = threading.Lock()
_kept = {}


def _post(path, body, headers=None):
    headers = {"Content-Type": "application/json"} | (headers or {})
    request = urllib.request.Request(URL + path, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer), answer.headers


def _register(username):
    """Somebody who registered for a session, which opens three groups."""
    answer, headers = _post(
        "/rest-auth/registration/", {"username": username, "password1": PASSWORD, "password2": PASSWORD}
    )
    cookies = http.cookies.SimpleCookie()
    for cookie in headers.get_all("Set-Cookie"):
        cookies.load(cookie)
    carried = "; ".join(f"{name}={morsel.coded_value}" for name, morsel in cookies.items())
    return {
        "session": {"Cookie": carried, "X-CSRFToken": cookies["csrftoken"].value},
        "key": {"Authorization": f"Token {answer['key']}"},
    }


def _submit_details(key):
    details, _ = _post("/api/create_users_info/", {"company": "rinc", "tel": "1", "address": "南京"}, key)
    return details[0]["id"]


def _come(person):
    """Headers of somebody new, for each way to carry what one is known by."""
    carried = _register(f"person{person}")
    if person % 2:
        _submit_details(carried["key"])
        donor = {"first_name": "三", "last_name": "张", "password": PASSWORD, "role": "1"}
        answer, _ = _post("/user/register/", donor)
    else:
        answer, _ = _post("/user/login/", {"id": str(ADMINISTRATOR), "password": PASSWORD})
    return carried | {"token": {"token": answer["data"]["token"]}}


def _make_administrator():
    number = _submit_details(_register("keeper")["key"])
    subprocess.run([OPERATOR, "role", "keeper", "administrator"], check=True, stdout=subprocess.DEVNULL)
    return number


ADMINISTRATOR = _make_administrator()


def _way(path):
    if path.startswith(("/api/accounts/", "/users/")):
        return "session"
    if path.startswith(("/rest-auth/", "/api/")):
        return "key"
    return "token" if path.startswith("/user/") else None


def _send_as_form(case, kwargs):
    """Some bodies go as forms, of which the document tells in words only; every field is a text there."""
    if not isinstance(case.body, dict) or not case.body:
        return
    turn = next(_bodies) % 8
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in case.body.items()}
    fields = [(name, text.encode(errors="surrogatepass")) for name, text in texts.items()]
    if turn == 0:
        kwargs["data"] = urllib.parse.urlencode(fields)
        case.headers["Content-Type"] = "application/x-www-form-urlencoded"
    elif turn == 1:
        kwargs["files"] = [(name, (None, text)) for name, text in fields]


@schemathesis.hook
def before_call(context, case, kwargs):
    _send_as_form(case, kwargs)
    way = _way(case.path)
    if way is None or next(_turns) % 4 == 0:
        return
    with _lock:
        if not _kept:
            _kept.update(_come(next(_people)))
        carried = _kept[way]
    for name, value in carried.items():
        case.headers[name] = value


@schemathesis.hook
def after_call(context, case, response):
    with _lock:
        way = _way(case.path)
        was_known = way in _kept and all(case.headers.get(name) == value for name, value in _kept[way].items())
        if was_known and ("logout" in case.path or response.status_code == 401 or next(_turns) % 40 == 0):
            _kept.clear()
