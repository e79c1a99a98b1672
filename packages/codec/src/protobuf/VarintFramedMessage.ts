import { FramedMessage } from '@sluice/core';
import { varint32Length, writeVarint32 } from './varint.js';

/** A payload behind its length as a varint. */
export class VarintFramedMessage extends FramedMessage {
  readonly headerLength: number;

  constructor(payload: Uint8Array) {
    super(payload);
    this.headerLength = varint32Length(payload.length);
  }

  override writeHeader(target: Uint8Array, offset: number): void {
    writeVarint32(target, offset, this.payload.length);
  }
}
