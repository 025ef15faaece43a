# Writes the Parquet files beside it. pyarrow 25.0.1.
from datetime import date, datetime
from pathlib import Path
import pyarrow as pa
import pyarrow.parquet as pq

here = Path(__file__).parent
table = pa.table({
    "time": pa.array([datetime(2016, 7, 1, h) for h in (0, 1, 2)], pa.timestamp("us")),
    "day": pa.array([date(2016, 2, 29), None, date(1949, 1, 1)], pa.date32()),
    "load": pa.array([5.827, None, float("nan")], pa.float64()),
    "half": pa.array([0.5, -1.25, 3.0], pa.float32()),
    "count": pa.array([1, -(2**53) + 1, 3], pa.int64()),
    "name": pa.array(["one", "", None], pa.string()),
    "on": pa.array([True, False, None], pa.bool_()),
})
pq.write_table(table, here / "small.parquet", compression="snappy", row_group_size=2)
pq.write_table(table.select(["half"]), here / "plain.parquet", compression="none", use_dictionary=False)
zeros = pa.table({"zero": pa.array([0.0] * 20_000)})
pq.write_table(zeros, here / "gzip.parquet", compression="gzip", use_dictionary=False)
nested = pa.table({"id": pa.array([1, 2]), "list": pa.array([None, [1, 2]], pa.list_(pa.int32()))})
pq.write_table(nested, here / "nested.parquet", compression="none")
structures = pa.table({"id": pa.array([1, 2]), "place": pa.array([None, {"x": 1}], pa.struct({"x": pa.int32()}))})
pq.write_table(structures, here / "structures.parquet", compression="none")
tagged = pa.table({
    "tokens": pa.array([["in", "Paris"], ["go", "!", "[1]"]], pa.list_(pa.string())),
    "tags": pa.array([["O", "B-LOC"], ["O", "O", "O"]], pa.list_(pa.string())),
    "ids": pa.array([[0, 1], [0, 0, 0]], pa.list_(pa.int64())),
    "points": pa.array([[[0.5, 1.0], [2.0, 3.0]], [[1.0, 1.0], [0.0, 0.0], [2.0, 2.0]]], pa.list_(pa.list_(pa.float64()))),
})
pq.write_table(tagged, here / "tagged.parquet", compression="snappy")
pq.write_table(pa.table({"id": pa.array([1, 2**53 + 1])}), here / "large.parquet", compression="none")

# Every encoding of a data page of the second version, with absent values.
n = 300
some = lambda values: [None if i % 3 == 1 else value for i, value in enumerate(values)]
encoded = pa.table({
    "count": pa.array(some([i * i for i in range(n)]), pa.int64()),
    "load": pa.array(some([i / 8 for i in range(n)]), pa.float64()),
    "path": pa.array(some([f"a/long/path/{i // 10}/{i}" for i in range(n)]), pa.string()),
    "on": pa.array(some([i % 7 < 3 for i in range(n)]), pa.bool_()),
    "word": pa.array(some([["in", "at", "of"][i % 3] for i in range(n)]), pa.string()),
    "absent": pa.array([None] * n, pa.string()),
})
pq.write_table(
    encoded, here / "encodings.parquet", compression="snappy", data_page_version="2.0", use_dictionary=["word"],
    column_encoding={"count": "DELTA_BINARY_PACKED", "load": "BYTE_STREAM_SPLIT", "path": "DELTA_BYTE_ARRAY",
                     "on": "RLE", "absent": "DELTA_BYTE_ARRAY"},
)
