import { builtAssembly } from '../support/assembly';

const types = Object.entries(builtAssembly().types);

/** The constructor too. */
const methods = types.flatMap(([fqn, { methods = [], initializer }]) =>
  [...methods, ...(initializer ? [{ ...initializer, name: 'constructor' }] : [])].map((method) => ({
    method: `${fqn}.${method.name}`,
    parameters: method.parameters ?? [],
  })),
);

test('every exported type has a docstring', () => {
  expect(types.length).toBeGreaterThan(30);
  expect(types.filter(([, { docs }]) => !docs?.summary).map(([fqn]) => fqn)).toEqual([]);
});

test('every public method, property and enum member has a docstring', () => {
  const without = types.flatMap(([fqn, { methods = [], properties = [], members = [] }]) =>
    [...methods, ...properties, ...members].filter(({ docs }) => !docs?.summary).map(({ name }) => `${fqn}.${name}`),
  );
  expect(without).toEqual([]);
});

test('every parameter has a docstring', () => {
  const without = methods.flatMap(({ method, parameters }) =>
    parameters.filter(({ docs }) => !docs?.summary).map(({ name }) => `${method}: ${name}`),
  );
  expect(without).toEqual([]);
});

test('every optional property of a struct has its `@default`', () => {
  const without = types
    .filter(([, { datatype }]) => datatype)
    .flatMap(([fqn, { properties = [] }]) =>
      properties.filter(({ optional, docs }) => optional && !docs?.default).map(({ name }) => `${fqn}.${name}`),
    );
  expect(without).toEqual([]);
});

test('every optional parameter that is not a struct says its default', () => {
  const without = methods.flatMap(({ method, parameters }) =>
    parameters
      .filter(({ optional, type }) => optional && 'primitive' in type)
      .filter(({ docs }) => !/default/i.test(`${docs?.summary} ${docs?.remarks}`))
      .map(({ name }) => `${method}: ${name}`),
  );
  expect(without).toEqual([]);
});
