/** What the twenty handlers cost is counted from here: the same imports, an empty pipeline. */
import { type Channel, pipeline } from '@sluice/core';
import * as s from '../support/sample.js';

const built = pipeline().build();

export const log: s.Log = new s.Log();
export const at = (channel: Channel): unknown => built.tail(channel).write(Buffer.of(1));
