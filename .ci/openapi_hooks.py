"""What schemathesis needs to get behind the doors of this service: users of its own, and the places
where each group looks for who is calling.

Three of four requests are made as somebody who is logged in, the others as a stranger. Whoever was
logged out by a request comes back as somebody new.
"""

import http.cookies
import itertools
import json
import os
import threading
import urllib.request

import schemathesis

URL = os.environ["TALLY_URL"]

_turns = itertools.count()
_people = itertools.count(1)
_lock = threading.Lock()
_kept = {}


def _post(path, body):
    request = urllib.request.Request(
        URL + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer), answer.headers


def _register():
    """Headers of somebody who registered for a session, which opens three groups."""
    body = {"username": f"person{next(_people)}", "password1": "fswxxz1456", "password2": "fswxxz1456"}
    answer, headers = _post("/rest-auth/registration/", body)
    cookies = http.cookies.SimpleCookie()
    for cookie in headers.get_all("Set-Cookie"):
        cookies.load(cookie)
    carried = "; ".join(f"{name}={morsel.coded_value}" for name, morsel in cookies.items())
    return {
        "session": {"Cookie": carried, "X-CSRFToken": cookies["csrftoken"].value},
        "key": {"Authorization": f"Token {answer['key']}"},
    }


def _register_donor():
    body = {"first_name": "三", "last_name": "张", "password": "fswxxz1456", "role": "1"}
    answer, _ = _post("/user/register/", body)
    return {"token": {"token": answer["data"]["token"]}}


def _carried(way):
    with _lock:
        if way not in _kept:
            _kept.update(_register_donor() if way == "token" else _register())
        return _kept[way]


def _forget():
    with _lock:
        _kept.clear()


def _way(path):
    if path.startswith(("/api/accounts/", "/users/")):
        return "session"
    if path.startswith(("/rest-auth/", "/api/")):
        return "key"
    return "token" if path.startswith("/user/") else None


@schemathesis.hook
def before_call(context, case, kwargs):
    way = _way(case.path)
    if way is None or next(_turns) % 4 == 0:
        return
    for name, value in _carried(way).items():
        case.headers[name] = value


@schemathesis.hook
def after_call(context, case, response):
    if "logout" in case.path or response.status_code == 401:
        _forget()
