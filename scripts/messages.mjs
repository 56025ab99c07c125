// Lists every sentence that a user can meet, from the sources: errors, log lines, termination messages and hints.
//
//   node scripts/messages.mjs            as lines of FILE<tab>SENTENCE
//
// What a template fills in stands as ${…}. Comments, docstrings and the guides are not listed.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ts = createRequire(import.meta.url)('typescript');
const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Stands for what a template fills in. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is not meant to be filled in
const HOLE = '${…}';

/** Fewer words are names, keys or parts of a command. */
const MIN_WORDS = 3;

for (const file of sources()) {
  const text = readFileSync(join(root, file), 'utf8');
  const found = file.endsWith('.sh') ? inShell(text) : inTypeScript(file, text);
  for (const sentence of found) console.log(`${file}\t${sentence.replace(/\s+/g, ' ').trim()}`);
}

function sources() {
  const all = ['lib', 'cli'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((file) => join(folder, file)),
  );
  return [...all.filter((file) => /\.(ts|sh)$/.test(file)).sort(), 'scripts/demo.mjs'];
}

function inShell(text) {
  const code = text.split('\n').filter((line) => !/^\s*#/.test(line));
  return code.flatMap((line) => [...line.matchAll(/"([^"]*)"/g)].map(([, words]) => words)).filter(isSentence);
}

function inTypeScript(file, text) {
  const found = [];
  const visit = (node) => {
    if (ts.isImportDeclaration(node)) return;
    const whole = literal(node);
    if (whole === undefined) ts.forEachChild(node, visit);
    else {
      if (isSentence(whole)) found.push(whole);
      ts.forEachChild(node, insideTemplate);
    }
  };
  const insideTemplate = (node) => {
    if (ts.isTemplateSpan(node)) visit(node.expression);
    else if (ts.isBinaryExpression(node)) ts.forEachChild(node, insideTemplate);
    else if (ts.isTemplateExpression(node)) ts.forEachChild(node, insideTemplate);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return found;
}

/** The text of a string, of a template, or of several put together with `+`. */
function literal(node) {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map((span) => `${HOLE}${span.literal.text}`).join('');
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [left, right] = [literal(node.left), literal(node.right)];
    return left === undefined || right === undefined ? undefined : left + right;
  }
  return undefined;
}

function isSentence(text) {
  return text.split(/\s+/).filter((word) => /\p{L}{2}/u.test(word)).length >= MIN_WORDS;
}
