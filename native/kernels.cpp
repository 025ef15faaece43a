// One instruction set's kernels. Compiled once for each, with that set's options and KERNELS naming its table.
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
constexpr Kernels table = {setName, lanes, tileRows, widePanel, tallPanel, product, outer, outerDepth, outerScratch,
                           packColumns, packRow, execute, addRow, sum, crossEntropy, squares, multiplyAdds};
}  // namespace
extern const Kernels* const KERNELS;
const Kernels* const KERNELS = &table;
}  // namespace unrolled
