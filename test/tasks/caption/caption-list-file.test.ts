import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { readCaptionList, type ListedImage } from "../../../src/tasks/caption/caption-list-file.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "unrolled-captions-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function read(content: unknown): Promise<ListedImage[]> {
  const path = join(folder, "captions");
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content, null, 1));
  return readCaptionList(path);
}

describe("captions", () => {
  it("of COCO are joined to their images, in the images' order", async () => {
    const images = [
      { id: 7, file_name: "b.jpg", height: 3 },
      { id: 5, file_name: "a.jpg" },
      { id: 6, file_name: "none.jpg" },
    ];
    const annotations = [
      { image_id: 5, id: 1, caption: "A dog.\n" },
      { image_id: 7, id: 2, caption: "A cat" },
      { image_id: 5, id: 3, caption: " The dog" },
    ];
    expect(await read({ images, annotations })).toEqual([
      { file: "b.jpg", captions: ["A cat"] },
      { file: "a.jpg", captions: ["A dog.", "The dog"] },
    ]);
  });

  it("of Karpathy's dataset.json have splits, and folders where it names them", async () => {
    const sentences = [{ tokens: ["a", "dog"], raw: "A dog .", imgid: 0, sentid: 0 }];
    const images = [
      { filename: "1.jpg", split: "train", sentences },
      {
        filename: "2.jpg",
        filepath: "val2014",
        split: "restval",
        sentences: [...sentences, { raw: "Dogs" }],
      },
    ];
    expect(await read({ images, dataset: "flickr8k" })).toEqual([
      { file: "1.jpg", split: "train", captions: ["A dog ."] },
      { file: "val2014/2.jpg", split: "restval", captions: ["A dog .", "Dogs"] },
    ]);
  });

  it("of a table are one per row, in CSV and between bars", async () => {
    const csv = 'image,caption\r\na.jpg,"A dog, running"\nb.jpg,Ein Hund\na.jpg,"He said ""woof"""\n';
    expect(await read(csv)).toEqual([
      { file: "a.jpg", captions: ["A dog, running", 'He said "woof"'] },
      { file: "b.jpg", captions: ["Ein Hund"] },
    ]);
    const split = "split;file;caption\ntrain;a.jpg;كلب\nval;b.jpg;一只狗 🐕\n";
    expect(await read(split)).toEqual([
      { file: "a.jpg", split: "train", captions: ["كلب"] },
      { file: "b.jpg", split: "val", captions: ["一只狗 🐕"] },
    ]);
    const bars = 'image_name| comment_number| comment\n7.jpg| 0| A "sign" | here .\n7.jpg| 1| Two\n';
    expect(await read(bars)).toEqual([{ file: "7.jpg", captions: ['A "sign" | here .', "Two"] }]);
  });

  it("of Flickr are one per line", async () => {
    const lines =
      "1000.jpg#0\tA child in a dress #1 .\n1000.jpg#1\tA girl\r\n\na b.jpg#0\tTwo\tdogs\n1000.jpg#2\tx\n";
    expect(await read(lines)).toEqual([
      { file: "1000.jpg", captions: ["A child in a dress #1 .", "A girl", "x"] },
      { file: "a b.jpg", captions: ["Two\tdogs"] },
    ]);
  });

  it("of a plain list are taken as they are", async () => {
    const images = [
      { file: "1.jpg", captions: ["a", "b"], split: "val" },
      { file: "2.jpg", captions: ["c"] },
    ];
    expect(await read(images.map((one) => ({ ...one, licence: "CC BY" })))).toEqual(images);
  });
});

describe("names that differ between data sets", () => {
  it("may be those of a column, in any case", async () => {
    for (const [file, caption, split] of [
      ["Image", "Caption", "Split"],
      ["FILENAME", "COMMENT", "SET"],
      ["image_path", "text", "partition"],
    ] as const) {
      const expected = [{ file: "a.jpg", captions: ["A dog"], split: "Test" }];
      expect(await read(`${file},${split},${caption}\na.jpg,Test,A dog\n`)).toEqual(expected);
      expect(await read([{ [file]: "a.jpg", [caption]: "A dog", [split]: "Test" }])).toEqual(expected);
    }
    expect(await read([{ file_path: "a.jpg", captions: ["x", "y"], id: 1 }])).toEqual([
      { file: "a.jpg", captions: ["x", "y"] },
    ]);
  });

  it("may be of parts, which are one part under several names", async () => {
    expect(await read("file,caption,split\na.jpg,x,val2014\na.jpg,y,Val\na.jpg,z,\n")).toEqual([
      { file: "a.jpg", captions: ["x", "y", "z"], split: "val2014" },
    ]);
    const unknown = `"hidden" is not the name of a part that is known; write train, val or test`;
    await expect(read("file,caption,split\na.jpg,x,train\nb.jpg,y,hidden\n")).rejects.toThrow(
      `captions, line 3: ${unknown}`,
    );
    await expect(read([{ file: "b.jpg", captions: ["y"], split: "hidden" }])).rejects.toThrow(
      `captions, image 'b.jpg': ${unknown}`,
    );
  });

  it("may be the numbers of COCO's images, written as text", async () => {
    const images = [
      { id: "1", file_name: "a.jpg" },
      { id: 2, file_name: "b.jpg", split: "val" },
    ];
    const annotations = [
      { image_id: 1, caption: "x" },
      { image_id: "2", caption: "y" },
    ];
    expect(await read({ images, annotations })).toEqual([
      { file: "a.jpg", captions: ["x"] },
      { file: "b.jpg", captions: ["y"], split: "val" },
    ]);
    await expect(read({ images: [...images, { id: "2", file_name: "c" }], annotations })).rejects.toThrow(
      "entry 3: id 2 is taken",
    );
  });
});

