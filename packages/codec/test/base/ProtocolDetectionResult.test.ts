import { ProtocolDetectionResult } from '../../src/base/ProtocolDetectionResult.js';

/** Looks for `HTTP`. */
function detect(text: string): ProtocolDetectionResult<'http'> {
  if (text.startsWith('HTTP')) return ProtocolDetectionResult.detected('http');
  return 'HTTP'.startsWith(text)
    ? ProtocolDetectionResult.needsMoreData()
    : ProtocolDetectionResult.invalid();
}

test('says whether bytes are of a protocol, or that it cannot tell yet', () => {
  expect(['', 'HT', 'HTTP/', 'FTP'].map((text) => [detect(text).state, detect(text).protocol])).toEqual([
    ['NEEDS_MORE_DATA', null],
    ['NEEDS_MORE_DATA', null],
    ['DETECTED', 'http'],
    ['INVALID', null],
  ]);
});
