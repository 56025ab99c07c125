// Files on an existing volume: an item is the path of a file, and the pods mount the volume read-only.
import { App, Chart } from 'cdk8s';
import { PersistentVolumeClaim, Volume } from 'cdk8s-plus-28';
import { CoarseWorkerJob, Program, QueueSeeder, RabbitMQ, WorkItems } from 'cdk8s-work-queue';

const app = new App();
const chart = new Chart(app, 'files');

const scans = new QueueSeeder(chart, 'scans', {
  broker: new RabbitMQ(chart, 'rabbitmq'),
  // Only the paths travel, such as 2026-03/north.pgm. The folder is the volume as the machine that synthesizes sees it.
  items: WorkItems.files('**/*.pgm', { root: 'examples/scans' }),
});

// Pods on several nodes need a claim that is ReadOnlyMany or ReadWriteMany. An NFS share needs no claim:
//   Volume.fromNfs(chart, 'Volume', 'scans', { server: 'nfs.example.com', path: '/scans', readOnly: true })
// If the `restricted` Pod Security Standard is enforced, the share must be in a PersistentVolume, and that in a claim.
const claim = PersistentVolumeClaim.fromClaimName(chart, 'Claim', 'scans');
const volume = Volume.fromPersistentVolumeClaim(chart, 'Volume', claim, { name: 'scans', readOnly: true });

new CoarseWorkerJob(chart, 'checksum', {
  queue: scans,
  image: 'busybox:1.37',
  // No shell is involved: a path with spaces or quotes in it is still one argument.
  program: Program.command('sha256sum', `/data/${Program.ITEM}`),
  // Read-only twice: a pod cannot mount the volume in another way, and the program cannot write to it.
  volumeMounts: [{ path: '/data', volume, readOnly: true }],
  parallelism: 2,
});

app.synth();
