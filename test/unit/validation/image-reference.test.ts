import { SynthesizedRun } from '../../../tools/synthesized-run';
import { brokerOf } from '../../support/broker-of';

const DIGEST = `sha256:${'0a'.repeat(32)}`;

const worker = (image: unknown) => new SynthesizedRun({ worker: { image: image as string } });

test.each([
  'busybox',
  'busybox:1.37',
  'library/busybox',
  'my_app__x/a.b-c---d:V1_.-2',
  'registry.example.com/team/app:1.2',
  'registry.example.com:5000/app',
  'localhost:5000/a/b:1',
  `localhost:5000/a/b:1@${DIGEST}`,
  `busybox@${DIGEST}`,
  `busybox@sha512:${'0a'.repeat(64)}`,
  'REGISTRY.Example.com/app:LATEST',
  '10.0.0.1:5000/app',
  '[fd00::1]:5000/app',
  `x:${'t'.repeat(128)}`,
])('%s is an image reference', (image) => {
  expect(() => worker(image)).not.toThrow();
});

test.each([
  '',
  ' ',
  'my app',
  'busybox ',
  'busybox:',
  'BUSYBOX',
  'busybox:1.37:2',
  '/busybox',
  'busybox/',
  'a/b//c',
  'a/../b',
  'büsybox',
  'a/B',
  '-a',
  'a-',
  'a..b',
  'a___b',
  'registry.example.com:port/app',
  'https://example.com/app',
  'busybox@sha256:zz',
  `busybox@${DIGEST}0`,
  `busybox@${DIGEST.toUpperCase()}`,
  `busybox@md5:${'0a'.repeat(16)}`,
  `busybox@${DIGEST}:1`,
  'busybox:-1',
  `x:${'t'.repeat(129)}`,
  '$(IMAGE)',
])('%j is not an image reference, and an error as the image of worker and broker', (image) => {
  const message = /'test\/\w+': image is .*; it is not an image reference\. Give a name in lower case, with a tag/;
  expect(() => worker(image)).toThrow(message);
  expect(() => brokerOf({ image })).toThrow(message);
});
