// Saves a sheet while it is being filled in: one second after the last change,
// the marks on the page go to the API under the version that they were made
// from. What cannot be saved stays on the page and is tried again; nothing is
// kept in the browser. Without this script the buttons do the same.
(function () {
  "use strict";
  const form = document.querySelector("form[data-autosave]");
  if (!form) return;
  const state = form.querySelector("[data-state]");
  const version = form.elements.namedItem("version");
  const dialog = document.querySelector("[data-again]");
  const wrong = dialog.querySelector("[data-wrong]");
  const idle = 1000, longest = 30000;
  let saved = JSON.stringify(marks()), timer = 0, wait = 2000, busy = null, stopped = false;

  function marks() {
    const byCriterion = new Map();
    const of = (code) => {
      if (!byCriterion.has(code)) byCriterion.set(code, { criterion: code, score: null, not_observed: false, evidence: "" });
      return byCriterion.get(code);
    };
    for (const field of form.elements) {
      const at = (field.name || "").indexOf(".");
      if (at < 0) continue;
      const kind = field.name.slice(0, at), mark = of(field.name.slice(at + 1));
      if (kind === "note") mark.evidence = field.value.replace(/\r?\n/g, "\r\n");
      if (kind === "unseen" && field.checked) mark.not_observed = true;
      if (kind !== "score" || (field.type === "radio" && !field.checked)) continue;
      if (field.value === "not-observed") mark.not_observed = true;
      else if (field.value.trim() !== "" && Number.isFinite(Number(field.value))) mark.score = Number(field.value);
    }
    return [...byCriterion.values()];
  }

  const dirty = () => JSON.stringify(marks()) !== saved;

  function say(text, bad) {
    state.textContent = text;
    state.classList.toggle("not-saved", Boolean(bad));
  }

  const clock = () => new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

  function later(delay) {
    clearTimeout(timer);
    timer = setTimeout(save, delay);
  }

  function notSaved(why) {
    say("Not saved, keep this page open. " + why, true);
    later(wait);
    wait = Math.min(wait * 2, longest);
  }

  // One request at a time, so that versions follow each other.
  function save() {
    clearTimeout(timer);
    if (busy) return busy.then(save);
    if (stopped || !dirty()) return Promise.resolve(!dirty());
    busy = send().finally(() => { busy = null; });
    return busy;
  }

  async function send() {
    const now = marks(), sent = JSON.stringify(now);
    let answer;
    try {
      answer = await fetch(form.dataset.autosave, {
        method: "PUT", headers: { "Content-Type": "application/json", "If-Match": '"' + version.value + '"' },
        body: JSON.stringify({ marks: now }), signal: AbortSignal.timeout(15000),
      });
    } catch {
      notSaved("There is no connection; it is tried again by itself.");
      return false;
    }
    if (answer.ok) {
      const sheet = await answer.json();
      version.value = String(sheet.version);
      saved = sent;
      wait = 2000;
      say("Saved " + clock());
      if (dirty()) later(idle);
      return true;
    }
    if (answer.status === 401) {
      say("Not saved, keep this page open. Your session has ended.", true);
      if (!dialog.open) { wrong.hidden = true; dialog.showModal(); dialog.querySelector("[type=password]").focus(); }
      return false;
    }
    const problem = await answer.json().catch(() => ({}));
    if (answer.status === 412) {
      stopped = true;
      say("Not saved, keep this page open. This sheet was saved from another window or device since you opened this page. Press the button below to see both and choose.", true);
      return false;
    }
    if (answer.status >= 500 || answer.status === 429) { notSaved("The service does not answer; it is tried again by itself."); return false; }
    const why = (problem.errors || []).map((e) => e.message).join("; ") || problem.detail || "";
    say("Not saved. " + why, true);
    return false;
  }

  form.addEventListener("input", () => { if (!stopped) { say(""); later(idle); } });
  window.addEventListener("online", () => { if (dirty()) save(); });
  window.addEventListener("beforeunload", (event) => { if (dirty() && !leaving) event.preventDefault(); });

  // What is pressed first saves, so that a dead network does not lead to a
  // page that is not there.
  let leaving = false;
  form.addEventListener("submit", (event) => {
    if (leaving || stopped) { leaving = true; return; }
    event.preventDefault();
    const pressed = event.submitter;
    save().then((done) => {
      if (!done && !state.textContent.startsWith("Not saved. ")) return;
      leaving = true;
      form.requestSubmit(pressed);
    });
  });

  dialog.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const fields = new FormData(event.target);
    let answer;
    try {
      answer = await fetch(form.dataset.session, {
        method: "POST", headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ username: fields.get("username"), password: fields.get("password") }),
      });
    } catch {
      answer = null;
    }
    if (answer && answer.ok) { closeAndSave(); return; }
    const problem = answer ? await answer.json().catch(() => ({})) : {};
    wrong.textContent = problem.detail ? problem.detail[0].toUpperCase() + problem.detail.slice(1) + "." : "There is no connection. Try again in a moment.";
    wrong.hidden = false;
  });
  dialog.querySelector("[data-retry]").addEventListener("click", closeAndSave);

  function closeAndSave() {
    dialog.querySelector("[type=password]").value = "";
    dialog.close();
    save();
  }
})();
