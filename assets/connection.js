/* What goes wrong between the page and the server is said on the page, politely and never silently. */
(function () {
  "use strict";
  const SLOW = 300; // ms before a wait is mentioned
  const RETRY = 3000; // ms between two looks for a lost connection
  const PATH = "/_dash-update-component";
  const ENDED = { // families read it in their own language
    en: ["Your session has ended. ", "What you see was right when it ended; what you typed here stays. ", "Sign in in a new tab", ", then go on here."],
    es: ["Su sesión ha terminado. ", "Lo que ve era correcto cuando terminó; lo que escribió aquí se queda. ", "Entre en una pestaña nueva", " y siga después aquí."],
  };
  const ask = window.fetch.bind(window);
  let waiting = 0, timer = null, watch = null, ended = false, shown = here();

  function element(id) { return document.getElementById(id); }

  function busy(change) {
    waiting += change;
    const main = element("main");
    if (waiting > 0 && timer === null) timer = window.setTimeout(function () {
      if (element("loading")) element("loading").textContent = "Loading …";
      if (main) main.setAttribute("aria-busy", "true");
    }, SLOW);
    if (waiting === 0) {
      window.clearTimeout(timer); timer = null;
      if (element("loading")) element("loading").textContent = "";
      if (element("main")) element("main").removeAttribute("aria-busy");
    }
  }

  /* One message at a time, in the live region above the page; parts are texts or elements. */
  function say(kind, parts) {
    const place = element("connection");
    if (!place || place.dataset.kind === kind) return;
    place.dataset.kind = kind;
    place.replaceChildren();
    const box = document.createElement("div");
    box.className = "connection connection-" + kind;
    const line = document.createElement("p");
    for (const piece of parts) line.append(piece);
    box.append(line);
    place.append(box);
  }

  function clear(kind) {
    const place = element("connection");
    if (place && place.dataset.kind === kind) { delete place.dataset.kind; place.replaceChildren(); }
  }

  function bold(text) { const node = document.createElement("strong"); node.textContent = text; return node; }

  function link(text, href) { const node = document.createElement("a"); node.textContent = text; node.href = href; return node; }

  function button(text, action) {
    const node = document.createElement("button");
    node.type = "button"; node.textContent = text; node.addEventListener("click", action);
    return node;
  }

  function here() { return window.location.pathname + window.location.search; }

  /* The page that stands keeps its own address; signing in again leads to the one that was asked for. */
  function stay() {
    const path = element("arrived") && element("arrived").textContent;
    if (!path || path === window.location.pathname) return;
    window.history.replaceState({}, "", shown.split("?")[0] === path ? shown : path);
  }

  function sessionEnded() {
    const again = "/sign-in?why=ended&next=" + encodeURIComponent(here());
    stay();
    if (ended) { element("connection").querySelector("a").href = again; return; }
    ended = true;
    const told = ENDED[document.querySelector(".family[lang=es]") ? "es" : "en"];
    clear("lost"); clear("failed");
    const door = link(told[2], again);
    door.target = "_blank";
    say("ended", [bold(told[0]), told[1], door, told[3]]);
    element("connection").lang = told === ENDED.es ? "es" : "en";
    const main = element("main");
    if (main) main.inert = true;
  }

  /* Back from the tab in which somebody signed in: the same person goes on here, anybody else begins anew. */
  async function signedIn() {
    if (!ended || document.hidden) return;
    const answer = await ask("/_dash-layout", { cache: "no-store" }).catch(function () { return null; });
    if (!answer || !answer.ok || !ended) return;
    const frame = await answer.text();
    const same = [".rail-person", ".rail-organization"].every(function (part) {
      return frame.includes(JSON.stringify(document.querySelector(part).textContent));
    });
    if (!same) { window.location.reload(); return; }
    ended = false;
    clear("ended");
    element("main").inert = false;
  }
  window.addEventListener("focus", signedIn);
  document.addEventListener("visibilitychange", signedIn);

  function lost() {
    say("lost", [bold("The connection is lost. "), "What you see may not match your last choice. We keep trying."]);
    if (watch === null) watch = window.setInterval(look, RETRY);
  }

  function look() {
    ask("/healthz", { cache: "no-store" }).then(function (answer) {
      if (!answer.ok) return;
      window.clearInterval(watch); watch = null;
      clear("lost");
      say("back", [bold("The connection is back. "), button("Show the page again", function () { window.location.reload(); })]);
    }, function () {});
  }

  async function failed(answer) {
    let reference = null;
    try { reference = (await answer.clone().json()).reference; } catch (_) { /* no JSON, no code */ }
    const parts = [bold("Your last choice could not be shown. "), "What you see is from before. ",
      button("Try again", function () { window.location.reload(); })];
    if (reference) parts.push(" If it happens again, tell the backbone organization this code: ", bold(reference));
    clear("failed");
    say("failed", parts);
  }

  /* Dash reads what was refused twice; a body can be read once. */
  async function readable(answer) {
    const text = await answer.text();
    answer.text = async function () { return text; };
    return answer;
  }

  async function fetchAndTell(input, options) {
    const address = typeof input === "string" ? input : input.url;
    const ours = address.includes(PATH);
    if (ours) busy(1);
    try {
      const answer = await ask(input, options);
      if (answer.status === 401) sessionEnded();
      else if (ours && !answer.ok) await failed(answer);
      else if (ours) { clear("failed"); clear("back"); clear("lost"); shown = here(); }
      return ours && !answer.ok ? await readable(answer) : answer;
    } catch (error) {
      if (ours && error.name !== "AbortError") lost();
      throw error;
    } finally {
      if (ours) busy(-1);
    }
  }
  window.fetch = fetchAndTell;
})();