describe("captions that are refused", () => {
  const image = { id: 1, file_name: "a.jpg" };
  const caption = { image_id: 1, caption: "x" };
  const cases: [string, unknown, string | RegExp][] = [
    [
      "not JSON",
      '{\n "images": [\n  {"id": 1,}\n ]}',
      /captions, line 3: this is not JSON \(.+\); correct it, or/,
    ],
    ["cut JSON", '{\n "images": [\n  {"id": 1', /captions, line 3: this is not JSON/],
    [
      "of no image",
      { images: [image], annotations: [caption, { image_id: 2, caption: "y" }] },
      "captions, annotations, entry 2: there is no image with id 2; leave the caption out, or list the image",
    ],
    [
      "an id twice",
      { images: [image, { ...image, file_name: "b" }], annotations: [] },
      "captions, images, entry 2: id 1 is taken; give each image its own",
    ],
    [
      "no caption",
      { images: [image], annotations: [caption, { image_id: 1 }] },
      "captions, annotations, entry 2, caption: expected string, received undefined; correct it",
    ],
    [
      "an empty caption",
      { images: [{ filename: "a", sentences: [{ raw: "x" }, { raw: " " }] }] },
      "captions, images, entry 1, sentences, entry 2, raw: must not be empty; correct it",
    ],
    [
      "images alone",
      { images: [image], info: {} },
      "captions: it lists images without captions: it has neither COCO's 'annotations' nor 'sentences' in its images; choose the file",
    ],
    [
      "boxes instead of captions",
      { images: [image], annotations: [{ image_id: 1, bbox: [0, 0, 1, 1] }] },
      "captions: none of its annotations is a caption; choose COCO's file of captions",
    ],
    [
      "an id of no kind",
      { images: [{ id: null, file_name: "a" }], annotations: [caption] },
      "entry 1, id: must be a number or text",
    ],
    ["another object", { photos: [] }, "captions, images: expected array, received undefined"],
    [
      "none at all",
      { images: [image], annotations: [] },
      "no image in it has a caption; choose another file",
    ],
    [
      "a row without a caption",
      "file,caption\na.jpg,x\nb.jpg,\n",
      "captions, line 3: expected a file and a cap",
    ],
    [
      "an image in two splits",
      "file,caption,split\na.jpg,x,train\na.jpg,y,test\n",
      "captions, line 3: 'a.jpg' is in the split 'train' already, not 'test'; choose one",
    ],
    [
      "too few cells",
      "image|n|comment\na.jpg|0\n",
      "captions, line 2: expected 3 cells with | between them, got 2",
    ],
    ["an empty file", "", "the file is empty; check that it is the right one"],
    [
      "an image twice",
      [
        { file: "a", captions: ["x"] },
        { file: "a", captions: ["y"] },
      ],
      "captions: image 'a' is listed twice; join its captions",
    ],
    [
      "a line without a tab",
      "1.jpg#0\tx\n1.jpg#1 y\n",
      'captions, line 2: expected an image\'s name, # and a number, a tab and a caption, as "1000.jpg#0<TAB>a dog", got "1.jpg#1 y"',
    ],
    ["a line without a caption", "1.jpg#0\tx\n\n1.jpg#1\t \n", "captions, line 3: the caption is empty"],
  ];
  it.each(cases)("%s", async (_, content, message) => {
    await expect(read(content)).rejects.toThrow(message);
  });

  it("what is no text", async () => {
    const path = join(folder, "captions");
    await writeFile(path, Uint8Array.of(0xff, 0xfe, 0x00));
    await expect(readCaptionList(path)).rejects.toThrow(
      `${path}: expected UTF-8, got UTF-16 by its byte order mark; save it as UTF-8`,
    );
  });
});

describe("real files", () => {
  const data = (path: string): string =>
    fileURLToPath(new URL(`../../../../shared/data/${path}`, import.meta.url));
  const mini = data("coco-mini-cc/captions.json");
  const val = data("coco-val2017-captions/captions_val2017.json");

  test.skipIf(!existsSync(mini))(
    "COCO's images with free licences, where they are beside the checkout",
    async () => {
      const images = await readCaptionList(mini);
      expect(images).toHaveLength(51);
      const files = await readdir(data("coco-mini-cc/images"));
      expect(images.map(({ file }) => file).sort()).toEqual(files.sort());
      expect(images.filter(({ split }) => split === "train")).toHaveLength(26);
      expect(images[0]?.captions[0]).toBe("some outdoor tables sitting next to  some umbrellas");
    },
  );

  test.skipIf(!existsSync(val))(
    "COCO's validation part of 2017, where it is beside the checkout",
    async () => {
      const images = await readCaptionList(val);
      expect(images).toHaveLength(5000);
      expect(images.reduce((sum, { captions }) => sum + captions.length, 0)).toBe(25_014);
      const first = images.find(({ file }) => file === "000000179765.jpg");
      expect(first?.captions[0]).toBe("A black Honda motorcycle parked in front of a garage.");
    },
  );
});
