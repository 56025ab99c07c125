import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Yaml } from 'cdk8s';
import { expand } from '../../../cli/rehearsal/expansion';
import { ContainerName } from '../../../lib/contract/containers';
import { ProgramEnvName } from '../../../lib/contract/environment';
import { MAX_ARGUMENT_BYTES } from '../../../lib/contract/limits';
import { MountPath } from '../../../lib/contract/mount-paths';
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
  return container(new SynthesizedRun({ worker: { program } }).workerJob(), ContainerName.WORKER).command;
}

describe('a command', () => {
  test('the shim runs the command, and gets the path of the shared volume', () => {
    expect(commandOf(Program.command('/app/render', '--fast', ''))).toEqual([
      '/bin/sh',
      `${MountPath.PROGRAMS}/shim.sh`,
      MountPath.SHARED_VOLUME,
      '/app/render',
      '--fast',
      '',
    ]);
  });

  test.each([
    `$(${ProgramEnvName.QUEUE})`,
    `$$(${ProgramEnvName.QUEUE})`,
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
  ])('the argument %j reaches the command unchanged, through YAML and the kubelet', (argument) => {
    const manifest = Yaml.stringify(
      new SynthesizedRun({ worker: { program: Program.command('echo', argument) } }).workerJob(),
    );
    const written = container(parsed(manifest), ContainerName.WORKER).command.at(-1);
    expect(expand(written, new Map([[ProgramEnvName.QUEUE, 'expanded']]))).toBe(argument);
  });

  test.each([Program.ITEM, `/bin/${Program.ITEM}`])('the command cannot contain `Program.ITEM`: %j', (command) => {
    expect(() => Program.command(command)).toThrow(
      /Program\.command: the command is ".*", which contains Program\.ITEM, .*Program\.command\('\/app\/render', Program\.ITEM\)/,
    );
  });

  test.each([
    ['sh', '-c', `render ${Program.ITEM}`],
    ['/bin/bash', '-euo', 'pipefail', '-c', Program.ITEM],
    ['bash', '-o', 'pipefail', '-ec', '--', `x "${Program.ITEM}"`],
    ['sh', '-c', '-e', Program.ITEM],
    ['env', 'A=1', 'timeout', '60', 'zsh', '-c', `render '${Program.ITEM}'`],
    ['busybox', 'sh', '-c', Program.ITEM],
    ['python3', '-c', `print("${Program.ITEM}")`],
    ['python3.12', '-W', 'error', '-uc', Program.ITEM],
    ['python', `-cprint(${Program.ITEM})`],
    ['perl', '-e', 'BEGIN {}', '-e', Program.ITEM],
    ['perl', '-i.bak', '-ne', Program.ITEM],
    ['perl', `-E${Program.ITEM}`],
    ['ruby', '-r', 'json', '-e', Program.ITEM],
    ['node', '-e', Program.ITEM],
    ['node', '-r', './x.js', '-pe', Program.ITEM],
    ['node', `--eval=${Program.ITEM}`],
    ['php', '-r', Program.ITEM],
    ['Rscript', '-e', Program.ITEM],
    ['lua5.4', '-e', Program.ITEM],
    ['julia', '-e', Program.ITEM],
    ['gawk', '-F', ',', '-v', 'x=1', `/${Program.ITEM}/ { print }`],
  ])('`Program.ITEM` in a script that is an argument is an error: %j %j %j %j %j %j', (...command) => {
    const [name, ...args] = command;
    expect(() => Program.command(name, ...args)).toThrow(
      /^Program\.command: the script ".*" of \w[\w.]* contains Program\.ITEM, so each item would run as code\. Put it after the script/,
    );
  });

  test('the error about `Program.ITEM` in a script says how to pass the item', () => {
    expect(() => Program.command('/bin/sh', '-c', Program.ITEM)).toThrow(
      `Put it after the script: Program.command('sh', '-c', 'render "$1"', 'sh', Program.ITEM).`,
    );
    expect(() => Program.command('python3', '-c', Program.ITEM)).toThrow('reads it as sys.argv[1].');
  });

  test.each([
    ['sh', '-c', 'render "$1"', 'sh', Program.ITEM],
    ['bash', '-c', 'render "$1"', 'bash', '-c', Program.ITEM],
    ['sh', '/app/run.sh', '-c', Program.ITEM],
    ['python3', '-c', 'import sys', '-c', Program.ITEM],
    ['python3', '-m', 'app', '-c', Program.ITEM],
    ['python3', '-u', '/app/x.py', '-c', Program.ITEM],
    ['perl', '-e', 'print @ARGV', Program.ITEM],
    ['perl', '-Mre', Program.ITEM],
    ['node', '-e', 'x', '--', Program.ITEM],
    ['awk', '-f', 'x.awk', Program.ITEM],
    ['awk', '-v', `x=${Program.ITEM}`, 'BEGIN { print x }'],
    ['awk', '{ print }', Program.ITEM],
    ['render', '-c', Program.ITEM],
    ['sh', '-c'],
  ])('`Program.ITEM` in an argument that is not a script is accepted: %j %j %j %j %j %j', (...command) => {
    const [name, ...args] = command;
    expect(() => Program.command(name, ...args)).not.toThrow();
  });

  test('the command and a script that is an argument cannot contain `Program.field` either', () => {
    expect(() => Program.command(Program.field('tool'))).toThrow(
      /which contains Program\.field\("tool"\), so each item would be another program\. .*'\/app\/render', Program\.field\("tool"\)\)/,
    );
    expect(() => Program.command('sh', '-c', `render ${Program.field('frame')}`)).toThrow(
      `contains Program.field("frame"), so each item would run as code. Put it after the script: Program.command('sh', '-c', 'render "$1"', 'sh', Program.field("frame")).`,
    );
    expect(() => Program.command('sh', '-c', 'render "$1"', 'sh', Program.field('frame'))).not.toThrow();
  });

  test('the name of a field cannot be empty or half of a surrogate pair, and must be a string', () => {
    expect(() => Program.field('')).toThrow(
      /^Program\.field: the name is "", which is empty\. Give the name of a field, such as Program\.field\('lr'\)\. For the whole item, write Program\.ITEM\.$/,
    );
    expect(() => Program.field('a\ud800')).toThrow(/which is not valid Unicode/);
    for (const name of [5, undefined, null, ['lr']]) {
      expect(() => Program.field(name as unknown as string)).toThrow(
        /^Program\.field: name is .*; it must be a string\. Write /,
      );
    }
  });

  test.each(['', ' ', undefined, 5])('the command cannot be %j', (command) => {
    expect(() => Program.command(command as string)).toThrow(
      /Program\.command: the command is .*, which names no program\. Name a program/,
    );
  });

  test.each([5, undefined, null, ['x']])('an argument that is not a string is an error: %j', (argument) => {
    const args = ['echo', argument as unknown as string] as const;
    expect(() => Program.command(...args)).toThrow(
      /^Program\.command: .* is not a string\. The command and its arguments must be strings/,
    );
  });

  test.each([
    ['ffmpeg -i x', "Program.command('ffmpeg', '-i', 'x')"],
    ['my tool', "Program.command('my', 'tool')"],
    ['/bin/sh -c /x/y', "Program.command('/bin/sh', '-c', '/x/y')"],
    ['/bin/cat /etc/passwd', "Program.command('/bin/cat', '/etc/passwd')"],
    ['/opt/app/my tool', "Program.command('/opt/app/my', 'tool')"],
    ['a\tb', "Program.command('a', 'b')"],
  ])('a whole command line as the command is an error with its words: %j', (command, words) => {
    expect(() => Program.command(command)).toThrow(
      `, but no shell splits it into words. Write ${words}. If it is the path of a program, write Program.command('env', PATH).`,
    );
  });

  test('the path of a program may contain spaces in its folders, and any with `env`', () => {
    expect(() => Program.command('/opt/My App/run', 'a b', '-x y')).not.toThrow();
    expect(() => Program.command('env', '/opt/app/my tool')).not.toThrow();
  });

  test('an argument that is longer than Linux accepts is an error', () => {
    expect(() => Program.command('sh', '-c', 'x'.repeat(MAX_ARGUMENT_BYTES))).not.toThrow();
    expect(() => Program.command('sh', '-c', 'x'.repeat(MAX_ARGUMENT_BYTES + 1))).toThrow(
      /^Program\.command: "x{40}…" has 131072 bytes; an argument .* has at most 131071\. Pass such data in the item/,
    );
    expect(() => Program.script(script('#!/bin/sh'), { args: ['ä'.repeat(65_536)] })).toThrow(/has 131072 bytes/);
  });

  test.each(['a\0b', '\udc00'])('an argument with a NUL or half of a surrogate pair is an error: %j', (argument) => {
    expect(() => Program.command('echo', argument)).toThrow(
      /Program\.command: .* contains a NUL or half of a surrogate pair/,
    );
  });
});

