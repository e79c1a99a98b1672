// expect: NotAFactory
import { pipelineOf } from '@sluice/core';
import * as s from '../support/sample.js';

pipelineOf(new s.FrameCodec());
