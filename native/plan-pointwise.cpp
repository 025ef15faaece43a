// Decodes and checks pointwise kernels.
#include "plan-reader.h"

namespace unrolled {
namespace {

bool isReduction(Op op) { return op == Op::rowSum || op == Op::rowMax; }

// Number of arguments.
int arityOf(Op op) {
  switch (op) {
    case Op::add:
    case Op::sub:
    case Op::mul:
    case Op::div:
    case Op::min:
    case Op::max:
    case Op::greater:
    case Op::dsigmoid:
    case Op::dtanh: return 2;
    case Op::where:
    case Op::madd:
    case Op::nmadd:
    case Op::sum3:
    case Op::sigmoid3:
    case Op::tanh3: return 3;
    default: return 1;
  }
}

Location readLocation(PlanReader& in, const Pass& pass, const Pointwise& k) {
  using Kind = Location::Kind;
  Location location{in.choice<Kind>("the kind of a location"), 0};
  if (location.kind == Kind::none) return location;
  const size_t count = location.kind == Kind::slot     ? k.slots
                       : location.kind == Kind::memory ? k.streams.size()
                       : location.kind == Kind::row    ? k.rowValues
                                                       : k.numbers.size();
  location.index = in.index(count, "location");
  if (location.kind == Kind::memory && !k.streams[location.index].single)
    expectEqual("the width of a stream", pass.width, k.streams[location.index].width);
  return location;
}

void readResult(PlanReader& in, Operation& o, const Pass& pass, const Pointwise& k) {
  using Kind = Location::Kind;
  o.into = readLocation(in, pass, k);
  require(o.into.kind != Kind::none && o.into.kind != Kind::number, "an operation has no result");
  if (isReduction(o.op)) require(o.into.kind == Kind::row, "a reduction must give one number per row");
  else if (o.into.kind == Kind::row) expectEqual("the width of a number per row", 1, pass.width);
  if (o.into.kind == Kind::memory)
    expectEqual("the width of a result", k.streams[o.into.index].width, pass.width);
}

void read(PlanReader& in, Operation& o, const Pass& pass, const Pointwise& k) {
  o = {};
  o.op = in.choice<Op>("operation");
  readResult(in, o, pass, k);
  if (o.op == Op::mask) {
    o.salt = (uint32_t)in.word();
    o.rate = (uint32_t)in.number(0, 1 << 24, "rate");
    o.perStep = in.flag("period");
    return;
  }
  const int arity = arityOf(o.op);
  int argument = 0;
  for (Location* location : {&o.a, &o.b, &o.c}) {
    *location = readLocation(in, pass, k);
    require(argument++ >= arity || location->kind != Location::Kind::none,
            "an operation has too few arguments");
  }
}

void read(PlanReader& in, Pass& pass, Pointwise& k) {
  pass.width = in.size("the width of a pass");
  if (pass.width > k.width) k.width = pass.width;
  pass.reduces = false;
  pass.operations.resize(in.length("operations"));
  for (auto& o : pass.operations) {
    read(in, o, pass, k);
    if (isReduction(o.op)) pass.reduces = true;
  }
}

bool isColumnwise(const Pointwise& k) {
  for (const auto& pass : k.passes) {
    if (pass.reduces) return false;
    if (pass.width == k.width) continue;
    if (pass.width != 1) return false;
    for (const auto& o : pass.operations)
      if (o.into.kind == Location::Kind::memory) return false;
  }
  return true;
}

}  // namespace

void read(PlanReader& in, Pointwise& k) {
  k.over = in.over();
  k.streams.resize(in.length("streams"));
  for (auto& s : k.streams) {
    s.width = in.size("width");
    s.single = s.width == 1;
    s.local = in.flag("local");
    s.access = in.access(k.over, s.width);
    if (s.local) k.localFloats += s.width;
  }
  expectAtMost("the width of its local streams", in.plan.arena, k.localFloats);
  k.numbers.resize(in.length("numbers"));
  for (auto& n : k.numbers) n = in.real();
  k.slots = in.number(0, 4096, "slots");
  k.rowValues = in.number(0, 4096, "numbers per row");
  k.passes.resize(in.length("passes"));
  k.width = 1;
  for (auto& pass : k.passes) read(in, pass, k);
  k.columnwise = isColumnwise(k);
}

}  // namespace unrolled
