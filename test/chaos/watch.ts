import { watchKubectl } from '../../tools/cluster/kubectl';
import type { Json } from '../../tools/synthesized-run';

const A_MOMENT = 1000;

/** Objects of a kind in a namespace as they are now: one `kubectl` that goes on, which costs less than asking each time. */
export class Watch {
  private objects = new Map<string, Json>();
  private end: () => void = () => {};
  private stopped = false;

  constructor(
    private readonly namespace: string,
    private readonly kind: string,
  ) {
    this.begin();
  }

  get all(): Json[] {
    return [...this.objects.values()];
  }

  stop(): void {
    this.stopped = true;
    this.end();
  }

  /** It tells all that there is, and then what changes; it ends when the API server is away, and then begins anew. */
  private begin(): void {
    if (this.stopped) return;
    const fresh = new Map<string, Json>();
    const args = [
      '--namespace',
      this.namespace,
      'get',
      this.kind,
      '--watch',
      '--output-watch-events',
      '--output',
      'json',
    ];
    this.end = watchKubectl(args, {
      line: (line) => {
        const { type, object } = JSON.parse(line);
        if (type === 'ERROR') return; // its end follows
        if (type === 'DELETED') fresh.delete(object.metadata.name);
        else fresh.set(object.metadata.name, object);
        this.objects = fresh;
      },
      end: () => setTimeout(() => this.begin(), A_MOMENT),
    });
  }
}
