// Models as bytes, in Node and in browsers. Apart from `index.ts` because what it reads is validated by zod.
export {
  decodeCheckpoint,
  encodeCheckpoint,
  type Checkpoint,
  type LoadedCheckpoint,
} from "./checkpoint/checkpoint.ts";
