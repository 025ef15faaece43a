// The engine without Node, for sanitizers: runs recorded plans on one and on several threads and compares the
// bits, then runs them with randomly changed words. Usage: harness FILE CASES SEED.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <random>

#include "engine.h"
#include "supported.h"

namespace {
using namespace unrolled;

using Words = std::vector<int32_t>;

// A plan and the memory that it starts from. A file has the three lengths of each, then their words.
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

Tables randomTables(std::mt19937& random, int64_t maximumRows, int64_t maximumSteps, bool full) {
  const auto upTo = [&](int64_t maximum) {
    return full ? maximum : 1 + (int64_t)(random() % (uint64_t)std::max<int64_t>(1, maximum));
  };
  const int64_t rows = upTo(maximumRows), steps = upTo(maximumSteps);
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

// The memory after all phases of the plan have run twice.
Words outcome(const Recorded& r, const Kernels& kernels, Team& team, const Tables& t, int* refused) {
  Floats arena = allocate((int64_t)r.arena.size()), parameters = allocate((int64_t)r.parameters.size());
  memcpy(arena.get(), r.arena.data(), 4 * r.arena.size());
  memcpy(parameters.get(), r.parameters.data(), 4 * r.parameters.size());
  try {
    Program program(decodePlan(r.plan.data(), r.plan.size()), kernels, arena.get(), r.arena.size(),
                    parameters.get(), r.parameters.size(), true);
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
  Words memory(r.arena.size() + r.parameters.size());
  memcpy(memory.data(), arena.get(), 4 * r.arena.size());
  memcpy(memory.data() + r.arena.size(), parameters.get(), 4 * r.parameters.size());
  // All NaNs count as equal, since the instruction decides which one results from two.
  for (auto& word : memory)
    if ((word & 0x7fffffff) > 0x7f800000) word = 0x7fc00000;
  return memory;
}

void change(Words& words, std::mt19937& random) {
  constexpr int32_t extremes[] = {0,   1,    -1,    2,       15,      16,        17,
                                  255, 4096, 65536, 1 << 24, 1 << 30, INT32_MAX, INT32_MIN};
  const size_t at = random() % words.size(), other = random() % words.size();
  switch (random() % 12) {
    case 0: words[at] = extremes[random() % std::size(extremes)]; return;
    case 1: words[at] ^= (int32_t)(1u << random() % 32); return;
    case 2: std::swap(words[at], words[other]); return;
    case 3: words[at] = words[other]; return;
    case 4: words.resize(at + 1); return;
    case 5: words.insert(words.begin() + (ptrdiff_t)at, extremes[random() % std::size(extremes)]); return;
    case 6:
      words.erase(words.begin() + (ptrdiff_t)at);
      if (words.empty()) words.push_back(0);
      return;
    default: words[at] = (int32_t)((uint32_t)words[at] + random() % 5 - 2u);
  }
}

// The positions of the capacities among a plan's words.
constexpr size_t rowsAt = 2, stepsAt = 3;

struct Counts {
  int refused = 0, compared = 0, changed = 0;
};

// Returns false if several threads give other bits than one.
bool compareThreads(const std::vector<Recorded>& plans, std::mt19937& random, Counts& counts) {
  Team one(1), two(2), three(3);
  for (size_t i = 0; i < plans.size(); i++) {
    const Recorded& r = plans[i];
    for (const Kernels* kernels : supportedKernels()) {
      for (const bool full : {true, false}) {
        const Tables t = randomTables(random, r.plan[rowsAt], r.plan[stepsAt], full);
        const Words expected = outcome(r, *kernels, one, t, &counts.refused);
        for (Team* team : {&two, &three}) {
          const Words actual = outcome(r, *kernels, *team, t, &counts.refused);
          const auto [a, b] = std::mismatch(expected.begin(), expected.end(), actual.begin());
          counts.compared++;
          if (a == expected.end()) continue;
          fprintf(stderr, "other bits on %d threads, %s, plan %zu, element %td: expected %08x, got %08x\n",
                  team->size(), kernels->name, i, a - expected.begin(), (unsigned)*a, (unsigned)*b);
          return false;
        }
      }
    }
  }
  return true;
}

// On one thread, because a plan changed at random may make several threads write the same memory.
void runChanged(const std::vector<Recorded>& plans, int cases, std::mt19937& random, Counts& counts) {
  Team one(1);
  const auto sets = supportedKernels();
  for (int i = 0; i < cases; i++) {
    Recorded r = plans[random() % plans.size()];
    const Tables t = randomTables(random, r.plan[rowsAt], r.plan[stepsAt], false);
    do change(r.plan, random);
    while (random() % 4 == 0);
    outcome(r, *sets[random() % sets.size()], one, t, &counts.refused);
    counts.changed++;
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 4) return fprintf(stderr, "usage: harness FILE CASES SEED\n"), 2;
  const std::vector<Recorded> plans = readAll(arguments[1]);
  std::mt19937 random((unsigned)atoi(arguments[3]));
  Counts counts;
  if (!compareThreads(plans, random, counts)) return 1;
  runChanged(plans, atoi(arguments[2]), random, counts);
  printf("%zu plans, %d comparisons of threads, %d changed plans, %d runs refused\n", plans.size(),
         counts.compared, counts.changed, counts.refused);
}
