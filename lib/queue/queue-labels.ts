import { Label } from '../contract/labels';
import { labelValue } from '../manifest/labels';
import { lazy } from '../manifest/lazy';
import type { IWorkQueue } from './work-queue';

/**
 * The labels of a Job on a queue, and of its pods. ConfigMaps do not have them, because several runs may share one. They
 * are lazy, because a worker may still change the name of the queue.
 */
export function queueLabels(queue: IWorkQueue): Record<string, string> {
  return {
    [Label.QUEUE]: lazy(() => labelValue(queue.queueName)),
    [Label.RUN]: lazy(() => labelValue(queue.runId ?? queue.queueName)),
  };
}
