/* The chart library, fetched once and only where there are charts. On their pages it is fetched while the page still asks
   for its content; elsewhere when somebody first asks for it, as Dash does with the first chart. Dash waits for
   window.Plotly where it finds a promise there; the library then puts itself in its place. */
(function () {
  "use strict";
  const { plotly, charts } = document.currentScript.dataset;
  const AGAIN = 3000; // ms until the next try where it could not be fetched
  let asked = null;

  function fetchInto(done) {
    const script = document.createElement("script");
    script.src = plotly;
    script.async = true;
    script.onload = function () { done(window.Plotly); };
    script.onerror = function () { window.setTimeout(function () { fetchInto(done); }, AGAIN); };
    document.head.append(script);
  }

  function library() { return asked || (asked = new Promise(fetchInto)); }

  function arrived(itself) {
    Object.defineProperty(window, "Plotly", { value: itself, writable: true, configurable: true });
  }

  if (!plotly) return;
  Object.defineProperty(window, "Plotly", { get: library, set: arrived, configurable: true });
  if (charts.split(" ").includes(window.location.pathname)) library();
})();
