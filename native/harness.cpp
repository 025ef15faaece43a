// The engine without Node, for a compiler's checks: takes recorded plans, runs them on one and on several threads and
// compares the bits, then runs them with words changed at random. Usage: harness FILE CASES SEED. Knows no JavaScript.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <random>

#include "engine.h"

namespace {
using namespace unrolled;

using Words = std::vector<int32_t>;

// A plan with the memory it is to start from; what a file has for each: the three lengths, then all of it.
struct Recorded {
  Words plan, arena, parameters;
};

std::vector<Recorded> readAll(const char* path) {
  std::ifstream in(path, std::ios::binary);
  std::vector<Recorded> all;
  for (int32_t sizes[3]; in.read((char*)sizes, sizeof sizes);) {
    Recorded r;
    Words* const parts[] = {&r.plan, &r.arena, &r.parameters};
    for (int i = 0; i < 3; i++) {
      parts[i]->resize(sizes[i]);
      in.read((char*)parts[i]->data(), 4 * (std::streamsize)sizes[i]);
    }
    all.push_back(std::move(r));
  }
  return all;
}

struct Tables {
  std::vector<int32_t> alive, offsets;
  Extents extents;
};

Tables tables(std::mt19937& random, int64_t mostRows, int64_t mostSteps, bool full) {
  const auto upTo = [&](int64_t most) { return full ? most : 1 + (int64_t)(random() % (uint64_t)std::max<int64_t>(1, most)); };
  const int64_t rows = upTo(mostRows), steps = upTo(mostSteps);
  Tables t;
  t.offsets.push_back(0);
  for (int64_t s = 0, now = rows; s < steps; s++) {
    if (s > 0 && random() % 3 == 0) now = now - (int64_t)(random() % 2) * std::min<int64_t>(now, 2);
    t.alive.push_back((int32_t)now);
    t.offsets.push_back(t.offsets.back() + (int32_t)now);
  }
  t.extents = {rows, steps, upTo(steps), t.alive.data(), t.offsets.data()};
  return t;
}

// Everything that the plan left behind, after all of its phases, twice.
Words outcome(const Recorded& r, const Kernels& kernels, Team& team, const Tables& t, int* refused) {
  Floats arena = allocate((int64_t)r.arena.size()), parameters = allocate((int64_t)r.parameters.size());
  memcpy(arena.get(), r.arena.data(), 4 * r.arena.size());
  memcpy(parameters.get(), r.parameters.data(), 4 * r.parameters.size());
  try {
    Program program(decodePlan(r.plan.data(), r.plan.size()), kernels, arena.get(), r.arena.size(), parameters.get(), r.parameters.size(),
                    true);
    for (int phase = 0; phase < 2 * phaseCount; phase++) {
      try {
        program.run(team, phase % phaseCount, t.extents, true);
      } catch (const PlanError&) {
        ++*refused;
      }
    }
  } catch (const PlanError&) {
    *refused += 2 * phaseCount;
  }
  Words left(r.arena.size() + r.parameters.size());
  memcpy(left.data(), arena.get(), 4 * r.arena.size());
  memcpy(left.data() + r.arena.size(), parameters.get(), 4 * r.parameters.size());
  // Any NaN is as good as another: which one comes of two depends on the instruction.
  for (auto& word : left)
    if ((word & 0x7fffffff) > 0x7f800000) word = 0x7fc00000;
  return left;
}

void change(Words& words, std::mt19937& random) {
  constexpr int32_t extremes[] = {0, 1, -1, 2, 15, 16, 17, 255, 4096, 65536, 1 << 24, 1 << 30, INT32_MAX, INT32_MIN};
  const size_t at = random() % words.size(), other = random() % words.size();
  switch (random() % 12) {
    case 0: words[at] = extremes[random() % std::size(extremes)]; return;
    case 1: words[at] ^= (int32_t)(1u << random() % 32); return;
    case 2: std::swap(words[at], words[other]); return;
    case 3: words[at] = words[other]; return;
    case 4: words.resize(at + 1); return;
    case 5: words.insert(words.begin() + (ptrdiff_t)at, extremes[random() % std::size(extremes)]); return;
    case 6: words.erase(words.begin() + (ptrdiff_t)at); if (words.empty()) words.push_back(0); return;
    default: words[at] = (int32_t)((uint32_t)words[at] + random() % 5 - 2u);
  }
}

// A plan's rows and steps, and its first words, stand where `plan.cpp` reads them.
constexpr size_t rowsAt = 2, stepsAt = 3;

}  // namespace

int main(int count, char** arguments) {
  if (count < 4) return fprintf(stderr, "usage: harness FILE CASES SEED\n"), 2;
  const std::vector<Recorded> plans = readAll(arguments[1]);
  const int cases = atoi(arguments[2]);
  std::mt19937 random((unsigned)atoi(arguments[3]));
  std::vector<std::pair<const char*, const Kernels*>> sets = {{"portable", kernelsBase}};
#if defined(UNROLLED_X86_SETS)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) sets.push_back({"AVX2", kernelsAvx2});
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw"))
    sets.push_back({"AVX-512", kernelsAvx512});
#endif
  Team one(1), two(2), three(3);
  int refused = 0, compared = 0, changed = 0;
  for (const auto& r : plans)
    for (const auto& [name, kernels] : sets)
      for (const bool full : {true, false}) {
        const Tables t = tables(random, r.plan[rowsAt], r.plan[stepsAt], full);
        const Words alone = outcome(r, *kernels, one, t, &refused);
        for (Team* team : {&two, &three}) {
          const Words together = outcome(r, *kernels, *team, t, &refused);
          const auto [a, b] = std::mismatch(alone.begin(), alone.end(), together.begin());
          if (a != alone.end())
            return fprintf(stderr, "other bits on %d threads, %s, plan %d, element %d: %08x, %08x\n", team->size(), name,
                           (int)(&r - plans.data()), (int)(a - alone.begin()), (unsigned)*a, (unsigned)*b), 1;
          compared++;
        }
      }
  for (int i = 0; i < cases; i++) {
    Recorded r = plans[random() % plans.size()];
    const Tables t = tables(random, r.plan[rowsAt], r.plan[stepsAt], false);
    do change(r.plan, random);
    while (random() % 4 == 0);
    // On one thread: a plan that nobody made may let threads write the same place.
    outcome(r, *sets[random() % sets.size()].second, one, t, &refused);
    changed++;
  }
  printf("%zu plans, %d comparisons of threads, %d changed plans, %d runs refused\n", plans.size(), compared, changed, refused);
}
