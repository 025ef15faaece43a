// Measures the peak rate of this machine: multiply-adds on registers, and matrix products.
#pragma once
#include "kernels.h"
#include "threads.h"

namespace unrolled {

// In GFLOP/s, for all threads of the team together; `openblas` is 0 if OpenBLAS is not installed.
struct Roofline {
  double registers, product, openblas;
};

Roofline measureRoofline(Team& team, const Kernels& kernels);

}  // namespace unrolled
