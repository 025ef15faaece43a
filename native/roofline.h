// What this machine can do at most: multiply-adds on registers, and matrix products.
#pragma once
#include "kernels.h"
#include "threads.h"

namespace unrolled {

// GFLOP/s of all of the team's threads together; `openblas` is 0 where OpenBLAS is not installed.
struct Roofline {
  double registers, product, openblas;
};

Roofline measureRoofline(Team& team, const Kernels& kernels);

}  // namespace unrolled
