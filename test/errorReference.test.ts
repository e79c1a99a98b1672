import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import '@sluice/codec';
import { registeredErrors } from '@sluice/core';
import '@sluice/handlers';
import '@sluice/testing';

/** Codes that errors of the language carry; see util/errors.ts. */
const NATIVE = ['ERR_OUT_OF_RANGE', 'ERR_INVALID_ARG_TYPE', 'ERR_INVALID_ARG_VALUE'];

describe('docs/reference/errors.md', () => {
  const page = readFileSync(join(__dirname, '..', 'docs', 'reference', 'errors.md'), 'utf8');
  const documented = new Map(
    Array.from(page.matchAll(/^\| `(ERR_\w+)` +\| `(\w+)` +\|/gm), ([, code, name]) => [
      name as string,
      code as string,
    ]),
  );

  test('names every error class with its code', () => {
    for (const [name, code] of registeredErrors()) expect([name, documented.get(name)]).toEqual([name, code]);
  });

  test('names no class that does not exist', () => {
    const native = ['RangeError', 'TypeError'];
    for (const [name] of documented) {
      if (!native.includes(name)) expect([...registeredErrors().keys()]).toContain(name);
    }
  });

  test('names the codes of the language errors', () => {
    for (const code of NATIVE) expect(page).toContain(`\`${code}\``);
  });

  test('codes are distinct', () => {
    const codes = [...registeredErrors().values()];
    expect(new Set(codes).size).toBe(codes.length);
  });
});
