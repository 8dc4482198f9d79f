/* The URL is the state. See components/urlstate.py for what a page does with it. */
(function () {
  "use strict";
  const STORE = "query-store", CONTROL = "query-control";
  const COALESCE = 1200; // ms; arrowing through a list is one step for the Back button.
  let last = { key: null, at: 0 };

  /* The element that carries the page's name, its defaults and the query shown now. */
  function part() {
    return document.querySelector("[data-query-page]");
  }

  function parse(node) {
    const query = JSON.parse(node.dataset.queryDefaults);
    for (const [key, value] of new URLSearchParams(window.location.search)) query[key] = value;
    return query;
  }

  function format(query, defaults) {
    const words = new URLSearchParams();
    for (const key of Object.keys(query)) if (query[key] || defaults[key]) words.set(key, query[key]);
    const text = words.toString().replace(/%2C/g, ",").replace(/%2F/g, "/");
    return window.location.pathname + (text ? "?" + text : "");
  }

  function same(one, other) {
    const keys = new Set(Object.keys(one).concat(Object.keys(other)));
    return Array.from(keys).every((key) => (one[key] || "") === (other[key] || ""));
  }

  function text(value) {
    if (value === null || value === undefined) return "";
    return Array.isArray(value) ? value.join(",") : String(value);
  }

  function push(address, key) {
    if (address === window.location.pathname + window.location.search) return;
    const now = Date.now();
    const again = key !== null && key === last.key && now - last.at < COALESCE;
    last = { key: key, at: now };
    window.history[again ? "replaceState" : "pushState"]({}, "", address);
  }

  /* Dash writes dictionary ids into the DOM as JSON. */
  function controls(page) {
    return Array.from(document.querySelectorAll('[id^="{"]'))
      .map((node) => { try { return JSON.parse(node.id); } catch (_) { return {}; } })
      .filter((id) => id.type === CONTROL && id.page === page);
  }

  function restore(node) {
    const query = parse(node), page = node.dataset.queryPage;
    if (same(query, JSON.parse(node.dataset.query))) return;
    last = { key: null, at: 0 };
    node.dataset.query = JSON.stringify(query);
    window.dash_clientside.set_props({ type: STORE, page: page }, { data: query });
    for (const id of controls(page)) {
      const value = query[id.key] || "";
      window.dash_clientside.set_props(id, { value: id.many ? value.split(",").filter(Boolean) : value });
    }
  }

  /* Dash's router would rebuild the page; where only the query differs, the controls are set instead. */
  let path = window.location.pathname;
  function moved(event) {
    const stays = window.location.pathname === path, node = part();
    path = window.location.pathname;
    if (!stays || !node) return;
    event.stopImmediatePropagation();
    restore(node);
  }
  window.addEventListener("popstate", moved, true);
  window.addEventListener("_dashprivate_pushstate", moved, true);

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.urlstate = {
    /* True where a choice is the address's own, and not one that was just made. */
    asks: function (key, value) {
      const node = part();
      return Boolean(node) && parse(node)[key] === value;
    },
    /* Another outcome that is not open at this level: the nearest level. What an address asks for stays as asked. */
    follow: function (outcome, level, nearest) {
      const near = (nearest[outcome] || {})[level];
      return window.dash_clientside.urlstate.asks("i", outcome) || !near || near === level ? window.dash_clientside.no_update : near;
    },
    /* Two ends of a time, the earlier one first. */
    ordered: function (first, last) {
      const same = window.dash_clientside.no_update, own = window.dash_clientside.urlstate.asks;
      return first <= last || (own("from", first) && own("to", last)) ? [same, same] : [last, first];
    },
    changed: function (_, before) {
      const context = window.dash_clientside.callback_context, node = part();
      const query = Object.assign({}, before);
      for (const input of context.inputs_list[0]) query[input.id.key] = text(input.value);
      if (!node || same(query, before)) return window.dash_clientside.no_update;
      const keys = context.triggered.map((entry) => entry.prop_id);
      node.dataset.query = JSON.stringify(query);
      push(format(query, JSON.parse(node.dataset.queryDefaults)), keys.length === 1 ? keys[0] : null);
      return query;
    },
  };
})();
