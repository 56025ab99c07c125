import type { Message } from './message';

/** How a delivery is settled: over the channel that it came over, and no other one. */
export interface Settlement {
  /** Aborts when the broker no longer regards the message as held by this pod. */
  readonly lost: AbortSignal;
  ack(): void;
  ackAndClose(): Promise<void>;
}

/** A message that the broker has delivered to this pod and that is neither settled nor requeued. */
export class Delivery {
  constructor(
    readonly message: Message,
    private readonly settlement: Settlement,
  ) {}

  /** Aborts when the broker no longer regards the message as held by this pod. */
  get lost(): AbortSignal {
    return this.settlement.lost;
  }

  /** The item is recorded, and this pod wants another one. */
  ack(): void {
    this.settlement.ack();
  }

  /** The item is recorded, or a copy of it is confirmed elsewhere, and this pod wants no other one over this channel. */
  ackAndClose(): Promise<void> {
    return this.settlement.ackAndClose();
  }
}
