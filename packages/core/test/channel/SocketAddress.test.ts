import { formatAddress } from '@sluice/core';

test.each([
  [{ host: '127.0.0.1', port: 80 }, '127.0.0.1:80'],
  [{ host: 'example.org', port: 443 }, 'example.org:443'],
  [{ host: '::1', port: 80, family: 'IPv6' as const }, '[::1]:80'],
  [{ path: '/run/x.sock' }, '/run/x.sock'],
  [{ local: 'test' }, 'local:test'],
])('%j is shown as %s', (address, text) => {
  expect(formatAddress(address)).toBe(text);
});
