// A conversation with each group by openapi-fetch, with the types that openapi-typescript makes of openapi.json.
// The compiler checks what is sent and what is read; what is read is asserted here.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import createClient, { type Client } from "openapi-fetch";
import type { paths } from "./schema.d.ts";

const url = setting("TALLY_URL");
const password = "fswxxz1456";
const nextPassword = "nanjing-fog-26";
const phone = "13900139002";
const nextPhone = "13700137002";

function setting(name: string): string {
  const value = process.env[name];
  assert.ok(value, `${name} is not set`);
  return value;
}

/** A client that shows these headers with every call. */
function carrier(headers: Record<string, string> = {}): Client<paths> {
  return createClient<paths>({ baseUrl: url, headers });
}

/** A client that keeps its cookies, as a browser does by itself. */
function browser(): Client<paths> {
  const client = carrier();
  const jar = new Map<string, string>();
  client.use({
    onRequest({ request }) {
      request.headers.set("Cookie", [...jar].map(([name, value]) => `${name}=${value}`).join("; "));
    },
    onResponse({ response }) {
      for (const cookie of response.headers.getSetCookie()) {
        const [name = "", value = ""] = cookie.split(";", 1)[0]?.split("=", 2) ?? [];
        if (/max-age=0/i.test(cookie)) jar.delete(name);
        else jar.set(name, value);
      }
    },
  });
  return client;
}

/** What a call with a status of success answered. */
async function answered<D>(call: Promise<{ data?: D; error?: unknown }>): Promise<NonNullable<D>> {
  const { data, error } = await call;
  assert.ok(data, JSON.stringify(error));
  return data;
}

/** What a call with another status answered. */
async function refused<E>(call: Promise<{ error?: E }>): Promise<NonNullable<E>> {
  const { error } = await call;
  assert.ok(error);
  return error;
}

/** Has the operator do something. */
function operate(...args: string[]): void {
  execFileSync(setting("TALLY_ADMIN"), args);
}

/** The code in the newest message to whoever's address or number ends so. */
async function receivedCode(ending: string): Promise<string> {
  const inbox = await fetch(`${url}/_local/messages`);
  const messages = (await inbox.json()) as { to: string; text: string }[];
  const code = messages.findLast(({ to }) => to.endsWith(ending))?.text.match(/(?<!\d)\d{6}(?!\d)/)?.[0];
  assert.ok(code, `no code for ${ending}`);
  return code;
}

async function restAuth(): Promise<void> {
  const form = { username: "tsdev", password1: password, password2: password };
  const { key } = await answered(browser().POST("/rest-auth/registration/", { body: form }));
  let client = carrier({ Authorization: `Token ${key}` });
  const details = { company: "rinc", tel: "1234567", address: "江苏省南京市" };
  const [created] = await answered(client.POST("/api/create_users_info/", { body: details }));
  assert.equal(created?.user.username, "tsdev");
  const body = { ...details, tel: "7654321" };
  await answered(client.PUT("/api/users_display/", { body }));
  const shown = await answered(client.GET("/api/users_display/"));
  assert.equal(shown.tel, "7654321");
  assert.deepEqual(shown.user.user_permissions, []);
  const change = { old_password: password, new_password1: nextPassword, new_password2: nextPassword };
  await answered(client.POST("/rest-auth/password/change/", { body: change }));
  await refused(client.GET("/api/users_display/"));
  client = browser();
  const login = (password: string) => client.POST("/rest-auth/login/", { body: { username: "tsdev", password } });
  assert.ok("non_field_errors" in (await refused(login(password))));
  await answered(login(nextPassword));
  assert.equal((await answered(client.GET("/api/users_display/"))).id, shown.id);
  await answered(client.POST("/rest-auth/logout/"));
  await refused(client.GET("/api/users_display/"));
}

/** Answers the number of the account that it makes. */
async function accounts(username: string, email: string): Promise<number> {
  const client = browser();
  const token = async () => (await answered(client.GET("/api/accounts/get_token/"))).data;
  const person = { username, email, phone: "1", dept_id: "7", password1: password, password2: password };
  const register = (csrfmiddlewaretoken?: string) =>
    client.POST("/api/accounts/register/", { body: { ...person, csrfmiddlewaretoken } });
  assert.equal((await refused(register())).code, 0);
  const registered = await answered(register(await token()));
  assert.ok(registered.code === 1, registered.msg as string);
  assert.equal(registered.msg.username, username);
  const taken = await answered(register(await token()));
  assert.ok(taken.code === 0 && taken.data.username);
  const login = { username, password, csrfmiddlewaretoken: await token() };
  assert.equal((await answered(client.POST("/api/accounts/login/", { body: login }))).data, username);
  const contact = { alias: "小明", email, phone: "2", job_number: "51", dept_id: "7" };
  const headers = { "X-CSRFToken": await token() };
  const changed = await answered(client.POST("/api/accounts/account_change/", { body: contact, headers }));
  assert.ok(changed.code === 1);
  assert.equal(changed.msg.alias, "小明");
  const shown = await answered(client.GET("/api/accounts/account_change/"));
  assert.equal(shown.data.phone, "2");
  await answered(client.POST("/api/accounts/logout/"));
  assert.equal((await refused(client.GET("/api/accounts/account_change/"))).code, 0);
  return shown.data.id;
}

