import { ChannelException, LocalAddress } from '../../../src/index.js';

test('a name is trimmed and its case does not count', () => {
  const address = new LocalAddress('  Room-1 ');
  expect(address.local).toBe('room-1');
  expect(String(address)).toBe('local:room-1');
  expect(address.equals(new LocalAddress('ROOM-1'))).toBe(true);
  expect(address.equals({ local: 'Room-1' })).toBe(true);
  expect(address.equals({ local: 'room-2' })).toBe(false);
  expect(address.equals({ host: 'room-1', port: 1 })).toBe(false);
  expect(address.equals(null)).toBe(false);
});

test('an empty name is refused', () => {
  for (const name of ['', '   ']) {
    expect(() => new LocalAddress(name)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }));
  }
});

test('ephemeral names differ from each other and from every name a user can give', () => {
  const [a, b] = [LocalAddress.ephemeral(), LocalAddress.ephemeral()];
  expect(a.local).not.toBe(b.local);
  expect(a.equals(new LocalAddress(a.local))).toBe(false);
  expect(a.equals(a)).toBe(true);
  expect(a).toBeInstanceOf(LocalAddress);
});

test('addresses of other transports are refused', () => {
  expect(LocalAddress.from({ local: 'A' }).local).toBe('a');
  expect(LocalAddress.from(LocalAddress.ANY)).toBe(LocalAddress.ANY);
  for (const address of [{ host: '127.0.0.1', port: 80 }, { path: '/x' }]) {
    expect(() => LocalAddress.from(address)).toThrow(ChannelException);
    expect(() => LocalAddress.from(address)).toThrow(/^unsupported address type: (127\.0\.0\.1:80|\/x)\./);
  }
});
