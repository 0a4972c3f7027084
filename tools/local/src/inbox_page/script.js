
"use strict";
const list = document.getElementById("messages");
const state = document.getElementById("state");
const shown = new Map();

// Every field goes in as text: a message is never read as markup of this page.
function element(name, className, text) {
  const node = document.createElement(name);
  node.className = className;
  node.textContent = text;
  return node;
}

// The frame is made when it is first opened; an empty sandbox runs no script and leaves this page alone.
function htmlPart(html) {
  const details = document.createElement("details");
  details.append(element("summary", "", "HTML part"));
  details.addEventListener("toggle", () => {
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "");
    frame.title = "HTML part";
    frame.srcdoc = html;
    details.append(frame);
  }, { once: true });
  return details;
}

function article(message) {
  const node = document.createElement("article");
  const facts = element("div", "facts", "");
  const time = element("time", "", new Date(message.at).toLocaleTimeString());
  time.dateTime = message.at;
  time.title = message.at;
  facts.append(
    element("span", "channel", message.channel === "sms" ? "SMS" : "Mail"),
    element("span", "to", message.to),
    time,
  );
  node.append(facts);
  if (message.subject !== null) node.append(element("h2", "", message.subject));
  if (message.text !== "") node.append(element("p", "text", message.text));
  if (message.html !== null) node.append(htmlPart(message.html));
  return node;
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
  state.textContent = messages.length === 0 ? "No message yet. Ask an API for a code and it appears here." : "";
}

async function refresh() {
  try {
    const answer = await fetch("messages", { cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    show(await answer.json());
  } catch {
    state.textContent = "The server does not answer; trying again.";
  }
  setTimeout(refresh, 2000);
}

document.getElementById("call").textContent = "curl " + new URL("messages", location.href).href;
refresh();
