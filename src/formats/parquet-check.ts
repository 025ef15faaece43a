// Whether the pages of a Parquet file are what the file says of them, looked at before the package hyparquet makes arrays
// of them: a run of five bytes may stand for a thousand million values, and the package believes it.
import { parquetMetadata, parquetSchema, type FileMetaData } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { decompressPage } from "hyparquet/src/datapage.js";
import { deltaBinaryUnpack } from "hyparquet/src/delta.js";
import {
  getMaxDefinitionLevel,
  getMaxRepetitionLevel,
  getTreePath,
  isFlatColumn,
} from "hyparquet/src/schema.js";
import { readVarInt } from "hyparquet/src/thrift.js";

type Reader = Parameters<typeof parquetHeader>[0];
type PageHeader = ReturnType<typeof parquetHeader>;
type Column = FileMetaData["row_groups"][number]["columns"][number];

/** The most values of a file: a number that every file may have, and one more for each bit. */
const mostValues = { ever: 500_000, perByte: 8 } as const;
/** The most characters of texts that are stored by what they share with the one before. */
const mostShared = { ever: 10_000_000, perByte: 20 } as const;
/** Snappy makes less than this of a byte. */
const mostUnpacked = 32;
/** Values by which writers fill up the last group of a page. */
const padding = 512;

/** Throws where a page has more values, or a run is longer, than the file's size or the page allows. */
export function checkParquet(file: ArrayBuffer): void {
  const view = new DataView(file);
  // The metadata stand at the end, before their length and the last four letters.
  checkLists({ view, offset: view.byteLength - 8 - view.getUint32(view.byteLength - 8, true) });
  const metadata = parquetMetadata(file);
  const tree = parquetSchema(metadata);
  let left = mostValues.ever + mostValues.perByte * file.byteLength;
  for (const group of metadata.row_groups) {
    for (const { meta_data: meta } of group.columns) {
      if (!meta) continue;
      const path = getTreePath(tree, meta.path_in_schema);
      const levels = [path.length > 1 ? getMaxRepetitionLevel(path) : 0, getMaxDefinitionLevel(path)];
      const rows = isFlatColumn(path) ? Number(group.num_rows) : Infinity;
      for (const { header, bytes } of pagesOf(file, meta, rows)) {
        const { num_values: count = 0 } = contentOf(header) ?? {};
        left -= Math.max(0, count);
        if (left < 0) throw new Error("it says that it has far more values than its size allows");
        if (header.type !== "DICTIONARY_PAGE")
          checkPage(header, bytes, meta.codec, levels, count, file.byteLength);
      }
    }
  }
}

const contentOf = (header: PageHeader) =>
  header.data_page_header ?? header.data_page_header_v2 ?? header.dictionary_page_header;

