import { APPS, synthesizedApp } from '../../support/synthesized';

/** `cdk8s synth --format helm` writes templates, in which `{{` begins an action. It parses what it writes with Helm. */
test.each(APPS)('the manifest of %s contains no `{{`, so it can be a template of Helm', (app) => {
  const objects = synthesizedApp(app);
  expect(JSON.stringify(objects)).toContain('"command"');
  for (const object of objects) expect(JSON.stringify(object)).not.toContain('{{');
});