describe('a script', () => {
  test('a script is mounted at the path that the interpreter gets, and is executable', () => {
    const program = Program.script(script('print(1)\n'), { interpreter: ['python3', '-u'], args: ['--x', '$(y)'] });
    const run = new SynthesizedRun({ worker: { program } });
    const job = run.workerJob();
    expect(container(job, ContainerName.WORKER).command.slice(3)).toEqual([
      'python3',
      '-u',
      `${MountPath.SCRIPT}/worker.py`,
      '--x',
      '$$(y)',
    ]);
    const volume = job.spec.template.spec.volumes.find(({ name }: Json) => name === 'work-queue-script');
    expect(volume.configMap.defaultMode).toBe(0o555);
    expect(run.named('ConfigMap', volume.configMap.name)).toMatchObject({
      immutable: true,
      data: { 'worker.py': 'print(1)\n' },
    });
    expect(container(job, ContainerName.COURIER).volumeMounts.map(({ name }: Json) => name)).not.toContain(
      'work-queue-script',
    );
  });

  test('a script without an interpreter runs directly', () => {
    expect(commandOf(Program.script(script('#!/bin/sh\ncat\n', 'eat.sh'))).slice(3)).toEqual([
      `${MountPath.SCRIPT}/eat.sh`,
    ]);
  });

  test('the ConfigMap of a script comes before the Job that mounts it', () => {
    const run = new SynthesizedRun({ worker: { program: Program.script(script('#!/bin/sh\n')) } });
    const names = run.objects().map(({ metadata }) => metadata.name);
    const configMap = names.find((name) => name.includes('-script-'));
    expect(names.indexOf(configMap)).toBeLessThan(names.indexOf(run.job.name));
  });

  test.each([
    ['plain text', Buffer.from('#!/bin/sh\n\techo "Ä 🍎" # \n')],
    ['carriage returns', Buffer.from('#!/bin/sh\necho\r\n\r')],
    ['bytes that are not text', Buffer.from([0x23, 0x21, 0, 255, 10])],
    ['lines that look like YAML', Buffer.from('#!/bin/sh\n---\n  : a\n...\n\n\n')],
    ['characters that take six bytes in the annotation', Buffer.from(`#!/bin/sh\n${'<&>'.repeat(60_000)}`)],
  ])('a script keeps its bytes: %s', (_what, content) => {
    const run = new SynthesizedRun({ worker: { program: Program.script(script(content, 'w.sh')) } });
    const name = run.objects().find(({ metadata }) => metadata.name.includes('-script-')).metadata.name;
    const object = run.named('ConfigMap', name);
    const { data, binaryData } = parsed(Yaml.stringify(object));
    const bytes = data ? Buffer.from(data['w.sh']) : Buffer.from(binaryData['w.sh'], 'base64');
    expect(bytes).toEqual(content);
    // `kubectl apply` writes the object into an annotation of at most 262,144 bytes.
    const annotation = JSON.stringify(object).replace(/[<>&]/g, '\\u0000');
    expect(annotation.length).toBeLessThan(262_144);
  });

  test.each([
    ['my wörker.sh', 'my-w-rker.sh'],
    ['..x.sh', '-x.sh'],
    ['...', '-.'],
    ['.x', '.x'],
    [`a${'x'.repeat(254)}`, 'x'.repeat(253)],
  ])('the name of a script becomes a valid key of a ConfigMap: %s', (name, key) => {
    expect(commandOf(Program.script(script('#!/bin/sh\n', name))).at(-1)).toBe(`${MountPath.SCRIPT}/${key}`);
  });

  test.each([
    ['#!/bin/sh\r\n', ''],
    ['#!/bin/sh\r\necho\n', ''],
    ['#!/bin/sh\r', ''],
    ['#!/usr/bin/env python3\r\n', ", or set interpreter, for example to ['python3']"],
  ])('a script with the first line %j is an error', (content, otherwise) => {
    const message =
      / the first line is "#!.*\\r"; because of its Windows line ending, .*Unix line endings \(LF\)(.*)\.$/;
    expect(() => Program.script(script(content))).toThrow(message);
    expect(() => Program.script(script(content))).toThrow(`(LF)${otherwise}.`);
  });

  test.each([['sh'], ['/bin/bash', '-eu'], ['env', 'dash'], ['busybox', 'ash'], ['timeout', '60', 'zsh']])(
    'a script with Windows line endings is an error for %s %s %s',
    (...interpreter) => {
      const crlf = '#!/bin/sh\r\nname=$(cat)\r\necho result > out-$name.txt\r\n';
      expect(() => Program.script(script(crlf), { interpreter })).toThrow(
        /Program\.script\(.*\): 3 of its 3 lines end with a Windows line ending \(CRLF\), and for \w+ the CR is .* Unix line endings \(LF\)\.$/,
      );
    },
  );

  test('a script with Windows line endings below a correct first line is an error for a shell', () => {
    expect(() => Program.script(script('#!/usr/bin/env -S bash -e\necho\r\necho\r\n'))).toThrow(/2 of its 3 lines end/);
  });

  test.each([[['python3']], [['perl', '-w']], [['ruby']], [['node']]])(
    'a script with Windows line endings is accepted for %j, which ignores them',
    (interpreter) => {
      expect(() => Program.script(script('print(1)\r\n'), { interpreter })).not.toThrow();
    },
  );

  test('a script may have a few lines with Windows line endings, such as a here-document', () => {
    const content = '#!/bin/sh\ncat <<END\nGET / HTTP/1.1\r\n\r\nEND\n';
    expect(() => Program.script(script(content))).not.toThrow();
    expect(() => Program.script(script(content), { interpreter: ['sh'] })).not.toThrow();
  });

  test('a script that does not exist is an error with the folder of relative paths', () => {
    expect(() => Program.script('no/such.py', { interpreter: ['python3'] })).toThrow(
      /Program\.script\('no\/such\.py'\): the script cannot be read \(ENOENT.*Relative paths start at/,
    );
  });

  test('an empty script is an error', () => {
    expect(() => Program.script(script(''))).toThrow(/the script is empty/);
  });

  test('a script with neither an interpreter nor "#!" is an error', () => {
    expect(() => Program.script(script('print(1)'))).toThrow(/does not begin with "#!", and no interpreter is given/);
  });

  test('a part of the interpreter that is not a string is an error', () => {
    const interpreter = ['python3', undefined] as string[];
    expect(() => Program.script(script('print(1)'), { interpreter })).toThrow(
      /interpreter\[1\] is undefined; it must be a string/,
    );
  });

  test('an empty part of the interpreter is an error', () => {
    expect(() => Program.script(script('print(1)'), { interpreter: ['python3', ''] })).toThrow(
      /interpreter is \["python3",""\], which contains an empty part/,
    );
  });

  test('a script that does not fit into a ConfigMap is an error', () => {
    expect(() => Program.script(script(`#!${'x'.repeat(188_000)}`))).toThrow(
      /the script has 188002 bytes; at most 188000 bytes fit into a ConfigMap\. Put the script into an image/,
    );
  });
});

function parsed(yaml: string): Json {
  const path = join(folder, 'manifest.yaml');
  writeFileSync(path, yaml);
  return Yaml.load(path)[0];
}
