// What a model is for: how what people have becomes numbers for its network, and its answers become words again. Plain
// data that a model file keeps, one kind for each task.
import type { CaptionTask } from "./caption/caption.ts";
import type { ClassifyTask } from "./classify/classify.ts";
import type { ForecastTask } from "./forecast/forecaster.ts";
import type { LanguageTask } from "./language/language.ts";
import type { MusicTask } from "./music/music.ts";
import type { TagTask } from "./tag/tag.ts";
import type { TranslateTask } from "./translate/translate.ts";

export type Task =
  LanguageTask | ClassifyTask | TagTask | ForecastTask | MusicTask | TranslateTask | CaptionTask;

export type TaskKind = Task["kind"];
