import type { AddCommand } from './command-io';
import { addDeadDrop } from './dead-drop';
import { addDeadList } from './dead-list';
import { addDeadRetry } from './dead-retry';
import { addDeadShow } from './dead-show';

/** In the order of the help. */
const COMMANDS: readonly AddCommand[] = [addDeadList, addDeadShow, addDeadRetry, addDeadDrop];

export const addDead: AddCommand = (program, io, run) => {
  const dead = program
    .command('dead')
    .description('list the dead letters of a run, show one, retry them, or drop them')
    .helpCommand(false);
  for (const add of COMMANDS) add(dead, io, run);
};
