// expect: NotAFactory<
import { pipeline } from '@sluice/core';
import * as s from '../support/sample.js';

pipeline().addLast(s.FrameCodec);
