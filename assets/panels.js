/* Panels: turned over, shared, sorted; charts that fit the paper; the hatch that maps use. */
(function () {
  "use strict";

  /* One pattern for the whole document: what is hidden on a map is hatched at any zoom, also on paper. */
  function addHatch() {
    const holder = document.createElement("div");
    holder.innerHTML =
      '<svg width="0" height="0" style="position:absolute" aria-hidden="true" focusable="false"><defs>' +
      '<pattern id="quorum-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">' +
      '<rect width="6" height="6" fill="#fbfaf7"></rect><rect width="1.6" height="6" fill="#9aa3ab"></rect>' +
      "</pattern></defs></svg>";
    document.body.appendChild(holder.firstChild);
  }

  function turn(button) {
    const panel = button.closest(".panel"), face = button.dataset.turn;
    const shown = panel.dataset.face === face ? "chart" : face;
    panel.dataset.face = shown;
    for (const other of panel.querySelectorAll("[data-turn]")) {
      other.setAttribute("aria-pressed", String(other.dataset.turn === shown));
    }
    if (shown === "chart") window.dispatchEvent(new Event("resize"));
  }

  function share(button) {
    const status = button.parentElement.querySelector("[data-share-status]");
    const said = function (words) { status.textContent = words; };
    const address = window.location.href;
    if (!navigator.clipboard) { said("Copy the address from the address bar; it holds all you have chosen."); return; }
    navigator.clipboard.writeText(address).then(
      function () { said("Link copied. It opens for people who have signed in."); },
      function () { said("Copy the address from the address bar; it holds all you have chosen."); }
    );
  }

  document.addEventListener("click", function (event) {
    if (!event.target.closest) return;
    if (event.target.closest("[data-print]")) window.print();
    const turned = event.target.closest("[data-turn]"), shared = event.target.closest("[data-share]");
    if (turned) turn(turned);
    if (shared) share(shared);
    for (const menu of document.querySelectorAll(".panel-download[open], .choose[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    const menu = event.target.closest && event.target.closest(".panel-download[open], .choose[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });

  /* Paper is narrower and lower than the window: charts are drawn again to its size, and back afterwards. */
  const PAPER = { width: 660, height: 480 };
  function redraw(paper) {
    for (const plot of document.querySelectorAll(".js-plotly-plot")) {
      if (!window.Plotly || !plot.offsetParent) continue;
      if (paper) {
        const height = Math.min(plot.offsetHeight, PAPER.height);
        plot.parentElement.dataset.paper = "1";
        window.Plotly.relayout(plot, { width: PAPER.width, height: height, autosize: false });
      } else if (plot.parentElement.dataset.paper) {
        delete plot.parentElement.dataset.paper;
        window.Plotly.relayout(plot, { width: null, height: null, autosize: true });
      }
    }
  }
  window.addEventListener("beforeprint", function () { redraw(true); });
  window.addEventListener("afterprint", function () { redraw(false); });

  if (document.body) addHatch();
  else document.addEventListener("DOMContentLoaded", addHatch);

  /* A heading that sorts is drawn anew with its table: it keeps the focus and its place in the window, until the
     reader moves on. Meanwhile the page keeps its height, or the window could not stay where it is. */
  const FRAMES = 60, LONGEST = 10000; // ms
  let held = null;
  function hold(id) {
    const button = document.getElementById(id), table = button && button.closest(".table-scroll");
    if (!table) return;
    letGo();
    const slot = button.closest(".content-slot");
    held = { id: id, old: button, slot: slot, frames: FRAMES, until: performance.now() + LONGEST };
    Object.assign(held, { top: button.getBoundingClientRect().top, left: table.scrollLeft });
    if (slot) slot.style.minHeight = slot.offsetHeight + "px";
    requestAnimationFrame(stay);
  }
  function stay() {
    if (!held) return;
    const button = document.getElementById(held.id), table = button && button.closest(".table-scroll");
    if (table && button !== held.old) {
      if (held.frames === FRAMES) table.scrollLeft = held.left;
      if (document.activeElement === document.body) button.focus({ preventScroll: true });
      window.scrollBy({ top: button.getBoundingClientRect().top - held.top, behavior: "instant" });
      held.frames -= 1;
    }
    if (held.frames > 0 && performance.now() < held.until) requestAnimationFrame(stay);
    else letGo();
  }
  function letGo() {
    if (held && held.slot) held.slot.style.minHeight = "";
    held = null;
  }
  for (const sign of ["wheel", "touchmove", "pointerdown", "keydown", "popstate"]) {
    window.addEventListener(sign, letGo, { passive: true, capture: true });
  }

  /* What the reader waits for when a place of a map is chosen or let go: its card, or its row of the list (`part`).
     Chosen from the list or the picture, the card also takes the focus: what is read next is in it. */
  let sought = null;

  function seek(area, part) { sought = { area: area, part: part }; }

  /* Chosen from the drop-down, the focus stays there, and the page moves only where the card is out of sight. */
  document.addEventListener("change", function (event) {
    if (event.target.matches('select[id*=\'"key":"area"\']')) seek(event.target.value, "sight");
  });

  function outOfSight(node) {
    const at = node.getBoundingClientRect();
    return at.bottom <= 0 || at.top >= window.innerHeight;
  }

  /* The focus is nowhere (on the page around a node), or in what is drawn anew. */
  function free(node) {
    const on = document.activeElement;
    return on.contains(node) || Boolean(on.closest(".place-list, .place-card, .map-frame"));
  }

  window.quorum = {
    /* A row of the list beside a map: a place that can be chosen, its number and, of a percentage, how many children
       it is of and its interval. */
    Place: function (props) {
      const make = window.React.createElement, chosen = Boolean(props.chosen), row = window.React.useRef(null);
      window.React.useEffect(function () {
        if (sought === null || sought.part !== "row" || sought.area !== JSON.parse(props.id).area) return;
        if (free(row.current)) row.current.focus({ preventScroll: true });
        if (document.activeElement !== row.current) return;
        sought = null;
        row.current.scrollIntoView({ block: "nearest" });
      });
      const click = function () { props.setProps({ n_clicks: (props.n_clicks || 0) + 1 }); };
      const button = { type: "button", className: "place-button", ref: row, "aria-pressed": String(chosen), onClick: click };
      return make("tr", { className: chosen ? "focus" : "" },
        make("th", { scope: "row" }, make("button", button, props.name)),
        make("td", { className: props.hidden ? "value hidden-value" : "value" }, props.text,
          props.beside && make("span", { className: "of" }, props.beside[1])),
        props.beside && make("td", { className: "value note" }, props.beside[0]));
    },
    /* The card of the chosen place: it comes into sight when its place is chosen. */
    Card: function (props) {
      const card = window.React.useRef(null);
      window.React.useEffect(function () {
        if (sought === null || sought.part === "row" || sought.area !== props.area) return;
        const take = sought.part === "card" && free(card.current);
        if (sought.part === "card" || outOfSight(card.current)) card.current.scrollIntoView({ block: "nearest" });
        if (take) card.current.focus({ preventScroll: true });
        sought = null;
      });
      const look = { className: "place-card", tabIndex: -1, "aria-label": props.label, ref: card };
      return window.React.createElement("section", look, props.children);
    },
    /* The rows of a table: their headings, and values with what they are of. */
    Rows: function (props) {
      const make = window.React.createElement;
      /* A phone has room for one column of names: the others stand under the first there. */
      const head = function (word, at, words) {
        const others = at === 0 && words.length > 1 && make("span", { className: "on-phones" }, words.slice(1).join(" · "));
        return make("th", { scope: "row", className: at ? "beside" : undefined }, word, others);
      };
      const value = function (one) {
        return make("td", { className: one.hidden ? "value hidden-value" : "value" }, one.text,
          one.of && make("span", { className: "of" }, one.of));
      };
      return make("tbody", null, ...props.rows.map(function (row) {
        return make("tr", { className: row.look }, ...row.heads.map(head), ...row.values.map(value));
      }));
    },
  };

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.panels = {
    /* A click on a heading sorts by it, a second one the other way round. */
    sort: function (clicks, order) {
      const triggered = window.dash_clientside.callback_context.triggered[0];
      if (!triggered || !triggered.value) return window.dash_clientside.no_update;
      const id = triggered.prop_id.replace(/\.n_clicks$/, ""), column = JSON.parse(id).column;
      hold(id);
      const first = column === "name" ? column : "-" + column, second = column === "name" ? "-" + column : column;
      return order === first ? second : first;
    },
    /* A click on an area of a map, or on a row of the list beside it, chooses it; a second click on the row lets it
       go, and so does another level, which has other places. */
    choose: function (click, rows, level, chosen) {
      const same = window.dash_clientside.no_update, triggered = window.dash_clientside.callback_context.triggered[0];
      if (!triggered || !triggered.value) return same;
      const [id, prop] = triggered.prop_id.split(/\.(?=\w+$)/);
      if (prop === "value") return !chosen || window.dash_clientside.urlstate.asks("level", level) ? same : "";
      if (prop === "n_clicks") {
        const area = JSON.parse(id).area, gone = area === chosen || area === "-";
        seek(gone ? chosen : area, gone ? "row" : "card");
        return gone ? "" : area;
      }
      const point = click.points[0], area = point && (point.location || point.customdata);
      if (!area || area === chosen) return same;
      seek(area, "card");
      return area;
    },
    /* Where no place is chosen, the map shows them all. */
    far: function (area, near, ways) {
      const open = ways.map((way) => Object.assign({}, way, { disabled: Boolean(way.value) && !area }));
      return [area || !near ? window.dash_clientside.no_update : "", open];
    },
    /* One more place among those compared. */
    add: function (place, chosen) {
      if (!place || (chosen || []).includes(place)) return [window.dash_clientside.no_update, ""];
      return [(chosen || []).concat([place]), ""];
    },
  };
})();
