import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, resolve } from 'node:path';
import { preProcessFile } from 'typescript';

const ROOT = join(__dirname, '..', '..', '..');

/** From the top of the house to its ground: a file may import from its own room and from those below. */
const FLOORS = [
  ['lib/index.ts'],
  ['lib/worker'],
  ['lib/queue'],
  ['lib/items'],
  ['lib/broker'],
  ['lib/manifest'],
  ['lib/validation', 'imports'],
  ['lib/contract'],
];

/** The same for the programs: of what the constructs are made of they see the contract alone. */
const PROGRAM_FLOORS = [
  ['lib/programs/courier', 'lib/programs/seeder', 'lib/programs/broker'],
  ['lib/programs/events'],
  ['lib/programs/ledger'],
  ['lib/programs/amqp'],
  ['lib/programs/runtime'],
  ['lib/contract'],
];

/** The same for the command line. */
const CLI_FLOORS = [
  ['cli/main.ts', 'cli/index.ts'],
  ['cli/commands'],
  ['cli/view'],
  ['cli/cleaning', 'cli/dead-letters', 'cli/receipt'],
  ['cli/run-state'],
  ['cli/broker-access'],
  ['cli/kubernetes', 'cli/terminal'],
  ['cli/cluster'],
  ['cli/rehearsal', 'cli/report', 'cli/explain'],
  ['cli/manifest'],
  ['cli/local-broker'],
  ['cli/system'],
  ['lib/manifest'],
  ['lib/validation'],
  ['lib/programs/ledger'],
  ['lib/programs/amqp'],
  ['lib/programs/runtime'],
  ['lib/contract'],
];

/** Of each file of ours, by its path from the root, the files of ours that it imports: types, exports and `import()` too. */
const HOUSE = new Map(
  ['lib', 'cli', 'tools', 'imports'].flatMap(sourcesIn).map((file) => [file, importsOf(file)] as const),
);

const ARROWS = [...HOUSE].flatMap(([from, targets]) => targets.map((to) => ({ from, to })));

test('the house has rooms', () => {
  expect(HOUSE.size).toBeGreaterThan(100);
  expect(ARROWS.length).toBeGreaterThan(200);
});

test.each([
  ['the constructs', FLOORS],
  ['the programs', PROGRAM_FLOORS],
  ['the command line', CLI_FLOORS],
])('in %s arrows run downward only', (_, floors) => {
  const own = ARROWS.filter(({ from }) => floorOf(from, floors) !== -1);
  expect(own.length).toBeGreaterThan(10);
  const wrong = own.filter(({ from, to }) => {
    const [above, below] = [floorOf(from, floors), floorOf(to, floors)];
    return below < above || (below === above && roomOf(from, floors) !== roomOf(to, floors));
  });
  expect(wrong).toEqual([]);
});

test('every file of lib and cli is in a room', () => {
  const floors = [...FLOORS, ...PROGRAM_FLOORS, ...CLI_FLOORS];
  const strays = [...HOUSE.keys()].filter((file) => !file.startsWith('tools/') && floorOf(file, floors) === -1);
  expect(strays).toEqual([]);
});

test('what is private in a room is imported in that room only', () => {
  const wrong = ARROWS.filter(({ from, to }) => {
    const [room, inside] = to.split('/private/');
    return inside !== undefined && !from.startsWith(`${room}/`);
  });
  expect(wrong).toEqual([]);
});

test('no file imports itself, directly or by others, types included', () => {
  expect(circles(HOUSE)).toEqual([]);
});

describe('this test would see', () => {
  test('a circle', () => {
    const house = new Map([
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['c', ['a']],
      ['d', []],
    ]);
    expect(circles(house)).toEqual(['a -> b -> c -> a']);
  });

  test('a type import', () => {
    expect(importsOf('lib/broker/broker.ts')).toContain('lib/broker/trust.ts');
  });
});

function sourcesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => posix.join(folder, file.replaceAll('\\', '/')));
}

function importsOf(file: string): string[] {
  const { importedFiles } = preProcessFile(readFileSync(join(ROOT, file), 'utf8'));
  return importedFiles
    .map(({ fileName }) => fileName)
    .filter((name) => name.startsWith('.') && !name.endsWith('.json'))
    .map((name) => `${relative(ROOT, resolve(ROOT, dirname(file), name)).replaceAll('\\', '/')}.ts`);
}

function roomOf(file: string, floors: string[][]): string | undefined {
  return floors.flat().find((room) => file === room || file.startsWith(`${room}/`));
}

function floorOf(file: string, floors: string[][]): number {
  return floors.findIndex((rooms) => rooms.some((room) => file === room || file.startsWith(`${room}/`)));
}

/** One for each way back to a file that the search has come through. */
function circles(house: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const seen = new Set<string>();
  const visit = (file: string, way: readonly string[]) => {
    if (way.includes(file)) found.push([...way.slice(way.indexOf(file)), file].join(' -> '));
    if (seen.has(file)) return;
    seen.add(file);
    for (const next of house.get(file) ?? []) visit(next, [...way, file]);
  };
  for (const file of house.keys()) visit(file, []);
  return found;
}
