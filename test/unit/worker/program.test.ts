import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Yaml } from 'cdk8s';
import { expand } from '../../../cli/rehearsal/expansion';
import { Program } from '../../../lib/index';
import { container, type Json, SynthesizedRun } from '../../../tools/synthesized-run';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'program-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function script(content: string | Buffer, name = 'worker.py'): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function commandOf(program: Program): string[] {
  return container(new SynthesizedRun({ worker: { program } }).workerJob(), 'worker').command;
}

describe('a command', () => {
  test('is run by the shim, in the shared folder', () => {
    expect(commandOf(Program.command('/app/render', '--fast', ''))).toEqual([
      '/bin/sh',
      '/opt/work-queue/programs/shim.sh',
      '/run/work-queue',
      '/app/render',
      '--fast',
      '',
    ]);
  });

  test.each([
    '$(QUEUE)',
    '$$(QUEUE)',
    '$$',
    '$',
    '$$$',
    'a$b',
    '$(',
    'echo $((1 + 2)) $(date)',
    '\'"`\\',
    'two\nlines',
    '--',
    'Ä 🍎',
  ])('keeps the argument %j as it is, through YAML and the kubelet', (argument) => {
    const manifest = Yaml.stringify(
      new SynthesizedRun({ worker: { program: Program.command('echo', argument) } }).workerJob(),
    );
    const written = container(parsed(manifest), 'worker').command.at(-1);
    expect(expand(written, new Map([['QUEUE', 'expanded']]))).toBe(argument);
  });

  test.each([Program.ITEM, `/bin/${Program.ITEM}`])('cannot be the item: %j', (command) => {
    expect(() => Program.command(command)).toThrow(
      /Program\.command: the command is ".*", with Program\.ITEM in it.*Program\.command\('\/app\/render', Program\.ITEM\)/,
    );
  });

  test.each(['', ' ', undefined, 5])('cannot be %j', (command) => {
    expect(() => Program.command(command as string)).toThrow(/Program\.command: the command is .*\. Name what/);
  });

  test.each([5, undefined, null, ['x']])('cannot have the argument %j, which is no text', (argument) => {
    const args = ['echo', argument as unknown as string] as const;
    expect(() => Program.command(...args)).toThrow(
      /^Program\.command: .* is no text, as a command and its arguments are/,
    );
  });

  test('cannot have an argument that is longer than Linux takes', () => {
    expect(() => Program.command('sh', '-c', 'x'.repeat(131_071))).not.toThrow();
    expect(() => Program.command('sh', '-c', 'x'.repeat(131_072))).toThrow(
      /^Program\.command: "x{40}…" has 131072 bytes; an argument .* has at most 131071\. Pass such data in the item/,
    );
    expect(() => Program.script(script('#!/bin/sh'), { args: ['ä'.repeat(65_536)] })).toThrow(/has 131072 bytes/);
  });

  test.each(['a\0b', '\udc00'])('cannot have the argument %j', (argument) => {
    expect(() => Program.command('echo', argument)).toThrow(
      /Program\.command: .* holds a NUL or half of a surrogate pair/,
    );
  });
});

