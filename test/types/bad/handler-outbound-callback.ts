// expect: 'write' does not exist in type
import { handler } from '@sluice/core';

// handler() types the inbound side only; a write() in it would escape the check.
export const both = handler<string, string>({
  write() {},
});
