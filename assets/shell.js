/* The frame: menu button, current page, focus after navigation, stamp on paper. */
(function () {
  "use strict";
  let first = true;

  function mark(path) {
    for (const link of document.querySelectorAll(".rail-link")) {
      if (link.getAttribute("href") === path) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  function toggle(open) {
    const button = document.getElementById("menu-button");
    if (!button) return;
    button.setAttribute("aria-expanded", String(open));
    document.getElementById("menu").classList.toggle("open", open);
  }

  /* The frame in another language, around a page that is in it; without words as it was. */
  let spoken = null;
  function speak(words) {
    if (spoken) for (const [node, text] of spoken.before) node.textContent = text;
    if (spoken) document.querySelector(".rail nav").setAttribute("aria-label", spoken.pages);
    document.documentElement.lang = words ? words.lang : "en";
    if (!words) { spoken = null; return; }
    const nav = document.querySelector(".rail nav"), before = [];
    spoken = { path: window.location.pathname, before: before, pages: nav.getAttribute("aria-label") };
    function say(node, text) {
      if (!node || !text) return;
      before.push([node, node.textContent]);
      node.textContent = text;
    }
    say(document.querySelector(".skip"), words.skip);
    say(document.getElementById("menu-button"), words.menu);
    say(document.querySelector(".rail-out"), words.out);
    for (const link of document.querySelectorAll(".rail-link")) say(link, words.links[link.getAttribute("href")]);
    nav.setAttribute("aria-label", words.pages);
    document.title = words.title;
  }

  document.addEventListener("click", function (event) {
    const button = event.target.closest && event.target.closest("#menu-button");
    if (button) toggle(button.getAttribute("aria-expanded") !== "true");
    if (event.target.closest && event.target.closest(".skip")) {
      event.preventDefault();
      const main = document.getElementById("main");
      if (main) main.focus();
    }
  });
  document.addEventListener("keydown", function (event) {
    const button = document.getElementById("menu-button");
    if (event.key === "Escape" && button && button.getAttribute("aria-expanded") === "true") { toggle(false); button.focus(); }
  });

  /* What a form answers is seen and heard: where the act took its button away, the answer takes the focus. */
  let pressed = null, answer = null;
  document.addEventListener("click", function (event) {
    pressed = event.target.closest && event.target.closest("main button");
    answer = null;
  });
  function answered(changes) {
    for (const change of changes) {
      const said = change.target.closest && change.target.closest(".said");
      if (said && said.firstChild) { answer = said; said.scrollIntoView({ block: "nearest" }); }
    }
    if (!answer || !answer.isConnected || !pressed || pressed.isConnected) return;
    if (document.activeElement === document.body) answer.focus();
    pressed = answer = null;
  }
  new MutationObserver(answered).observe(document.documentElement, { childList: true, subtree: true });

  window.addEventListener("beforeprint", function () {
    const date = document.getElementById("print-date"), address = document.getElementById("print-address");
    if (date) date.textContent = new Date().toLocaleString("en-US", { dateStyle: "long", timeStyle: "short" });
    if (address) address.textContent = window.location.href;
  });

  /* A page taken from the browser's memory may belong to an ended session. */
  window.addEventListener("pageshow", function (event) { if (event.persisted) window.location.reload(); });

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.shell = {
    speak: function (words) {
      if (words && window.location.pathname === words.path) speak(words);
      return window.dash_clientside.no_update;
    },
    /* Runs when the router has delivered a page: the title takes the focus, as after a page load. */
    arrived: function () {
      mark(window.location.pathname);
      toggle(false);
      if (spoken && spoken.path !== window.location.pathname) speak(null);
      if (!first) window.setTimeout(function () {
        const title = document.querySelector("#_pages_content h1");
        if (title) title.focus({ preventScroll: true });
      }, 0);
      first = false;
      return window.location.pathname;
    },
  };
})();
