
"use strict";
const WORDS = {
  en: {
    title: "Inbox",
    about: "Mail and text messages the APIs would have sent. As JSON, oldest first:",
    apis: "The APIs",
    other: "中文",
    filter: "Only to",
    clear: "Clear",
    sms: "SMS",
    mail: "Mail",
    html: "HTML part",
    code: "Copy code",
    link: "Copy link",
    open: "Open link",
    text: "Copy text",
    copied: "Copied.",
    uncopied: "The browser does not allow this page to copy.",
    empty: "No messages yet. Request a code from an API and it will appear here.",
    hidden: "No messages to this recipient.",
    silent: "The server is not responding; trying again.",
  },
  zh: {
    title: "收件箱",
    about: "接口本应发出的邮件和短信。JSON 格式（从旧到新）：",
    apis: "接口文档",
    other: "English",
    filter: "只看收件人",
    clear: "清空",
    sms: "短信",
    mail: "邮件",
    html: "HTML 部分",
    code: "复制验证码",
    link: "复制链接",
    open: "打开链接",
    text: "复制全文",
    copied: "已复制。",
    uncopied: "浏览器不允许本页复制。",
    empty: "还没有消息。向接口请求一个验证码，它就会出现在这里。",
    hidden: "没有发给该收件人的消息。",
    silent: "服务没有响应，正在重试。",
  },
};
const KEPT = "tigertally-inbox-language";

const list = document.getElementById("messages");
const state = document.getElementById("state");
const filter = document.getElementById("filter");
const shown = new Map();
let language = localStorage.getItem(KEPT) ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");
let answers = true;

// Every field goes in as text: a message is never read as markup of this page.
function element(name, className, text) {
  const node = document.createElement(name);
  node.className = className;
  node.textContent = text;
  return node;
}

// An element whose words change with the language.
function worded(name, className, says) {
  const node = element(name, className, WORDS[language][says]);
  node.dataset.says = says;
  return node;
}

// The frame is made when it is first opened; an empty sandbox runs no script and leaves this page alone.
function htmlPart(html) {
  const details = document.createElement("details");
  details.append(worded("summary", "", "html"));
  details.addEventListener("toggle", () => {
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "");
    frame.title = WORDS[language].html;
    frame.srcdoc = html;
    details.append(frame);
  }, { once: true });
  return details;
}

function copier(says, text) {
  const button = worded("button", "copy", says);
  button.type = "button";
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      state.textContent = WORDS[language].copied;
    } catch {
      state.textContent = WORDS[language].uncopied;
    }
  });
  return button;
}

// What a message is read for: its code, its link, or all of it.
function uses(text) {
  const link = text.match(/https?:\/\/\S+/)?.[0];
  const code = text.replace(/https?:\/\/\S+/g, " ").match(/(?<!\d)\d{6}(?!\d)/)?.[0];
  const bar = element("div", "uses", "");
  if (code !== undefined) bar.append(copier("code", code));
  if (link !== undefined) {
    const anchor = worded("a", "", "open");
    anchor.href = link;
    anchor.target = "_blank";
    anchor.rel = "noreferrer";
    bar.append(copier("link", link), anchor);
  }
  bar.append(copier("text", text));
  return bar;
}

function article(message) {
  const node = document.createElement("article");
  node.dataset.to = message.to.toLowerCase();
  const facts = element("div", "facts", "");
  const time = element("time", "", new Date(message.at).toLocaleTimeString());
  time.dateTime = message.at;
  time.title = message.at;
  facts.append(worded("span", "channel", message.channel), element("span", "to", message.to), time);
  node.append(facts);
  if (message.subject !== null) node.append(element("h2", "", message.subject));
  if (message.text !== "") node.append(element("p", "text", message.text), uses(message.text));
  if (message.html !== null) node.append(htmlPart(message.html));
  return node;
}

// Hides what the filter leaves out, and says why nothing is to be seen.
function sift() {
  const wanted = filter.value.trim().toLowerCase();
  let seen = 0;
  for (const node of shown.values()) {
    node.hidden = !node.dataset.to.includes(wanted);
    if (!node.hidden) seen += 1;
  }
  const words = WORDS[language];
  const reason = !answers ? words.silent : shown.size === 0 ? words.empty : seen === 0 ? words.hidden : "";
  // What was just said of a copy stays until something else happens.
  if (reason !== "" || state.dataset.reason !== "") state.textContent = reason;
  state.dataset.reason = reason;
}

// Only what changed is touched, so that an opened part stays open.
function show(messages) {
  const kept = new Set(messages.map((message) => message.id));
  for (const [id, node] of shown) {
    if (!kept.has(id)) {
      node.remove();
      shown.delete(id);
    }
  }
  for (const message of messages) {
    if (!shown.has(message.id)) {
      const node = article(message);
      shown.set(message.id, node);
      list.prepend(node);
    }
  }
  const recipients = [...new Set(messages.map((message) => message.to))];
  document.getElementById("recipients").replaceChildren(...recipients.map((to) => new Option(to)));
}

async function refresh() {
  try {
    const answer = await fetch("messages", { cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    show(await answer.json());
    answers = true;
  } catch {
    answers = false;
  }
  sift();
}

async function keepFresh() {
  await refresh();
  setTimeout(keepFresh, 2000);
}

function speak(chosen) {
  language = chosen;
  document.documentElement.lang = chosen === "zh" ? "zh-CN" : "en";
  for (const node of document.querySelectorAll("[data-says]")) node.textContent = WORDS[chosen][node.dataset.says];
  const button = document.getElementById("language");
  button.textContent = WORDS[chosen].other;
  button.lang = chosen === "zh" ? "en" : "zh-CN";
  sift();
}

document.getElementById("language").addEventListener("click", () => {
  speak(language === "zh" ? "en" : "zh");
  localStorage.setItem(KEPT, language);
});
document.getElementById("clear").addEventListener("click", async () => {
  await fetch("messages", { method: "DELETE" }).catch(() => {});
  await refresh();
});
document.getElementById("tools").addEventListener("submit", (event) => event.preventDefault());
filter.addEventListener("input", sift);
document.getElementById("call").textContent = "curl " + new URL("messages", location.href).href;
speak(language);
keepFresh();
