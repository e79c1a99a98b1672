import { EOL } from 'node:os';
import { LineSeparator } from '../../src/string/LineSeparator.js';

test('are the usual ones', () => {
  expect(LineSeparator).toEqual({ DEFAULT: EOL, UNIX: '\n', WINDOWS: '\r\n' });
});
