/**
 * Numbers in and out of byte arrays. No bounds are checked here: each caller has checked them already.
 *
 * Integers of up to 32 bits are put together from single bytes, which V8 inlines into the caller. Wider ones
 * and floating point numbers go through eight bytes of scratch memory seen as several types, so that nothing
 * but the bigint itself is allocated (`Buffer.readBigInt64BE` makes several).
 */

const TWO_32 = 0x1_0000_0000;

const doubleView = new Float64Array(1);
const floatView = new Float32Array(doubleView.buffer);
const longView = new BigInt64Array(doubleView.buffer);
const unsignedLongView = new BigUint64Array(doubleView.buffer);
const intView = new Int32Array(doubleView.buffer);

/** Which half of the scratch memory holds the low 32 bits: depends on the byte order of the machine. */
const LOW: 0 | 1 = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 0 : 1;
const HIGH: 0 | 1 = LOW === 0 ? 1 : 0;

export function int8(bytes: Uint8Array, i: number): number {
  return ((bytes[i] as number) << 24) >> 24;
}

export function uint16BE(bytes: Uint8Array, i: number): number {
  return ((bytes[i] as number) << 8) | (bytes[i + 1] as number);
}

export function uint16LE(bytes: Uint8Array, i: number): number {
  return (bytes[i] as number) | ((bytes[i + 1] as number) << 8);
}

export function int16BE(bytes: Uint8Array, i: number): number {
  return (uint16BE(bytes, i) << 16) >> 16;
}

export function int16LE(bytes: Uint8Array, i: number): number {
  return (uint16LE(bytes, i) << 16) >> 16;
}

export function uint24BE(bytes: Uint8Array, i: number): number {
  return ((bytes[i] as number) << 16) | ((bytes[i + 1] as number) << 8) | (bytes[i + 2] as number);
}

export function uint24LE(bytes: Uint8Array, i: number): number {
  return (bytes[i] as number) | ((bytes[i + 1] as number) << 8) | ((bytes[i + 2] as number) << 16);
}

export function int24BE(bytes: Uint8Array, i: number): number {
  return (uint24BE(bytes, i) << 8) >> 8;
}

export function int24LE(bytes: Uint8Array, i: number): number {
  return (uint24LE(bytes, i) << 8) >> 8;
}

export function int32BE(bytes: Uint8Array, i: number): number {
  return (
    ((bytes[i] as number) << 24) |
    ((bytes[i + 1] as number) << 16) |
    ((bytes[i + 2] as number) << 8) |
    (bytes[i + 3] as number)
  );
}

export function int32LE(bytes: Uint8Array, i: number): number {
  return (
    (bytes[i] as number) |
    ((bytes[i + 1] as number) << 8) |
    ((bytes[i + 2] as number) << 16) |
    ((bytes[i + 3] as number) << 24)
  );
}

export function uint32BE(bytes: Uint8Array, i: number): number {
  return int32BE(bytes, i) >>> 0;
}

export function uint32LE(bytes: Uint8Array, i: number): number {
  return int32LE(bytes, i) >>> 0;
}

/** A signed 64-bit integer as a number; inexact from 2^53 on, which the caller has to refuse. */
export function approximateInt64BE(bytes: Uint8Array, i: number): number {
  return int32BE(bytes, i) * TWO_32 + uint32BE(bytes, i + 4);
}

export function approximateInt64LE(bytes: Uint8Array, i: number): number {
  return int32LE(bytes, i + 4) * TWO_32 + uint32LE(bytes, i);
}

/** An unsigned 64-bit integer as a number; inexact from 2^53 on, which the caller has to refuse. */
export function approximateUint64BE(bytes: Uint8Array, i: number): number {
  return uint32BE(bytes, i) * TWO_32 + uint32BE(bytes, i + 4);
}

export function approximateUint64LE(bytes: Uint8Array, i: number): number {
  return uint32LE(bytes, i + 4) * TWO_32 + uint32LE(bytes, i);
}

function loadScratchBE(bytes: Uint8Array, i: number): void {
  intView[HIGH] = int32BE(bytes, i);
  intView[LOW] = int32BE(bytes, i + 4);
}

function loadScratchLE(bytes: Uint8Array, i: number): void {
  intView[LOW] = int32LE(bytes, i);
  intView[HIGH] = int32LE(bytes, i + 4);
}

