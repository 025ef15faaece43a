// Decodes and checks plans, in the order in which src/emit/native/encode.ts writes them.
#include "plan.h"

#include <algorithm>
#include <utility>

#include "plan-reader.h"

namespace unrolled {
namespace {

constexpr int32_t magic = 0x756e726c, version = 2;

void read(PlanReader& in, Buffer& b) {
  const Plan& plan = in.plan;
  b.integer = in.flag("type");
  b.extent = in.choice<Extent>("extent");
  b.width = in.size("width");
  b.isParameter = in.flag("space");
  b.offset = in.size("offset");
  b.size = in.size("size");
  const int64_t rows = b.extent == Extent::tokens   ? plan.rows * plan.steps
                       : b.extent == Extent::states ? plan.rows * (plan.steps + 1)
                       : b.extent == Extent::rows   ? plan.rows
                                                    : 1;
  // Both factors are below 2^31.
  expectEqual("size", rows * b.width, b.size);
  expectAtMost("offset plus size", b.isParameter ? plan.parameters : plan.arena, b.offset + b.size);
  require(!b.isParameter || !b.integer, "parameters must be floats");
}

int32_t readNoiseBuffer(PlanReader& in, const char* what) {
  const auto& buffers = in.plan.buffers;
  const auto index = (int32_t)in.number(-1, (int64_t)buffers.size() - 1, what);
  if (index >= 0 && (!buffers[index].integer || buffers[index].size < 1))
    throw PlanError(std::string(what) + " must be a buffer of integers");
  return index;
}

void read(PlanReader& in, Matrix& m) {
  m.buffer = in.index(in.plan.buffers.size(), "buffer");
  m.offset = in.size("offset");
  m.rows = in.positive("rows");
  m.columns = in.positive("columns");
  const Buffer& b = in.plan.buffers[m.buffer];
  require(!b.integer && b.extent == Extent::once, "a matrix must be in a buffer of one row of floats");
  expectAtMost("rows times columns", b.size - m.offset, m.rows * m.columns);
}

void read(PlanReader& in, Packing& p) {
  p.form = in.choice<Packing::Form>("form");
  p.matrices.resize(in.length("matrices"));
  require(!p.matrices.empty(), "expected at least one matrix, got none");
  int64_t rows = 0;
  for (auto& m : p.matrices) {
    read(in, m);
    expectEqual("the columns of every matrix", p.matrices[0].columns, m.columns);
    rows += m.rows;
  }
  const int64_t columns = p.matrices[0].columns;
  p.depth = p.form == Packing::Form::transposed ? rows : columns;
  p.columns = p.form == Packing::Form::transposed ? columns : rows;
}

void read(PlanReader& in, Matmul& k) {
  k.over = in.over();
  const bool transposed = in.flag("transposed");
  k.packing = in.packing(transposed ? Packing::Form::transposed : Packing::Form::product);
  const Packing& p = in.plan.packings[k.packing];
  k.from = in.access(k.over, p.depth);
  k.into = in.access(k.over, p.columns);
  require(!in.bufferOf(k.into).isParameter, "a product must not overwrite parameters");
}

void read(PlanReader& in, Gather& k) {
  k.over = in.over();
  k.packing = in.packing(Packing::Form::table);
  k.indices = in.access(k.over, 1, true);
  k.into = in.access(k.over, in.plan.packings[k.packing].columns);
}

template <typename K>
void readGradientShape(PlanReader& in, K& k) {
  k.over = in.tokensOrRows();
  k.m = in.size("m");
  k.n = in.size("n");
  expectAtMost("m times n", maximumElements - 1, k.m * k.n);
  k.accumulate = in.flag("accumulate");
}

void read(PlanReader& in, Outer& k) {
  readGradientShape(in, k);
  k.rows = in.access(k.over, k.m);
  k.vector = in.access(k.over, k.n);
  k.into = in.block(k.m * k.n);
}

void read(PlanReader& in, Scatter& k) {
  readGradientShape(in, k);
  k.rows = in.access(k.over, k.m);
  k.indices = in.access(k.over, 1, true);
  k.into = in.block(k.m * k.n);
}

void read(PlanReader& in, ColumnSums& k) {
  k.over = in.tokensOrRows();
  k.width = in.size("width");
  k.accumulate = in.flag("accumulate");
  k.from = in.access(k.over, k.width);
  k.into = in.block(k.width);
}

void read(PlanReader& in, StepSums& k) {
  k.width = in.size("width");
  k.from = in.access(Over::tokens, k.width);
  k.into = in.access(Over::rows, k.width);
}

template <typename K>
void readIndexed(PlanReader& in, K& k, int64_t K::*fromWidth, int64_t K::*intoWidth) {
  k.over = in.over();
  k.width = in.positive("width");
  k.count = in.size("the number of indices");
  k.from = in.access(k.over, k.*fromWidth);
  k.indices = in.access(k.over, k.count);
  k.into = in.access(k.over, k.*intoWidth);
  require(!in.bufferOf(k.into).isParameter, "columns must not overwrite parameters");
}

void read(PlanReader& in, Pick& k) { readIndexed(in, k, &Pick::width, &Pick::count); }
void read(PlanReader& in, Place& k) { readIndexed(in, k, &Place::count, &Place::width); }

void read(PlanReader& in, Reverse& k) {
  k.width = in.size("width");
  k.starts = in.flag("starts");
  const bool integer = in.flag("type");
  k.from = in.access(Over::tokens, k.width, integer);
  k.into = in.access(Over::tokens, k.width, integer);
  for (const AccessIndex a : {k.from, k.into})
    require(in.bufferOf(a).extent != Extent::once, "a buffer of one row has no steps to reverse");
}

void read(PlanReader& in, OneHot& k) {
  k.over = in.tokensOrRows();
  k.width = in.size("width");
  k.indices = in.access(k.over, 1, true);
  k.into = in.access(k.over, k.width);
}

void read(PlanReader& in, Finals& k) {
  k.width = in.size("width");
  k.collect = in.flag("direction");
  k.carried = in.flag("carried");
  k.tokens = in.access(Over::tokens, k.width);
  k.rows = in.access(Over::rows, k.width);
}

void read(PlanReader& in, CopyRows& k) {
  k.width = in.size("width");
  k.from = in.access(Over::rows, k.width);
  k.into = in.access(Over::rows, k.width);
}

void read(PlanReader& in, CrossEntropy& k) {
  k.classes = in.positive("the number of classes");
  k.smoothing = in.real();
  require(k.smoothing >= 0 && k.smoothing < 1, "smoothing must be from 0 to below 1");
  const bool hasGradient = in.flag("gradient");
  k.logits = in.access(Over::tokens, k.classes);
  k.targets = in.access(Over::tokens, 1, true);
  k.weights = in.access(Over::tokens, 1);
  k.loss = in.block(1);
  if (hasGradient) k.gradient = in.access(Over::tokens, k.classes);
}

void read(PlanReader& in, Norm& k) {
  k.width = in.size("width");
  k.of = in.block(k.width);
  k.into = in.block(1);
}

void read(PlanReader& in, Guard& k) {
  k.status = in.block(1);
  k.values.resize(in.length("values"));
  for (auto& v : k.values) v = in.block(1);
}

// A kind's number is the position of its type in the variant.
template <size_t... I>
void readKind(PlanReader& in, Kernel& kernel, size_t kind, std::index_sequence<I...>) {
  ((kind == I ? read(in, kernel.emplace<I>()) : void()), ...);
}

void read(PlanReader& in, Kernel& kernel) {
  constexpr size_t kinds = std::variant_size_v<Kernel>;
  readKind(in, kernel, in.index(kinds, "kind"), std::make_index_sequence<kinds>());
}

const Kernel& readKernelIndex(PlanReader& in, int32_t& index) {
  index = in.index(in.plan.kernels.size(), "kernel");
  return in.plan.kernels[index];
}

void read(PlanReader& in, Loop& loop) {
  const auto check = []<typename K>(const K& k) {
    require(runsInLoop<K> && (k.over == Over::step || k.over == Over::rows),
            "a kernel over all steps is in a loop");
  };
  loop.number = in.plan.loops++;
  loop.forward = in.flag("direction");
  loop.body.resize(in.length("kernels"));
  for (auto& index : loop.body) std::visit(check, readKernelIndex(in, index));
}

void read(PlanReader& in, Item& item) {
  const auto check = [](const auto& k) {
    require(k.over != Over::step, "a kernel over one step is not in a loop");
  };
  if (in.flag("the kind of an item")) read(in, item.emplace<Loop>());
  else std::visit(check, readKernelIndex(in, item.emplace<int32_t>()));
}

template <typename T>
void readList(PlanReader& in, const char* name, std::vector<T>& list) {
  list.resize(in.length(name));
  for (size_t i = 0; i < list.size(); i++) {
    try {
      read(in, list[i]);
    } catch (const PlanError& error) {
      throw PlanError(std::string(name) + "[" + std::to_string(i) + "]: " + error.what());
    }
  }
}

void readAll(PlanReader& in) {
  Plan& plan = in.plan;
  require(in.word() == magic, "the words do not start like a plan");
  expectEqual("the version", version, in.word());
  plan.rows = in.positive("rows");
  plan.steps = in.positive("steps");
  plan.arena = in.size("the size of the arena");
  plan.parameters = in.size("the number of parameters");
  // Every token has at least one value, its reset: so memory per token stays in proportion to the arena.
  expectAtMost("rows times steps", std::min(plan.arena, maximumElements - 1 - plan.rows),
               plan.rows * plan.steps);
  readList(in, "buffers", plan.buffers);
  plan.seed = readNoiseBuffer(in, "the seed");
  plan.step = readNoiseBuffer(in, "the step");
  readList(in, "packings", plan.packings);
  readList(in, "kernels", plan.kernels);
  for (int p = 0; p < phaseCount; p++) {
    plan.hasPhase[p] = in.flag("the flag of a phase");
    if (plan.hasPhase[p]) readList(in, "items", plan.phases[p]);
  }
  expectEqual("the number of words after the end", 0, (int64_t)in.wordsLeft());
}

}  // namespace

Plan decodePlan(const int32_t* words, size_t count) {
  PlanReader in(words, count);
  try {
    readAll(in);
  } catch (const PlanError& error) {
    throw PlanError(std::string("invalid plan: ") + error.what());
  }
  return std::move(in.plan);
}

}  // namespace unrolled
