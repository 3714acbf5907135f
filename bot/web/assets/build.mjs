// Bundles the page assets: every .ts, .css and .svg directly in this folder is an entry; folders hold parts.
// Writes ../static/<name>-<hash>.<ext> and ../static/manifest.json ({"desk.js": "desk-4F2K9XQA.js"}).
// `node build.mjs` builds once, `--watch` keeps building; `--report` also prints the sizes.

import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, context } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "..", "static");
const browsers = ["chrome100", "edge100", "firefox101", "safari16.4"];

// A shadow root takes its styles as text; tokens.css reaches it through @import like everybody else's.
const styleText = {
  name: "style-text",
  setup(setup) {
    setup.onLoad({ filter: /\.css$/ }, async ({ path, with: attributes }) => {
      if (attributes.type !== "text") return undefined;
      const bundled = await build({
        entryPoints: [path], bundle: true, minify: true, write: false, target: browsers, logLevel: "silent",
      });
      return { contents: bundled.outputFiles[0].text.trim(), loader: "text", watchFiles: [path] };
    });
  },
};

const publish = {
  name: "publish",
  setup(setup) {
    setup.onEnd(async ({ errors, metafile, outputFiles }) => {
      if (errors.length) return;
      const manifest = await write(metafile, outputFiles);
      if (process.argv.includes("--report")) report(outputFiles, manifest);
    });
  },
};

async function write(metafile, outputFiles) {
  await mkdir(target, { recursive: true });
  const names = Object.entries(metafile.outputs)
    .filter(([, output]) => output.entryPoint)
    .map(([path, output]) => [basename(output.entryPoint).replace(/\.ts$/, ".js"), basename(path)])
    .sort();
  const present = new Set(await readdir(target));
  const made = outputFiles.map((file) => [basename(file.path), file.contents]);
  await Promise.all(made.filter(([name]) => !present.has(name)).map(([name, contents]) => place(name, contents)));
  // The manifest comes after the files it names and before the removal of those it no longer names.
  await place("manifest.json", `${JSON.stringify(Object.fromEntries(names), null, 2)}\n`);
  const kept = new Set([...made.map(([name]) => name), "manifest.json"]);
  await Promise.all([...present].filter((name) => !kept.has(name)).map((name) => rm(join(target, name))));
  return Object.fromEntries(names);
}

// A reader never sees half a file.
async function place(name, contents) {
  const path = join(target, name);
  await writeFile(`${path}.new`, contents);
  await rename(`${path}.new`, path);
}

function report(outputFiles, manifest) {
  const bytes = new Map(outputFiles.map((file) => [basename(file.path), file.contents]));
  for (const [name, file] of Object.entries(manifest)) {
    const contents = bytes.get(file);
    const zipped = gzipSync(contents, { level: 9 }).length;
    console.log(`${name.padEnd(16)}${String(contents.length).padStart(8)} B${String(zipped).padStart(8)} B gzip`);
  }
}

const entries = (await readdir(here))
  .filter((name) => /\.(ts|css|svg)$/.test(name) && !name.endsWith(".d.ts"))
  .map((name) => join(here, name));

const options = {
  absWorkingDir: here,
  entryPoints: entries,
  outdir: target,
  entryNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  format: "iife",
  target: browsers,
  charset: "utf8",
  legalComments: "none",
  loader: { ".svg": "copy" },
  metafile: true,
  write: false,
  logLevel: "warning",
  plugins: [styleText, publish],
};

if (process.argv.includes("--watch")) {
  await (await context(options)).watch();
} else {
  await build(options).catch(() => process.exit(1));
}
