// The kernels of one instruction set. Compiled once per set, with the set's options and with KERNELS naming
// its table.
#include <time.h>
#include "kernels.h"
#include "outer.h"
#include "pointwise.h"
#include "product.h"
#include "rows.h"

namespace unrolled {
namespace {
constexpr const char* setName =
#if defined(__AVX512F__)
    "AVX-512";
#elif defined(__AVX2__) && defined(__FMA__)
    "AVX2";
#elif defined(__ARM_NEON)
    "NEON";
#else
    "portable";
#endif
constexpr Kernels table = {
    .name = setName,
    .lanes = lanes,
    .tileRows = tileRows,
    .wide = widePanel,
    .tall = tallPanel,
    .product = product,
    .outer = outer,
    .outerDepth = outerDepth,
    .outerScratch = outerScratch,
    .packColumns = packColumns,
    .packRow = packRow,
    .execute = execute,
    .addRow = addRow,
    .sum = sum,
    .crossEntropy = crossEntropy,
    .squares = squares,
    .multiplyAdds = multiplyAdds,
};
}  // namespace
extern const Kernels* const KERNELS;
const Kernels* const KERNELS = &table;
}  // namespace unrolled