describe('a script', () => {
  test('is mounted where its interpreter finds it, and can be executed', () => {
    const program = Program.script(script('print(1)\n'), { interpreter: ['python3', '-u'], args: ['--x', '$(y)'] });
    const run = new SynthesizedRun({ worker: { program } });
    const job = run.workerJob();
    expect(container(job, 'worker').command.slice(3)).toEqual([
      'python3',
      '-u',
      '/opt/work-queue/script/worker.py',
      '--x',
      '$$(y)',
    ]);
    const volume = job.spec.template.spec.volumes.find(({ name }: Json) => name === 'work-queue-script');
    expect(volume.configMap.defaultMode).toBe(0o555);
    expect(run.named('ConfigMap', volume.configMap.name)).toMatchObject({
      immutable: true,
      data: { 'worker.py': 'print(1)\n' },
    });
    expect(container(job, 'courier').volumeMounts.map(({ name }: Json) => name)).not.toContain('work-queue-script');
  });

  test('without an interpreter is run directly', () => {
    expect(commandOf(Program.script(script('#!/bin/sh\ncat\n', 'eat.sh'))).slice(3)).toEqual([
      '/opt/work-queue/script/eat.sh',
    ]);
  });

  test('comes before the Job that mounts it', () => {
    const run = new SynthesizedRun({ worker: { program: Program.script(script('#!/bin/sh\n')) } });
    const names = run.objects().map(({ metadata }) => metadata.name);
    const configMap = names.find((name) => name.includes('-script-'));
    expect(names.indexOf(configMap)).toBeLessThan(names.indexOf(run.job.name));
  });

  test.each([
    ['plain text', Buffer.from('#!/bin/sh\n\techo "Ä 🍎" # \n')],
    ['carriage returns', Buffer.from('#!/bin/sh\necho\r\n\r')],
    ['bytes that are no text', Buffer.from([0x23, 0x21, 0, 255, 10])],
    ['lines that look like YAML', Buffer.from('#!/bin/sh\n---\n  : a\n...\n\n\n')],
    ['what takes six bytes in the annotation', Buffer.from(`#!/bin/sh\n${'<&>'.repeat(60_000)}`)],
  ])('keeps its bytes: %s', (_what, content) => {
    const run = new SynthesizedRun({ worker: { program: Program.script(script(content, 'w.sh')) } });
    const name = run.objects().find(({ metadata }) => metadata.name.includes('-script-')).metadata.name;
    const object = run.named('ConfigMap', name);
    const { data, binaryData } = parsed(Yaml.stringify(object));
    const bytes = data ? Buffer.from(data['w.sh']) : Buffer.from(binaryData['w.sh'], 'base64');
    expect(bytes).toEqual(content);
    // As `kubectl apply` puts it into an annotation of at most 262,144 bytes.
    const annotation = JSON.stringify(object).replace(/[<>&]/g, '\\u0000');
    expect(annotation.length).toBeLessThan(262_144);
  });

  test.each([
    ['my wörker.sh', 'my-w-rker.sh'],
    ['..x.sh', '-x.sh'],
    ['...', '-.'],
    ['.x', '.x'],
    [`a${'x'.repeat(254)}`, 'x'.repeat(253)],
  ])('has a name that a ConfigMap can have: %s', (name, key) => {
    expect(commandOf(Program.script(script('#!/bin/sh\n', name))).at(-1)).toBe(`/opt/work-queue/script/${key}`);
  });

  test.each(['#!/bin/sh\r\n', '#!/bin/sh\r\necho\n', '#!/bin/sh\r'])(
    'with the first line %j is an error, unless an interpreter is given',
    (content) => {
      expect(() => Program.script(script(content))).toThrow(
        /the first line is "#!\/bin\/sh\\r", with a line end of Windows.*line ends of Unix \(LF\), or pass what runs it/,
      );
      expect(() => Program.script(script(content), { interpreter: ['sh'] })).not.toThrow();
    },
  );

  test('that is not there is an error with the place where it was looked for', () => {
    expect(() => Program.script('no/such.py', { interpreter: ['python3'] })).toThrow(
      /Program\.script\('no\/such\.py'\): the script cannot be read \(ENOENT.*Relative paths start at/,
    );
  });

  test('that is empty is an error', () => {
    expect(() => Program.script(script(''))).toThrow(/the script is empty/);
  });

  test('that says nowhere what runs it is an error', () => {
    expect(() => Program.script(script('print(1)'))).toThrow(/does not begin with "#!", and no interpreter is given/);
  });

  test('with a part of the interpreter that is no text is an error', () => {
    const interpreter = ['python3', undefined] as string[];
    expect(() => Program.script(script('print(1)'), { interpreter })).toThrow(/undefined is no text/);
  });

  test('with an empty part of the interpreter is an error', () => {
    expect(() => Program.script(script('print(1)'), { interpreter: ['python3', ''] })).toThrow(
      /interpreter is \["python3",""\], with an empty part/,
    );
  });

  test('over the size of a ConfigMap is an error', () => {
    expect(() => Program.script(script(`#!${'x'.repeat(188_000)}`))).toThrow(
      /the script has 188002 bytes; at most 188000 fit into a ConfigMap\. Put it into an image/,
    );
  });
});

function parsed(yaml: string): Json {
  const path = join(folder, 'manifest.yaml');
  writeFileSync(path, yaml);
  return Yaml.load(path)[0];
}
