// Constructs of your own: one for what all batches of a team share, and one for a night of three Jobs on one broker.
import { App, Chart, Duration } from 'cdk8s';
import { CoarseWorkerJob, type IBroker, Program, QueueSeeder, RabbitMQ, WorkItems } from 'cdk8s-work-queue';
import { Construct } from 'constructs';

interface BatchProps {
  readonly broker: IBroker;
  readonly runId: string;
  readonly items: WorkItems;
  readonly program: Program;
}

/** A queue and its Job. In your own project this class would have its own file, or be in a package. */
class Batch extends Construct {
  constructor(scope: Construct, id: string, { broker, runId, items, program }: BatchProps) {
    super(scope, id);
    const queue = new QueueSeeder(this, 'items', { broker, items, runId });
    const settings = { image: 'busybox:1.37', parallelism: 2, itemsPerPod: 2, itemTimeout: Duration.minutes(5) };
    new CoarseWorkerJob(this, 'work', { queue, program, ...settings });
  }
}

interface NightProps {
  readonly day: string;
  readonly shops: string[];
}

class Night extends Chart {
  constructor(scope: Construct, id: string, { day, shops }: NightProps) {
    super(scope, id);
    // One broker is enough: each batch has its own queue. With the day as runId, the same shops are a new run each night.
    const common = { broker: new RabbitMQ(this, 'rabbitmq'), runId: day };
    const say = (what: string) => Program.command('echo', what, Program.ITEM);
    new Batch(this, 'invoices', { ...common, items: WorkItems.list(shops), program: say('invoiced') });
    const reports = WorkItems.product({ shop: shops, of: ['sales', 'stock'] });
    new Batch(this, 'reports', { ...common, items: reports, program: say('reported') });
    new Batch(this, 'archives', { ...common, items: WorkItems.frames('shelf-%02d', 1, 4), program: say('archived') });
  }
}

const app = new App();
new Night(app, 'night', { day: '2026-05-04', shops: ['Berlin', 'Lyon', 'São Paulo'] });
app.synth();
