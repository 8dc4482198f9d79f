/* Fetch plotly while the page is still asking for its content. Dash waits for window.Plotly where it finds a promise
   there; the library then puts itself in its place. Without this it is fetched only when the first chart is drawn. */
(function () {
  "use strict";
  const source = document.currentScript.dataset.plotly;
  const AGAIN = 3000; // ms until the next try where it could not be fetched

  function fetchInto(done) {
    const script = document.createElement("script");
    script.src = source;
    script.async = true;
    script.onload = function () { done(window.Plotly); };
    script.onerror = function () { window.setTimeout(function () { fetchInto(done); }, AGAIN); };
    document.head.append(script);
  }

  if (source) window.Plotly = new Promise(fetchInto);
})();
