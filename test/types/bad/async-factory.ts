// expect: AsyncFactory<"make what needs waiting for before the pipeline is built">
import { pipeline } from '@sluice/core';
import * as s from '../support/sample.js';

pipeline().addLast(async () => new s.FrameCodec());
