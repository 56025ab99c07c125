import type { PodLife, RunEvent, RunHistory, RunRecord } from '../../cli/report/run-history';

const START = Date.parse('2026-03-01T08:00:00Z');
const NODES = ['node-1', 'node-2', 'node-3'];

/** What another person may have put into an item, a name or standard error. */
export const HOSTILE =
  '</script><script>document.title="run"</script><img src=x onerror=alert(1)>"\'&\u202egnp.exe\u0000\u001b[31m\u0007\u200b';

export interface HistoryShape {
  readonly items: number;
  readonly parallelism: number;
  /** Undefined in a pool. */
  readonly itemsPerPod?: number;
  /** Each item with a number that this divides fails at first. */
  readonly failing?: number;
  /** Each item with a number that this divides becomes a dead letter. */
  readonly dying?: number;
  /** When a node is lost, with the pods on it, in seconds after the start. */
  readonly nodeLoss?: number;
}

/** A run as it might have been, always the same for a shape. */
export function runHistory(shape: HistoryShape): RunHistory {
  const run = new ImaginedRun(shape);
  run.play();
  return run.history();
}

class ImaginedRun {
  private readonly records: RunRecord[] = [];
  private readonly events: RunEvent[] = [];
  private readonly pods: PodLife[] = [];
  private readonly waiting: { number: number; attempt: number }[];
  private end = 0;
  private podCount = 0;

  constructor(private readonly shape: HistoryShape) {
    this.waiting = Array.from({ length: shape.items }, (_, number) => ({ number, attempt: 1 }));
  }

  play(): void {
    const { parallelism, itemsPerPod = Infinity } = this.shape;
    const places = Array.from({ length: parallelism }, (_, n) => this.newPod(2 + n * 0.1));
    for (let next = this.waiting.shift(); next; next = this.waiting.shift()) {
      const place = places.reduce((first, pod, n) => (pod.time < places[first].time ? n : first), 0);
      const pod = places[place];
      if (!this.playItem(next, pod) || ++pod.items >= itemsPerPod) {
        this.endPod(pod);
        places[place] = this.newPod(pod.time + 3);
      }
    }
    for (const pod of places) if (pod.items > 0) this.endPod(pod);
  }

  history(): RunHistory {
    const { items, parallelism, itemsPerPod, nodeLoss } = this.shape;
    const texts = Array.from({ length: items }, (_, n) => [n, `tile-${String(n).padStart(5, '0')}`] as const);
    return {
      ...{ name: 'tiles-map-1372bbc0dc', items, parallelism, itemsPerPod },
      itemTexts: Object.fromEntries(texts),
      ...{ records: this.records, events: this.events, pods: this.pods },
      faults:
        nodeLoss === undefined
          ? []
          : [{ time: at(nodeLoss), until: at(nodeLoss + 12), text: 'node-2 was lost, and came back' }],
      until: at(this.end + 2),
    };
  }

  private newPod(time: number): Pod {
    const n = this.podCount++;
    const name = `tiles-draw-${n}-${(n * 7919 + 11111).toString(36).slice(-5)}`;
    return { name, node: NODES[n % NODES.length], created: time - 2, time, items: 0 };
  }

  private endPod({ name, node, created, time, end }: Pod): void {
    this.pods.push({ name, node, created: at(created), finished: at(time + 0.4), end });
    this.end = Math.max(this.end, time);
  }

  /** Whether the pod lives on. */
  private playItem({ number, attempt }: { number: number; attempt: number }, run: Pod): boolean {
    const { failing = Infinity, dying = Infinity, nodeLoss = Infinity } = this.shape;
    const { name: pod, node } = run;
    const seconds = durationOf(number);
    this.events.push({ kind: 'started', number, attempt, pod, node, time: at(run.time) });
    if (node === 'node-2' && run.time < nodeLoss && run.time + seconds > nodeLoss) {
      this.waiting.push({ number, attempt });
      Object.assign(run, { time: nodeLoss, end: 'the node was lost' });
      return false;
    }
    const dies = number % dying === dying - 1;
    const failures = dies ? 3 : number % failing === failing - 1 ? 1 : 0;
    for (let n = attempt; n < attempt + failures; n++) {
      if (n > attempt) this.events.push({ kind: 'started', number, attempt: n, pod, node, time: at(run.time) });
      const [took, reason] = [seconds / 3, dies ? 'exit 3' : 'longer than itemTimeout (10 s)'];
      run.time += took;
      this.events.push({ kind: 'failed', number, attempt: n, pod, node, time: at(run.time), seconds: took, reason });
      run.time += 1.2;
    }
    if (dies) {
      const description = `"tile-${number}" (exit 3: "no such layer")`;
      const stderr = `reading layer 7\nTraceback: layer ${number}\nno such layer`;
      this.records.push({ kind: 'dead', number, pod, node, description, attempts: 3, exitCode: 3, stderr });
      return true;
    }
    const last = attempt + failures;
    if (failures > 0) this.events.push({ kind: 'started', number, attempt: last, pod, node, time: at(run.time) });
    this.records.push({ kind: 'done', number, pod, node, seconds, attempt: last, started: at(run.time) });
    run.time += seconds + 0.003;
    return true;
  }
}

/** A pod while it works. */
interface Pod {
  readonly name: string;
  readonly node: string;
  readonly created: number;
  time: number;
  items: number;
  end?: string;
}
/** Most take a few seconds, some much longer. */
function durationOf(number: number): number {
  const random = ((number * 2654435761) % 2 ** 32) / 2 ** 32;
  return Math.round(1000 * (1.5 + 4 * random + (random > 0.97 ? 20 * random : 0))) / 1000;
}

function at(seconds: number): string {
  return new Date(START + Math.round(seconds * 1000)).toISOString();
}
