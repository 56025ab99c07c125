import type { Message } from './message';

/** How a delivery is settled: over the channel that it came over, and no other one. */
export interface Settlement {
  /** Aborts when the broker no longer regards the message as held by this pod. */
  readonly lost: AbortSignal;
  ackAndContinue(proven: () => void): void;
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

  /** The item is done, and this pod wants another one. `proven` is called when the broker has surely settled the item. */
  ackAndContinue(proven: () => void): void {
    this.settlement.ackAndContinue(proven);
  }

  /**
   * The item is done, or a copy of it is confirmed elsewhere, and this pod wants no other one over this channel. Proves the acks
   * before, too.
   */
  ackAndClose(): Promise<void> {
    return this.settlement.ackAndClose();
  }
}
