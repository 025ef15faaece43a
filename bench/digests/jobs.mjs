// The jobs of the digests, as command lines of version 0.1.0; `words.json` has what became of their words. DEVICE stands
// for the option.
const small = "--size 12 --batch 8";

const language = (name, device, more, uses) => ({
  name: `language, ${name}`,
  device,
  commands: [`train book.txt ${small} ${more} --steps 40 DEVICE --out out/l.safetensors`, ...uses],
});

export const jobs = [
  language("characters", "native", "--cell gru", [
    "eval out/l.safetensors book.txt DEVICE",
    "eval out/l.safetensors book.txt --part validation --ngram book.txt --order 4 DEVICE",
    "sample out/l.safetensors --length 60 --seed 3 DEVICE",
    "sample out/l.safetensors --length 30 --beam 4 --length-penalty 0.5 DEVICE",
    "sample out/l.safetensors --prompts prompts.txt --length 20 --top-k 5 --temperature 0.8 DEVICE",
    'sample out/l.safetensors --length 20 --match "[a-z ]+" DEVICE',
  ]),
  language("characters, resumed", "wasm", "--cell lstm+zoneout --layers 2 --dropout 0.1", [
    "train book.txt --resume out/l.safetensors --steps 60 DEVICE --out out/l2.safetensors",
    "eval out/l2.safetensors book.txt DEVICE",
  ]),
  language("words, tied", "native", "--unit word --at-least 2 --embedding 12 --tied --input-dropout 0.2", [
    "eval out/l.safetensors book.txt DEVICE",
    "sample out/l.safetensors --length 20 --seed 5 DEVICE",
  ]),
  language("bytes, a longer gradient", "wasm", "--unit byte --window 20 --horizon 30 --optimizer rmsprop", [
    "eval out/l.safetensors book.txt --part validation DEVICE",
  ]),
  language("sub-words", "native", "--unit subword --tokenizer tokenizer.json --schedule cosine --clip 1", [
    "eval out/l.safetensors book.txt DEVICE",
    "sample out/l.safetensors --length 20 DEVICE",
  ]),
  ...["native", "wasm"].map((device) => ({
    name: "classify, texts",
    device,
    commands: [
      `classify train words.csv ${small} --epochs 2 --split 0.7/0.1/0.2 --class-weights root DEVICE --out out/c.safetensors`,
      "eval out/c.safetensors words.csv --part test --baseline DEVICE",
      "run out/c.safetensors words.csv DEVICE",
      "classify train words.csv --resume out/c.safetensors --epochs 3 DEVICE --out out/c2.safetensors",
    ],
  })),
  {
    name: "classify, series",
    device: "wasm",
    commands: [
      `classify train series.jsonl --series points --label kind ${small} --epochs 2 --pooling attention DEVICE --out out/c.safetensors`,
      "eval out/c.safetensors series.jsonl --series points --label kind DEVICE",
      "run out/c.safetensors series.jsonl --series points DEVICE",
    ],
  },
  {
    name: "tag",
    device: "wasm",
    commands: [
      `tag train names.conll ${small} --embedding 6 --dropout 0.2 --epochs 2 --split 0.7/0.1/0.2 DEVICE --out out/t.safetensors`,
      "eval out/t.safetensors names.conll --part test --baseline DEVICE",
      "run out/t.safetensors names.conll DEVICE",
      "tag train names.conll --resume out/t.safetensors --epochs 3 DEVICE --out out/t2.safetensors",
    ],
  },
  {
    name: "translate, attention",
    device: "native",
    commands: [
      `translate train pairs.txt ${small} --embedding 6 --layers 2 --epochs 3 --split 0.8/0.2 DEVICE --out out/p.safetensors`,
      "eval out/p.safetensors pairs.txt --part validation --beam 3 DEVICE",
      "run out/p.safetensors pairs.txt --length-penalty 0.5 --beam 2 DEVICE",
      "translate train pairs.txt --resume out/p.safetensors --epochs 5 DEVICE --out out/p2.safetensors",
    ],
  },
  {
    name: "translate, last state",
    device: "wasm",
    commands: [
      `translate train pairs.txt ${small} --embedding 6 --attention none --epochs 2 DEVICE --out out/p.safetensors`,
      "eval out/p.safetensors pairs.txt DEVICE",
      "run out/p.safetensors pairs.txt DEVICE",
    ],
  },
  {
    name: "forecast, direct",
    device: "native",
    commands: [
      "forecast train sales.csv --time month --value sold --log --lag 12 --context 24 --horizon 6 --size 12 --epochs 4 DEVICE --out out/f.safetensors",
      "eval out/f.safetensors sales.csv --time month DEVICE",
      "run out/f.safetensors sales.csv --time month DEVICE",
      "forecast train sales.csv --time month --value sold --resume out/f.safetensors --epochs 6 DEVICE --out out/f2.safetensors",
    ],
  },
  {
    name: "forecast, along paths",
    device: "wasm",
    commands: [
      "forecast train sales.csv --time month --value sold,kept --strategy recursive --output gaussian --calendar --context 24 --horizon 6 --size 12 --epochs 4 DEVICE --out out/f.safetensors",
      "eval out/f.safetensors sales.csv --time month --origins 5 --paths 20 --calibrate 5 DEVICE",
      "run out/f.safetensors sales.csv --time month --paths 20 --seed 2 DEVICE",
    ],
  },
  {
    name: "music",
    device: "native",
    commands: [
      "music train pieces.json --size 12 --steps 40 DEVICE --out out/m.safetensors",
      "eval out/m.safetensors pieces.json --baseline DEVICE",
      "run out/m.safetensors --length 16 --out out/piece.mid DEVICE",
      "run out/m.safetensors pieces.json --beginning 4 --length 16 --out out/piece.mid DEVICE",
      "music train pieces.json --resume out/m.safetensors --steps 60 DEVICE --out out/m2.safetensors",
    ],
  },
  {
    name: "caption",
    device: "wasm",
    commands: [
      "caption shapes out/shapes --count 80",
      "caption train out/shapes/captions.json --size 16 --embedding 8 --epochs 2 --split 0.7/0.1/0.2 DEVICE --out out/i.safetensors",
      "eval out/i.safetensors out/shapes/captions.json --part test --beam 2 DEVICE",
      "eval out/i.safetensors out/shapes/captions.json --part test --shuffle DEVICE",
      "run out/i.safetensors out/shapes/00000.png DEVICE",
      "caption train out/shapes/captions.json --resume out/i.safetensors --epochs 3 DEVICE --out out/i2.safetensors",
    ],
  },
  {
    name: "hello",
    device: "reference",
    commands: ["hello", "hello --cell gru --size 5"],
  },
];
