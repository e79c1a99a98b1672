import { isPromise } from 'node:util/types';
import { DecoderException, EncoderException } from '../errors.js';

/**
 * A codec's method returned something. A promise means that it is `async`, by which the order of messages would be
 * lost; nothing else is of interest.
 */
export function refusePromise(
  codec: string,
  method: 'decode' | 'decodeLast' | 'encode',
  result: unknown,
): void {
  if (!isPromise(result)) return;
  // Its own failure is of no interest any more.
  result.catch(() => {});
  const text =
    `${codec}.${method}() returned a promise, but it has to be synchronous: what it makes after an await would come ` +
    'too late. Do the waiting in a handler behind it, for instance one wrapped in serial().';
  throw method === 'encode' ? new EncoderException(text) : new DecoderException(text);
}
