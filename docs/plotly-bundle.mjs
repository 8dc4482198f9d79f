// Plotly with the kinds of traces that pages draw and no others: a third of the whole library, so charts come sooner.
// Run by `make plotly` in a folder where plotly.js, esbuild and the plugins are installed.
import esbuild from "esbuild";
import inlineStyles from "esbuild-plugin-inline-css";
import { createRequire } from "node:module";

const { version } = createRequire(import.meta.url)("plotly.js/package.json");
const kinds = ["bar", "choropleth", "scattergeo"]; // scatter is in every bundle
const registered = kinds.map((kind) => `require("plotly.js/lib/${kind}")`).join(", ");
const entry = `const Plotly = require("plotly.js/lib/core"); Plotly.register([${registered}]); module.exports = Plotly;`;
const banner = `/* plotly.js v${version}: scatter, ${kinds.join(", ")}. Copyright 2012-2026, Plotly, Inc. License: licenses/plotly-MIT.txt */`;

await esbuild.build({
  stdin: { contents: entry, resolveDir: "." },
  outfile: "plotly.min.js",
  bundle: true,
  minify: true,
  format: "iife",
  globalName: "Plotly",
  target: "es2016",
  legalComments: "eof",
  banner: { js: banner },
  plugins: [inlineStyles()],
  alias: { stream: "stream-browserify" },
  define: { global: "window", "define.amd": "false", "process.env.NODE_DEBUG": "false" },
});
