import { oneLine } from '../../lib/programs/runtime/log';
import { CommandError } from '../system/command-error';

/** What was asked of the API server. */
export interface ApiRequest {
  readonly verb: 'list' | 'get' | 'create' | 'patch' | 'delete';
  /** The resource as a Role names it: `pods/log`. */
  readonly resource: string;
  /** The name of one object. */
  readonly name?: string;
  readonly namespace: string;
}

/** Where the Roles are that grant what the commands need. */
export const ROLE_PAGE = 'docs/command-line.md#rights';

/** The Role for all commands, and the one for those that change something. */
export const READER_ROLE = 'work-queue-reader';
export const OPERATOR_ROLE = 'work-queue-operator';

/** The API server refuses a request, because the user lacks a right. */
export class ForbiddenError extends CommandError {
  constructor(request: ApiRequest, words: string) {
    const { verb, resource, namespace } = request;
    const [, user] = /\bUser "([^"]+)"/.exec(words) ?? [];
    super(
      `${user ? `User ${oneLine(user)}` : 'You'} may not ${verb} ${resource} in namespace ${namespace}. ` +
        `Ask for a Role that grants it: ${ROLE_PAGE} has ${changesObjects(request) ? OPERATOR_ROLE : READER_ROLE}`,
    );
  }
}

function changesObjects({ verb, resource }: ApiRequest): boolean {
  return verb !== 'list' && verb !== 'get' && resource !== 'pods/portforward';
}

/** An object does not exist. */
export class NotFoundError extends CommandError {}

/** An object exists already. */
export class ConflictError extends CommandError {}

/** The API server does not answer, or not now. A later attempt may succeed. */
export class UnreachableError extends CommandError {}

/** What went wrong with a request, in a sentence for the person at the terminal. */
export function explainApiError(error: unknown, request: ApiRequest, server: string): CommandError {
  if (error instanceof CommandError) return error;
  const words = wordsOf(error);
  const { verb, resource, name, namespace } = request;
  const object = name === undefined ? resource : `${resource} ${name}`;
  switch (statusOf(error, words)) {
    case 401:
      return new CommandError(
        `The cluster ${server} does not accept your credentials: ${words}. Log in to the cluster again, or choose another --context`,
      );
    case 403:
      return new ForbiddenError(request, words);
    case 404:
      return new NotFoundError(`Namespace ${namespace} has no ${object}: ${words}`);
    case 409:
      return new ConflictError(`Namespace ${namespace} already has ${object}: ${words}`);
    case 422:
      return new CommandError(`The cluster ${server} does not accept ${object}: ${words}`);
    case undefined:
      return new UnreachableError(
        `The cluster ${server} does not answer: ${words}. Check that it runs, and that --kubeconfig and --context name the right one`,
      );
    default:
      return new UnreachableError(
        `The cluster ${server} could not ${verb} ${object} in namespace ${namespace}: ${words}`,
      );
  }
}

interface ErrorShape {
  readonly code?: unknown;
  readonly body?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
}

/** The HTTP status, if there was one. A WebSocket has it in words only. */
function statusOf(error: unknown, words: string): number | undefined {
  const { code } = error as ErrorShape;
  if (typeof code === 'number') return code;
  const [, status] = /^Unexpected server response: (\d{3})$/.exec(words) ?? [];
  return status === undefined ? undefined : Number(status);
}

function wordsOf(error: unknown): string {
  const { body, message, code, cause } = error as ErrorShape;
  const status = typeof body === 'string' ? parsed(body) : body;
  const told = (status as ErrorShape | undefined)?.message ?? (message || (cause as ErrorShape | undefined)?.message);
  return oneLine(String(told || code || 'no reason given')).replace(/\.$/, '');
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body.trim() ? { message: body } : undefined;
  }
}
