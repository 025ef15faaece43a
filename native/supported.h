// The instruction sets that were compiled in and that this processor has, best first.
#pragma once
#include <vector>

#include "kernels.h"

namespace unrolled {

inline std::vector<const Kernels*> supportedKernels() {
#if defined(UNROLLED_X86_SETS)
  __builtin_cpu_init();
  std::vector<const Kernels*> sets;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw"))
    sets.push_back(kernelsAvx512);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) sets.push_back(kernelsAvx2);
  sets.push_back(kernelsBase);
  return sets;
#else
  return {kernelsBase};
#endif
}

}  // namespace unrolled
