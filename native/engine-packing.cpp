// Packs matrices of the parameters in the order in which products and gathers read them.
#include "engine.h"

namespace unrolled {

void Program::packMatrices(int thread, int threads) {
  for (size_t i = 0; i < plan_.packings.size(); i++) {
    const Packing& p = plan_.packings[i];
    if (p.form == Packing::Form::transposed) packTransposed(p, packed_[i].get(), thread, threads);
    else packStack(p, packed_[i].get(), thread, threads);
  }
}

void Program::packTransposed(const Packing& p, float* into, int thread, int threads) const {
  int64_t k = 0;
  for (const auto& m : p.matrices) {
    const Range rows = share(m.rows, thread, threads, 1);
    for (int64_t row = rows.first; row < rows.last; row++)
      kernels_.packRow(matrixAt(m) + row * m.columns, m.columns, k + row, p.depth, panelVectors_, into);
    k += m.rows;
  }
}

// Rows of the stack become columns, as many side by side as a vector has lanes.
void Program::packStack(const Packing& p, float* into, int thread, int threads) const {
  const int64_t lanes = kernels_.lanes;
  const auto rowOfStack = [&](int64_t row) -> const float* {
    for (const auto& m : p.matrices) {
      if (row < m.rows) return matrixAt(m) + row * m.columns;
      row -= m.rows;
    }
    return nullptr;
  };
  const float* rows[64];
  const Range vectors = share((p.columns + lanes - 1) / lanes, thread, threads, 1);
  for (int64_t vector = vectors.first; vector < vectors.last; vector++) {
    const int64_t column = vector * lanes;
    for (int64_t lane = 0; lane < lanes; lane++) rows[lane] = rowOfStack(column + lane);
    if (p.form == Packing::Form::table) {
      kernels_.packColumns(rows, p.depth, into + column, p.columns, std::min(lanes, p.columns - column));
    } else {
      const int64_t panel = column / panelWidth() * panelWidth();
      const int64_t width = (std::min(panelWidth(), p.columns - panel) + lanes - 1) / lanes * lanes;
      kernels_.packColumns(rows, p.depth, into + panel * p.depth + (column - panel), width, lanes);
    }
  }
}

}  // namespace unrolled
