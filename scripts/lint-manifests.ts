/**
 * Checks the golden manifests with checkov and kube-score: npm run lint:manifests. It requires Python with venv, and Go.
 * What they may find is in manifests/exceptions.ts.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Yaml } from 'cdk8s';
import { EXCEPTIONS } from './manifests/exceptions';
import { checkov, type Finding, kubeScore } from './manifests/linters';

const GOLDEN = join(__dirname, '..', 'test', 'unit', 'manifest', 'golden');
const COMPONENT = 'app.kubernetes.io/component';

const files = readdirSync(GOLDEN).map((file) => join(GOLDEN, file));
const components = new Map<string, string>(
  files
    .flatMap((file) => Yaml.load(file))
    .map(({ kind, metadata }) => [`${kind} ${metadata.name}`, metadata.labels?.[COMPONENT] ?? kind]),
);

/** What the finding is about: a container, or the component or the kind of an object. checkov reports the pods of Jobs. */
function subject({ kind, name, container }: Finding): string {
  return container ?? components.get(`${kind === 'Pod' ? 'Job' : kind} ${name}`) ?? kind;
}

const key = (rule: string, of: string) => `${rule} (${of})`;
const found = new Set([...checkov(GOLDEN), ...kubeScore(files)].map((one) => key(one.rule, subject(one))));
const excepted = new Set(EXCEPTIONS.flatMap(({ rule, of }) => of.map((one) => key(rule, one))));

const unexpected = [...found].filter((one) => !excepted.has(one));
const unneeded = [...excepted].filter((one) => !found.has(one));
for (const one of unexpected) console.error(`not among the exceptions: ${one}`);
for (const one of unneeded) console.error(`an exception that is not needed: ${one}`);
console.log(`${files.length} manifests, ${found.size} findings, ${excepted.size} exceptions`);
if (unexpected.length + unneeded.length > 0) process.exitCode = 1;
