// The tasks that there are, in the order of the command line's help. Adding one costs its folder and a line in each list.
import { caption, type Captioner } from "./caption/caption.ts";
import { classify, type Classifier } from "./classify/classify.ts";
import { forecast, type Forecaster } from "./forecast/forecast.ts";
import { language, type LanguageModel } from "./language/language.ts";
import { music, type Composer } from "./music/music.ts";
import { regress, type Regressor } from "./regress/regress.ts";
import { tag, type Tagger } from "./tag/tag.ts";
import { translate, type Translator } from "./translate/translate.ts";
import type { Maker } from "./task.ts";

/** A model of any task; its `kind` says which. */
export type AnyModel =
  LanguageModel | Captioner | Classifier | Forecaster | Composer | Regressor | Tagger | Translator;

/** A task by which models of its kind are opened. */
export type AnyTask = Pick<Maker<never, never, AnyModel>, "kind" | "check" | "open">;

export const tasks: readonly AnyTask[] = [
  language,
  caption,
  classify,
  forecast,
  music,
  regress,
  tag,
  translate,
];
