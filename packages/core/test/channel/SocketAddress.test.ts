import { Bootstrap, formatAddress, ServerBootstrap, type SocketAddress } from '@sluice/core';

test.each([
  [{ host: '127.0.0.1', port: 80 }, '127.0.0.1:80'],
  [{ host: 'example.org', port: 443 }, 'example.org:443'],
  [{ host: '::1', port: 80, family: 'IPv6' as const }, '[::1]:80'],
  [{ host: '', port: 80 }, '*:80'],
  [{ path: '/run/x.sock' }, '/run/x.sock'],
  [{ local: 'test' }, 'local:test'],
])('%j is shown as %s', (address, text) => {
  expect(formatAddress(address)).toBe(text);
});

const notAnAddress = expect.objectContaining({
  code: 'ERR_INVALID_ARG_TYPE',
  message: expect.stringContaining("expected: { host: '127.0.0.1', port: 9000 }"),
});

test.each(['localhost', null, {}, true])('%p is no address: a bootstrap says what is', (address) => {
  const wrong = address as unknown as SocketAddress;
  for (const attempt of [
    () => new Bootstrap().connect(wrong),
    () => new Bootstrap().remoteAddress(wrong),
    () => new Bootstrap().bind(wrong),
    () => new Bootstrap().localAddress(wrong),
    () => new ServerBootstrap().childHandler(() => {}).bind(wrong),
  ]) {
    expect(() => attempt()).toThrow(notAnAddress);
  }
});

test('a port alone can be bound; to connect it is not enough', () => {
  expect(() => new Bootstrap().connect(8080 as unknown as SocketAddress)).toThrow(notAnAddress);
  expect(() => new Bootstrap().remoteAddress(8080 as unknown as SocketAddress)).toThrow(notAnAddress);
});
