/** What a run costs beside its items. */
export interface Overhead {
  /** From the end of a pod's last item to the start of the next pod's first item. */
  readonly podSeconds: number;
  /** From the end of an item to the start of the next one in the same pod. */
  readonly itemSeconds: number;
}

export interface Setup {
  readonly parallelism: number;
  /** Infinity in a pool. */
  readonly itemsPerPod: number;
}

/**
 * How long a run takes from the start of its first item to the end of its last one, in seconds: a small queue from which
 * the pods take items in order. A pod that has done its share makes room for the next one.
 *
 * @param items how long a pod is busy with each item, in the order of the queue
 */
export function simulatedMakespan(items: ArrayLike<number>, setup: Setup, overhead: Overhead): number {
  const places = Math.min(setup.parallelism, items.length);
  const free = new TimeHeap(places);
  const left = new Float64Array(places).fill(setup.itemsPerPod);
  let last = 0;
  for (let n = 0; n < items.length; n++) {
    const place = free.first;
    const end = free.time + items[n];
    last = Math.max(last, end);
    left[place]--;
    const isNewPod = left[place] === 0;
    if (isNewPod) left[place] = setup.itemsPerPod;
    free.put(end + (isNewPod ? overhead.podSeconds : overhead.itemSeconds));
  }
  return last;
}

/** The places of a run by the time when each is free. The first one to be free is on top. */
class TimeHeap {
  private readonly times: Float64Array;
  private readonly places: Uint32Array;

  constructor(size: number) {
    this.times = new Float64Array(size);
    this.places = Uint32Array.from({ length: size }, (_, n) => n);
  }

  /** The place that is free first. */
  get first(): number {
    return this.places[0];
  }

  /** When the first place is free. */
  get time(): number {
    return this.times[0];
  }

  /** The first place is free again at another time, which is later. */
  put(time: number): void {
    const { times, places } = this;
    const place = places[0];
    const size = times.length;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && times[child + 1] < times[child]) child++;
      if (times[child] >= time) break;
      times[at] = times[child];
      places[at] = places[child];
      at = child;
    }
    times[at] = time;
    places[at] = place;
  }
}
