import { Label } from '../contract/labels';
import { labelValue } from '../manifest/labels';
import { lazy } from '../manifest/lazy';
import type { IWorkQueue } from './work-queue';

/** The labels of everything that belongs to a queue. They are lazy, because a worker may still change its name. */
export function queueLabels(queue: IWorkQueue): Record<string, string> {
  return {
    [Label.QUEUE]: lazy(() => labelValue(queue.queueName)),
    [Label.RUN]: lazy(() => labelValue(queue.runId ?? queue.queueName)),
  };
}
