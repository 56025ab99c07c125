import { canonicalQuantity } from '../../../lib/validation/quantity';

test.each([
  ['1024Mi', '1Gi'],
  ['1536Mi', '1536Mi'],
  ['1048576Mi', '1Ti'],
  ['1024Gi', '1Ti'],
  ['64Mi', '64Mi'],
  ['0Mi', '0Mi'],
  ['0.5Gi', '512Mi'],
  ['1.46484375Mi', '1500Ki'],
  ['0.0009765625Ki', '1'],
  ['9.5367431640625e-7Gi', '1Ki'],
  ['1000m', '1'],
  ['1500m', '1500m'],
  ['0.5', '500m'],
  ['2', '2'],
  ['1e3', '1e3'],
])('the quantity %s is written %s, as the API server does', (quantity, canonical) => {
  expect(canonicalQuantity(quantity)).toBe(canonical);
});
