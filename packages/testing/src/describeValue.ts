import { inspect, types } from 'node:util';
import { ByteBuf, hexDump } from '@sluice/core';

const SHOWN_BYTES = 16;

/** A value in a few words: bytes in hexadecimal, the rest as Node shows it, both cut off when long. */
export function describeValue(value: unknown): string {
  if (types.isUint8Array(value) || ByteBuf.isByteBuf(value)) return describeBytes(value);
  if (types.isNativeError(value)) return `${value.name}: ${value.message.split('\n', 1)[0]}`;
  const text = inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: 8 });
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

function describeBytes(value: Uint8Array | ByteBuf): string {
  const bytes = ByteBuf.isByteBuf(value) ? value.toBuffer() : value;
  const name = ByteBuf.isByteBuf(value) ? 'ByteBuf' : Buffer.isBuffer(value) ? 'Buffer' : 'Uint8Array';
  const rest = bytes.length > SHOWN_BYTES ? '...' : '';
  return `${name}(${bytes.length}) <${hexDump(bytes.subarray(0, SHOWN_BYTES))}${rest}>`;
}
