import { lastBytes } from '../../../lib/programs/runtime/last-bytes';

test.each([
  ['a text that is short enough is kept', 'äöü', 6, 'äöü'],
  ['of a longer one the end is kept', 'abcdef', 3, 'def'],
  ['a part of a character is not kept', 'aäöü', 5, 'öü'],
  ['nor a part of one that has four bytes', 'a😀b', 4, 'b'],
])('%s', (_, text, max, end) => {
  expect(lastBytes(text, max)).toBe(end);
});
