import { FramedMessage } from '@sluice/core';
import { type ByteOrder, type LengthFieldWidth, writeLengthField } from './lengthField.js';

/** A payload behind its length. */
export class LengthFramedMessage extends FramedMessage {
  readonly headerLength: LengthFieldWidth;
  readonly #value: number;
  readonly #byteOrder: ByteOrder;

  constructor(payload: Uint8Array, value: number, headerLength: LengthFieldWidth, byteOrder: ByteOrder) {
    super(payload);
    this.headerLength = headerLength;
    this.#value = value;
    this.#byteOrder = byteOrder;
  }

  override writeHeader(target: Uint8Array, offset: number): void {
    writeLengthField(target, offset, this.#value, this.headerLength, this.#byteOrder);
  }
}
