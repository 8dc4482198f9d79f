/* A family's page: what has just appeared takes the focus, so that it is read from its beginning. */
(function () {
  "use strict";
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.family = {
    arrived: function () {
      window.setTimeout(function () {
        const place = document.getElementById("mc-effect");
        const first = place && (place.querySelector(".form-error") || place.querySelector("h2"));
        if (!first) return;
        first.tabIndex = -1;
        first.focus();
        first.scrollIntoView({ block: "start" });
      }, 0);
      return window.dash_clientside.no_update;
    },
  };
})();
