import { Bootstrap, formatAddress, ServerBootstrap, type SocketAddress } from '@sluice/core';

test.each([
  [{ host: '127.0.0.1', port: 80 }, '127.0.0.1:80'],
  [{ host: 'example.org', port: 443 }, 'example.org:443'],
  [{ host: '::1', port: 80, family: 'IPv6' as const }, '[::1]:80'],
  [{ path: '/run/x.sock' }, '/run/x.sock'],
  [{ local: 'test' }, 'local:test'],
])('%j is shown as %s', (address, text) => {
  expect(formatAddress(address)).toBe(text);
});

test.each([8080, 'localhost', null, {}])('%p is no address: a bootstrap says what is', (address) => {
  const wrong = address as unknown as SocketAddress;
  const expected = expect.objectContaining({
    code: 'ERR_INVALID_ARG_TYPE',
    message: expect.stringContaining("expected: { host: '127.0.0.1', port: 9000 }"),
  });
  for (const attempt of [
    () => new Bootstrap().connect(wrong),
    () => new Bootstrap().bind(wrong),
    () => new ServerBootstrap().childHandler(() => {}).bind(wrong),
  ]) {
    expect(() => attempt()).toThrow(expected);
  }
});