/** The pages of a column, up to a number of rows. */
function* pagesOf(
  file: ArrayBuffer,
  meta: NonNullable<Column["meta_data"]>,
  rows: number,
): Generator<{ readonly header: PageHeader; readonly bytes: Uint8Array }> {
  const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
  const all = new Uint8Array(file).subarray(start, start + Number(meta.total_compressed_size));
  const reader: Reader = { view: viewOf(all), offset: 0 };
  for (let seen = 0; seen < rows && reader.offset < all.length - 1;) {
    checkLists({ ...reader });
    const header = parquetHeader(reader);
    const bytes = all.subarray(reader.offset, reader.offset + header.compressed_page_size);
    if (!(header.compressed_page_size >= 0)) throw new Error("a page has no size");
    // Other compressions cannot be read, which the package says.
    const most = mostUnpacked * (header.compressed_page_size + padding);
    if (meta.codec === "SNAPPY" && header.uncompressed_page_size > most)
      throw new Error("a page says that it unpacks to far more than it can");
    reader.offset += header.compressed_page_size;
    if (header.type !== "DICTIONARY_PAGE") seen += contentOf(header)?.num_values ?? 0;
    yield { header, bytes };
  }
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function checkPage(
  header: PageHeader,
  bytes: Uint8Array,
  codec: Parameters<typeof decompressPage>[2],
  levels: readonly number[],
  count: number,
  fileSize: number,
): void {
  const second = header.data_page_header_v2;
  const sizes = second && [second.repetition_levels_byte_length, second.definition_levels_byte_length];
  const before = sizes ? (sizes[0] ?? 0) + (sizes[1] ?? 0) : 0;
  const unpack = (packed: Uint8Array): Uint8Array =>
    second?.is_compressed === false
      ? packed
      : decompressPage(packed, header.uncompressed_page_size - before, codec, undefined);
  // The second version leaves the levels as they are.
  const reader: Reader = { view: viewOf(sizes ? bytes : unpack(bytes)), offset: 0 };
  for (const [i, most] of levels.entries()) {
    if (most === 0) continue;
    const size = sizes ? (sizes[i] as number) : lengthAt(reader);
    const end = reader.offset + size;
    checkRuns(reader, bitsOf(most), count);
    reader.offset = end;
  }
  const values = sizes ? { view: viewOf(unpack(bytes.subarray(before))), offset: 0 } : reader;
  checkValues(values, (contentOf(header) as { encoding?: string }).encoding ?? "", count, fileSize);
}

function checkValues(reader: Reader, encoding: string, count: number, fileSize: number): void {
  if (encoding.endsWith("DICTIONARY")) {
    const width = reader.view.getUint8(reader.offset++);
    if (width > 0) checkRuns(reader, width, count);
  } else if (encoding === "RLE") {
    lengthAt(reader);
    checkRuns(reader, 1, count);
  } else if (encoding === "DELTA_BYTE_ARRAY") {
    // Absent values are not stored: the numbers say themselves how many there are, after the sizes of their blocks.
    const start = reader.offset;
    const [, , stored = 0] = [readVarInt(reader), readVarInt(reader), readVarInt(reader)];
    reader.offset = start;
    const shared = new Int32Array(Math.min(count, Math.max(0, stored)));
    deltaBinaryUnpack(reader, shared.length, shared);
    const characters = shared.reduce((sum, length) => sum + Math.max(0, length), 0);
    if (characters > mostShared.ever + mostShared.perByte * fileSize)
      throw new Error("its texts are far longer than its size allows");
  }
}

function lengthAt(reader: Reader): number {
  const length = reader.view.getUint32(reader.offset, true);
  reader.offset += 4;
  return length;
}

const bitsOf = (most: number): number => 32 - Math.clz32(most);

/** Goes through runs of one value, and of values packed side by side, until there are `count`, or no more. */
function checkRuns(reader: Reader, width: number, count: number): void {
  for (let seen = 0; seen < count && reader.offset < reader.view.byteLength;) {
    const header = readVarInt(reader);
    const isPacked = (header & 1) === 1;
    const length = (header >>> 1) * (isPacked ? 8 : 1);
    if (length > count + padding) throw new Error(`a run has ${length} values where the page has ${count}`);
    reader.offset += Math.ceil((isPacked ? length * width : width) / 8);
    seen += length;
  }
}

/** Thrift's compact protocol: the types of fields, in their lowest four bits. */
const thrift = { end: 0, yes: 1, no: 2, byte: 3, double: 7, binary: 8, list: 9, struct: 12 } as const;

/** Goes through a structure and throws where a list has more elements than there are bytes. */
function checkLists(reader: Reader): void {
  const { view } = reader;
  const byte = (): number => view.getUint8(reader.offset++);
  const skip = (type: number): void => {
    if (type === thrift.struct) return checkLists(reader);
    if (type === thrift.byte) reader.offset += 1;
    else if (type === thrift.double) reader.offset += 8;
    else if (type === thrift.binary) {
      const length = readVarInt(reader);
      if (length < 0) throw new Error("a text has no length");
      reader.offset += length;
    } else if (type === thrift.list) {
      const head = byte();
      const length = head >> 4 === 15 ? readVarInt(reader) : head >> 4;
      if (!(length >= 0 && length <= view.byteLength - reader.offset))
        throw new Error(`a list has ${length} elements, more than there are bytes`);
      // Yes and no have a byte each in a list, and none as fields.
      const inner = head & 15;
      for (let i = 0; i < length; i++)
        skip(inner === thrift.yes || inner === thrift.no ? thrift.byte : inner);
    } else if (type !== thrift.yes && type !== thrift.no) while (byte() & 0x80);
  };
  for (let head = byte(); (head & 15) !== thrift.end; head = byte()) {
    if (head >> 4 === 0) readVarInt(reader);
    skip(head & 15);
  }
}
