import { Base64Dialect } from '../../src/base64/Base64Dialect.js';

test.each([Base64Dialect.STANDARD, Base64Dialect.URL_SAFE, Base64Dialect.ORDERED])(
  '$name has 64 digits',
  (dialect) => {
    expect(new Set(dialect.alphabet).size).toBe(64);
    dialect.alphabet.forEach((digit, value) => {
      expect(dialect.values[digit]).toBe(value);
    });
    expect(dialect.values.filter((value) => value >= 0)).toHaveLength(64);
  },
);

test('line breaks are the default where mail uses them', () => {
  expect(Base64Dialect.STANDARD.breakLinesByDefault).toBe(true);
  expect(Base64Dialect.URL_SAFE.breakLinesByDefault).toBe(false);
});
