import { ProtocolDetectionResult } from '@sluice/codec';
import { invalidArgValue } from '@sluice/core';

/** Looks at the first bytes of a connection. It must not change them. */
export type ProtocolDetector = (bytes: Buffer) => ProtocolDetectionResult<unknown>;

/**
 * Detects a protocol by the bytes that it always begins with: a magic number, or `':'` for administration.
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for an empty prefix
 */
export function detectPrefix(prefix: string | Uint8Array): ProtocolDetector {
  const expected = Buffer.from(prefix as string);
  if (expected.length === 0)
    throw invalidArgValue('An empty prefix fits everything; give a fallback instead');
  return (bytes) => {
    const length = Math.min(bytes.length, expected.length);
    if (!bytes.subarray(0, length).equals(expected.subarray(0, length)))
      return ProtocolDetectionResult.invalid();
    return length < expected.length
      ? ProtocolDetectionResult.needsMoreData()
      : ProtocolDetectionResult.detected(undefined);
  };
}
