import { parseBrokerUrl } from '../../../lib/programs/amqp/broker-url';

test.each<[string, string, number]>([
  ['amqp://rabbit:5673/', 'rabbit', 5673],
  ['amqp://rabbit', 'rabbit', 5672],
  ['amqp://rabbit:/', 'rabbit', 5672],
  ['amqps://10.0.0.1/', '10.0.0.1', 5671],
  ['amqp://[::1]', '::1', 5672],
  ['amqp://[fd00::1]:5673/', 'fd00::1', 5673],
  ['amqp://::1:5672/', '::1', 5672],
  ['amqp://::1/', '::1', 5672],
  ['amqp://fd00::12:5672/', 'fd00::12', 5672],
  ['amqp://1:2:3:4:5:6:7:8/', '1:2:3:4:5:6:7:8', 5672],
  ['amqp://1:2:3:4:5:6:7:8:5673/', '1:2:3:4:5:6:7:8', 5673],
  ['amqp://rabbit\n:5672\n/', 'rabbit', 5672],
])('the host and the port of %j are %s and %d', (url, host, port) => {
  expect(parseBrokerUrl(url)).toMatchObject({ host, port });
});

test.each([
  ['amqp://rabbit', '%2F'],
  ['amqp://rabbit/', '%2F'],
  ['amqp://rabbit/a%2Fb%20c', 'a%2Fb%20c'],
  ['amqp://rabbit/..', '..'],
  ['amqp://rabbit/.', '.'],
  ['amqp://rabbit/%2E%2E', '%2E%2E'],
  ['amqp://rabbit/a%2F..%2Fb', 'a%2F..%2Fb'],
  ['amqp://rabbit/a?heartbeat=5', 'a'],
])('the virtual host of %s is %s', (url, virtualHost) => {
  expect(parseBrokerUrl(url)).toMatchObject({ virtualHost });
});

test('the credentials of a URL are percent-decoded', () => {
  const { username, password, host } = parseBrokerUrl('amqp://a%40b:c%3A:%2Fd@rabbit');
  expect([username, password, host]).toEqual(['a@b', 'c::/d', 'rabbit']);
  expect(parseBrokerUrl('amqp://rabbit').username).toBe('');
});

test.each([
  ['rabbit:5672', /^BROKER_URL is not a URL; a URL looks like amqp:/],
  ['http://rabbit', /^BROKER_URL begins with http:.*, not with amqp:/],
  ['amqp://:5672/', /^BROKER_URL has ":5672" between .*, not host or host:port/],
  ['amqp://rabbit:70000/', /^BROKER_URL has "rabbit:70000" between .* port from 1 to 65535/],
  ['amqp://a:b:5672/', /^BROKER_URL has "a:b:5672" between .* IPv6 address may be in brackets/],
  ['amqp://[rabbit]/', /^BROKER_URL has "\[rabbit\]" between/],
  ['amqp://a:100%@rabbit/', /write %25/],
])('%s is refused', (url, reason) => {
  expect(() => parseBrokerUrl(url)).toThrow(reason);
});

test('no part of a password is in the error for one with a slash', () => {
  expect(() => parseBrokerUrl('amqp://me:secret/2@rabbit')).toThrow(/^(?!.*secret).*must be %2F$/);
});