async function manage(username: string, number: number): Promise<void> {
  const client = carrier();
  const login = (password: string) => client.POST("/v3_1/manage/login/", { body: { username, password } });
  assert.equal((await answered(login(password))).meta.code, 1002);
  operate("staff", username, "on", "--confirm", String(number));
  const welcome = await answered(login(password));
  assert.ok(welcome.meta.code === 0 && "user" in welcome.data);
  assert.equal(welcome.data.user.is_staff, true);
  await answered(client.POST("/v3_1/manage/verCode/", { body: { username, code_type: 1 } }));
  const vercode = await receivedCode(username);
  const body = { username, vercode, password: nextPassword, password2: nextPassword };
  assert.equal((await answered(client.POST("/v3_1/manage/password/reset/", { body }))).meta.code, 0);
  assert.equal((await answered(login(nextPassword))).meta.code, 0);
}

async function company(): Promise<void> {
  const client = browser();
  const code = async (action_name: "AccountReg" | "ChangeMobile", mobile: string) => {
    const sent = await answered(client.POST("/users/send_sms_code/", { body: { action_name, mobile } }));
    assert.equal(sent.status, "ok");
    return await receivedCode(mobile);
  };
  const form = {
    user_email: "tsfirm@example.com",
    company_name: "例子公司",
    password,
    phone,
    name: "李明",
    code: "1",
    select_fields: ["金融", "物流"],
  };
  const wrong = await answered(client.POST("/users/account_register/", { body: form }));
  assert.ok(wrong.status === "form_error" && wrong.errors.code);
  form.code = await code("AccountReg", phone);
  const registered = await answered(client.POST("/users/account_register/", { body: form }));
  assert.ok(registered.status === "ok", registered.msg);
  assert.equal(registered.username, form.user_email);
  const person = { realname: "李小明", qq: "10001" };
  assert.equal((await answered(client.POST("/users/change_my_info/", { body: person }))).status, "ok");
  const shown = await answered(client.GET("/users/my_info/"));
  assert.equal(shown.realname, "李小明");
  assert.equal((await answered(client.GET("/users/notify_email_is_bind/"))).is_bind, false);
  assert.equal((await answered(client.GET("/users/weixin_is_bind/"))).is_bind, false);
  const number = { password, mobile: nextPhone, code: await code("ChangeMobile", nextPhone) };
  assert.equal((await answered(client.POST("/users/change_mobile/", { body: number }))).status, "ok");
  const book = () => client.POST("/users/new_industry_bookin/", { body: { bookin_type: "1" } });
  assert.equal((await answered(book())).status, "ok");
  assert.equal((await answered(book())).status, "error");
  await answered(client.POST("/users/account_logout/"));
  assert.equal((await refused(client.GET("/users/my_info/"))).status, "error");
  const login = { username: nextPhone, password };
  const welcome = await answered(client.POST("/users/account_login/", { body: login }));
  assert.ok(welcome.status === "ok", welcome.msg);
  assert.deepEqual(welcome.user_industry, ["金融", "物流"]);
}

async function charity(username: string, number: number): Promise<void> {
  const stranger = carrier();
  const names = { first_name: "Sara", last_name: "Hammer" };
  const newcomer = { ...names, role: "1", password } as const;
  const donor = (await answered(stranger.POST("/user/register/", { body: newcomer }))).data;
  assert.equal(donor.role, "donor");
  operate("role", username, "administrator");
  const login = { id: String(number), password: nextPassword };
  const welcome = await answered(stranger.POST("/user/login/", { body: login }));
  const administrator = carrier({ token: welcome.data.token });
  await answered(administrator.POST("/user/status/", { body: { id: donor.id, status: "1" } }));
  const frozen = await refused(stranger.POST("/user/login/", { body: { id: donor.id, password } }));
  assert.equal(frozen.code, 403);
  const search = { first_name: "sara", role: "donor" } as const;
  const found = await answered(administrator.POST("/user/search/", { body: search }));
  assert.ok(found.data.id_list.includes(donor.id));
  const shown = await answered(administrator.POST("/user/getuser/", { body: { id: donor.id } }));
  assert.deepEqual([shown.data.status, shown.data.last_name], ["1", "Hammer"]);
  const renamed = { first_name: "Sinope", last_name: "Nanto" };
  await answered(administrator.POST("/user/changeinformation/", { body: renamed }));
  await answered(administrator.POST("/user/logout/"));
  assert.equal((await refused(administrator.POST("/user/logout/"))).code, 401);
}

await restAuth();
const number = await accounts("tsming", "tsming@example.com");
await manage("tsming@example.com", number);
await company();
await charity("tsming", number);
console.log("openapi-fetch: all five groups answered as described");
