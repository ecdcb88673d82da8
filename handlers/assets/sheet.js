// Saves a sheet while it is being filled in: one second after the last change,
// the marks on the page go to the API under the version that they were made
// from. What cannot be saved stays on the page and is tried again; nothing is
// kept in the browser. Without this script the buttons do the same, so a browser
// that lacks something needed here goes without.
(function () {
  "use strict";
  const form = document.querySelector("form[data-autosave]");
  if (!form || !form.requestSubmit || !window.HTMLDialogElement) return;
  const shown = form.querySelector("[data-state]"), spoken = form.querySelector("[data-spoken]");
  const version = form.elements.namedItem("version");
  const dialog = document.querySelector("[data-again]");
  const wrong = dialog.querySelector("[data-wrong]");
  const idle = 1000, longest = 30000, patience = 15000;

  // A browser that goes back must not fill in what is older than the sheet.
  form.autocomplete = "off";

  // What the service has of this page, as far as is known: what it sent, or what
  // it took since.
  let saved = form.dataset.kept === "no" ? "" : JSON.stringify(marks(true));
  let unanswered = []; // sent, and perhaps taken
  let timer = 0, wait = 2000, notBefore = 0, busy = null, leaving = false, goOn = null;
  let asked = false; // to sign in again
  let stopped = form.dataset.kept === "no"; // what to keep is for the person to say, by the button

  // marks are those on the page, or those that came with it.
  function marks(came) {
    const byCriterion = new Map();
    const of = (code) => {
      if (!byCriterion.has(code)) byCriterion.set(code, { criterion: code, score: null, not_observed: false, evidence: "" });
      return byCriterion.get(code);
    };
    for (const field of form.elements) {
      const at = (field.name || "").indexOf(".");
      if (at < 0) continue;
      const kind = field.name.slice(0, at), mark = of(field.name.slice(at + 1));
      const value = came && field.type !== "radio" ? field.defaultValue : field.value, checked = came ? field.defaultChecked : field.checked;
      if (kind === "note") mark.evidence = value.replace(/\r\n?/g, "\n");
      if (kind === "unseen" && checked) mark.not_observed = true;
      if (kind !== "score" || (field.type === "radio" && !checked)) continue;
      if (value === "not-observed") mark.not_observed = true;
      else if (isNumber(value)) mark.score = Number(value);
    }
    return [...byCriterion.values()];
  }

  function isNumber(text) { return text.trim() !== "" && Number.isFinite(Number(text)); }
  const noNumber = () => [...form.elements].some((f) => f.type === "text" && f.name.startsWith("score.") && f.value.trim() !== "" && !isNumber(f.value));
  const dirty = () => JSON.stringify(marks()) !== saved || noNumber();

  // say shows where saving stands. It is spoken where it turns bad, and once
  // where it is good again: not after every word that was typed.
  function say(text, bad) {
    const turns = Boolean(bad) !== shown.classList.contains("not-saved");
    if (text !== shown.textContent) shown.textContent = text;
    shown.classList.toggle("not-saved", Boolean(bad));
    if (text && (turns || bad || !spoken.textContent) && spoken.textContent !== text) spoken.textContent = text;
  }

  const clock = () => new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

  function later(delay) {
    clearTimeout(timer);
    timer = setTimeout(save, Math.max(delay, notBefore - Date.now()));
  }

  // tryAgain waits longer each time, as long as the service asks for, and not
  // as long as everybody else.
  function tryAgain(why, answer) {
    say("Not saved, keep this page open. " + why, true);
    const bidden = answer ? 1000 * (Number(answer.headers.get("Retry-After")) || 0) : 0;
    const delay = Math.max(bidden, wait) * (1 + Math.random() / 4);
    if (answer) notBefore = Date.now() + delay;
    later(delay);
    wait = Math.min(wait * 2, longest);
    return "waits";
  }

  // save sends what is new, one request at a time, so that versions follow each
  // other. It says how that went: saved; refused, where the page that the button
  // leads to says why; or waits.
  function save() {
    clearTimeout(timer);
    if (busy) return busy.then(save);
    if (!dirty()) return Promise.resolve("saved");
    if (stopped) return Promise.resolve("refused");
    if (noNumber()) {
      say("Not saved. A mark is a number, such as 4.", true);
      return Promise.resolve("refused");
    }
    if (Date.now() < notBefore) {
      later(0);
      return Promise.resolve("waits");
    }
    busy = send().catch(() => tryAgain("It is tried again by itself.")).finally(() => { busy = null; });
    return busy;
  }

  function ask(method, body) {
    const cut = new AbortController(), bell = setTimeout(() => cut.abort(), patience);
    const headers = body ? { "Content-Type": "application/json", "If-Match": '"' + version.value + '"' } : {};
    // What is short arrives even if the page is closed meanwhile.
    return fetch(form.dataset.autosave, { method, headers, body, signal: cut.signal, keepalive: Boolean(body) && body.length < 15000 })
      .finally(() => clearTimeout(bell));
  }

  async function send() {
    const now = marks(), sent = JSON.stringify(now);
    let answer;
    unanswered.push(sent);
    try {
      answer = await ask("PUT", JSON.stringify({ marks: now }));
    } catch {
      return tryAgain("There is no connection; it is tried again by itself.");
    }
    if (answer.ok) {
      took(await answer.json(), sent);
      return "saved";
    }
    if (answer.status === 401) return signInAgain();
    if (answer.status === 412) return compare(sent);
    if (answer.status >= 500 || answer.status === 429) return tryAgain("The service does not answer; it is tried again by itself.", answer);
    const problem = await answer.json().catch(() => ({}));
    const why = (problem.errors || []).map((e) => e.message).join("; ") || problem.detail || "";
    say("Not saved. " + why, true);
    return "refused";
  }

  // took notes what the service has now.
  function took(sheet, what) {
    version.value = String(sheet.version);
    saved = what;
    unanswered = [];
    wait = 2000;
    if (dirty()) later(idle);
    else say("Saved " + clock());
  }

  // compare finds out whether the sheet that is newer than this page differs in
  // what this page is about. It does not where the newer one is our own, whose
  // answer was lost, or another part of the sheet was filled in elsewhere.
  async function compare(sent) {
    let answer;
    try {
      answer = await ask("GET");
    } catch {
      return tryAgain("There is no connection; it is tried again by itself.");
    }
    if (answer.status === 401) return signInAgain();
    if (!answer.ok) return tryAgain("The service does not answer; it is tried again by itself.", answer);
    const sheet = await answer.json();
    const kept = JSON.stringify(marks().map(({ criterion }) => {
      const m = sheet.marks.find((k) => k.criterion === criterion) || {};
      return { criterion, score: m.score ?? null, not_observed: Boolean(m.not_observed), evidence: (m.evidence || "").replace(/\r\n?/g, "\n") };
    }));
    if (kept === sent || kept === saved || unanswered.includes(kept)) {
      took(sheet, kept);
      return kept === JSON.stringify(marks()) ? "saved" : send();
    }
    stopped = true;
    say("Not saved, keep this page open. This sheet was saved from another window or device since you opened this page. Press the button below to see both and choose.", true);
    return "refused";
  }

  function signInAgain() {
    say("Not saved, keep this page open. Your session has ended. Press the button below to sign in.", true);
    if (!asked && !dialog.open) {
      asked = true;
      wrong.hidden = true;
      dialog.showModal();
      dialog.querySelector("[type=password]").focus();
    }
    return "waits";
  }

  form.addEventListener("input", () => {
    leaving = false;
    goOn = null;
    if (stopped) return;
    if (!shown.classList.contains("not-saved")) say("");
    later(idle);
  });
  window.addEventListener("online", () => { if (!stopped && dirty()) save(); });
  document.addEventListener("visibilitychange", () => { if (!stopped && dirty()) save(); });
  window.addEventListener("pagehide", () => { if (!stopped && !leaving && dirty()) save(); });
  window.addEventListener("beforeunload", (event) => { if (dirty() && !leaving) event.preventDefault(); });

  // A page that the browser kept and shows again may be older than the sheet:
  // then the next save compares.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    leaving = false;
    if (!stopped && dirty()) later(idle);
  });

  // What is pressed first saves, so that a dead network does not lead to a
  // page that is not there.
  function first(event, go) {
    if (leaving || !dirty()) return;
    event.preventDefault();
    asked = false;
    const onward = (done) => {
      goOn = done === "waits" ? onward : null;
      if (done === "waits" || leaving) return;
      leaving = true;
      go(done);
    };
    save().then(onward);
  }
  form.addEventListener("submit", (event) => {
    if (stopped) { leaving = true; return; }
    first(event, () => form.requestSubmit(event.submitter));
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || stopped || event.button || event.ctrlKey || event.metaKey || event.shiftKey || link.target || link.getAttribute("href").startsWith("#")) return;
    first(event, (done) => { leaving = done === "saved"; location.assign(link.href); });
  });

  document.addEventListener("submit", (event) => { // to sign out
    if (event.target !== form && !dialog.contains(event.target) && !stopped) first(event, () => event.target.requestSubmit());
  });

  let signingIn = false;
  dialog.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (signingIn) return;
    signingIn = true;
    const fields = new FormData(event.target);
    let answer = null;
    try {
      answer = await fetch(form.dataset.session, {
        method: "POST", headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ username: fields.get("username"), password: fields.get("password") }),
      });
    } catch { /* said below */ }
    signingIn = false;
    if (answer && answer.ok) { closeAndSave(); return; }
    const problem = answer ? await answer.json().catch(() => ({})) : {};
    wrong.textContent = problem.detail ? problem.detail[0].toUpperCase() + problem.detail.slice(1) + "." : "There is no connection. Try again in a moment.";
    wrong.hidden = false;
    dialog.querySelector("[type=password]").focus();
  });
  dialog.querySelector("[data-retry]").addEventListener("click", closeAndSave);
  dialog.addEventListener("cancel", () => { goOn = null; });

  // closeAndSave goes on with what was pressed when the session had ended.
  function closeAndSave() {
    const onward = goOn;
    dialog.querySelector("[type=password]").value = "";
    goOn = null;
    asked = false;
    dialog.close();
    save().then((done) => { if (onward) onward(done); });
  }
})();