export function int64BE(bytes: Uint8Array, i: number): bigint {
  loadScratchBE(bytes, i);
  return longView[0] as bigint;
}

export function int64LE(bytes: Uint8Array, i: number): bigint {
  loadScratchLE(bytes, i);
  return longView[0] as bigint;
}

export function uint64BE(bytes: Uint8Array, i: number): bigint {
  loadScratchBE(bytes, i);
  return unsignedLongView[0] as bigint;
}

export function uint64LE(bytes: Uint8Array, i: number): bigint {
  loadScratchLE(bytes, i);
  return unsignedLongView[0] as bigint;
}

export function float32BE(bytes: Uint8Array, i: number): number {
  intView[0] = int32BE(bytes, i);
  return floatView[0] as number;
}

export function float32LE(bytes: Uint8Array, i: number): number {
  intView[0] = int32LE(bytes, i);
  return floatView[0] as number;
}

export function float64BE(bytes: Uint8Array, i: number): number {
  loadScratchBE(bytes, i);
  return doubleView[0] as number;
}

export function float64LE(bytes: Uint8Array, i: number): number {
  loadScratchLE(bytes, i);
  return doubleView[0] as number;
}

// Stores into a Uint8Array keep the low eight bits, so no masks are needed below.

export function putInt16BE(bytes: Uint8Array, i: number, value: number): void {
  bytes[i] = value >> 8;
  bytes[i + 1] = value;
}

export function putInt16LE(bytes: Uint8Array, i: number, value: number): void {
  bytes[i] = value;
  bytes[i + 1] = value >> 8;
}

export function putInt24BE(bytes: Uint8Array, i: number, value: number): void {
  bytes[i] = value >> 16;
  bytes[i + 1] = value >> 8;
  bytes[i + 2] = value;
}

export function putInt24LE(bytes: Uint8Array, i: number, value: number): void {
  bytes[i] = value;
  bytes[i + 1] = value >> 8;
  bytes[i + 2] = value >> 16;
}

export function putInt32BE(bytes: Uint8Array, i: number, value: number): void {
  bytes[i] = value >> 24;
  bytes[i + 1] = value >> 16;
  bytes[i + 2] = value >> 8;
  bytes[i + 3] = value;
}

export function putInt32LE(bytes: Uint8Array, i: number, value: number): void {
  bytes[i] = value;
  bytes[i + 1] = value >> 8;
  bytes[i + 2] = value >> 16;
  bytes[i + 3] = value >> 24;
}

function storeScratchBE(bytes: Uint8Array, i: number): void {
  putInt32BE(bytes, i, intView[HIGH] as number);
  putInt32BE(bytes, i + 4, intView[LOW] as number);
}

function storeScratchLE(bytes: Uint8Array, i: number): void {
  putInt32LE(bytes, i, intView[LOW] as number);
  putInt32LE(bytes, i + 4, intView[HIGH] as number);
}

export function putInt64BE(bytes: Uint8Array, i: number, value: bigint): void {
  longView[0] = value;
  storeScratchBE(bytes, i);
}

export function putInt64LE(bytes: Uint8Array, i: number, value: bigint): void {
  longView[0] = value;
  storeScratchLE(bytes, i);
}

/** Stores a whole number as a 64-bit integer; the caller has checked that it is a safe integer. */
export function putSafeInt64BE(bytes: Uint8Array, i: number, value: number): void {
  putInt32BE(bytes, i, Math.floor(value / TWO_32));
  putInt32BE(bytes, i + 4, value);
}

export function putSafeInt64LE(bytes: Uint8Array, i: number, value: number): void {
  putInt32LE(bytes, i, value);
  putInt32LE(bytes, i + 4, Math.floor(value / TWO_32));
}

export function putFloat32BE(bytes: Uint8Array, i: number, value: number): void {
  floatView[0] = value;
  putInt32BE(bytes, i, intView[0] as number);
}

export function putFloat32LE(bytes: Uint8Array, i: number, value: number): void {
  floatView[0] = value;
  putInt32LE(bytes, i, intView[0] as number);
}

export function putFloat64BE(bytes: Uint8Array, i: number, value: number): void {
  doubleView[0] = value;
  storeScratchBE(bytes, i);
}

export function putFloat64LE(bytes: Uint8Array, i: number, value: number): void {
  doubleView[0] = value;
  storeScratchLE(bytes, i);
}
