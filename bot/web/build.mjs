// Makes built/ from src/: one script with the styles and the words in it, and the styles once more for browsers that know no
// constructed style sheets. built/ is kept in the repository, so that running and testing need no Node.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const TARGET = ['chrome64', 'safari12', 'firefox67'];

/** What built/ was made from: the files of src/ by name. tests/gateway/test_gateway_widget.py computes the same. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const name of readdirSync(join(here, 'src')).sort()) hash.update(name + '\0').update(readFileSync(join(here, 'src', name))).update('\0');
  return hash.digest('hex');
}

/** A rem is the document's, which belongs to the page that embeds the widget; the widget has its own, --r. */
const ownRem = (css) => css.replace(/(?<![\w.-])(-?(?:\d+\.?\d*|\.\d+))rem\b/g, 'calc(var(--r)*$1)');

const css = (await transform(ownRem(readFileSync(join(here, 'src/widget.css'), 'utf8')), { loader: 'css', minify: true, target: TARGET })).code.trim();
const banner = `/*! Huimin widget, Apache-2.0, made from src/ ${fingerprint()} */`;

const bundle = await build({
  entryPoints: [join(here, 'src/main.js')],
  bundle: true,
  minify: true,
  format: 'iife',
  charset: 'utf8',
  target: TARGET,
  supported: { destructuring: true }, // what old browsers get wrong of it is not used here
  legalComments: 'none',
  banner: { js: banner },
  write: false,
  plugins: [{
    name: 'styles',
    setup(b) {
      b.onLoad({ filter: /widget\.css$/ }, () => ({ contents: css, loader: 'text' }));
    },
  }],
});
mkdirSync(join(here, 'built'), { recursive: true });
writeFileSync(join(here, 'built/widget.js'), bundle.outputFiles[0].contents);
writeFileSync(join(here, 'built/widget.css'), css + '\n');
