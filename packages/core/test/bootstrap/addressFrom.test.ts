import { addressFrom, localAddressFrom } from '../../src/bootstrap/addressFrom.js';

const path = { path: '/run/x.sock' };

test('an address is itself, a host and a port make one', () => {
  for (const from of [addressFrom, localAddressFrom]) {
    expect(from(path)).toBe(path);
    expect(from('example.org', 443)).toEqual({ host: 'example.org', port: 443 });
  }
});

test('a port alone is an address to bind only', () => {
  expect(localAddressFrom(9000)).toEqual({ host: '', port: 9000 });
  expect(() => addressFrom(9000 as never)).toThrow(TypeError);
});

test.each([['localhost'], [null], [undefined], [{}], [['localhost', 9000]]])('%p is none', (wrong) => {
  for (const from of [addressFrom, localAddressFrom]) expect(() => from(wrong as never)).toThrow(TypeError);
});
