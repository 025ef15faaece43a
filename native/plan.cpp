#include "plan.h"

#include <cstring>

namespace unrolled {
namespace {

constexpr int32_t magic = 0x756e726c, version = 2;
// Beyond this many elements an offset would not fit into the words of a plan.
constexpr int64_t mostElements = int64_t(1) << 31;

class Reader {
 public:
  Reader(const int32_t* words, size_t count) : words_(words), count_(count) {}

  int32_t word() {
    if (at_ >= count_) throw PlanError("the plan ends early");
    return words_[at_++];
  }
  int64_t number(int64_t low, int64_t high, const char* what) {
    const int64_t value = word();
    if (value < low || value > high)
      throw PlanError(std::string("the plan's ") + what + " is " + std::to_string(value) + ", which is not from " +
                      std::to_string(low) + " to " + std::to_string(high));
    return value;
  }
  int64_t size(const char* what) { return number(0, mostElements - 1, what); }
  bool flag(const char* what) { return number(0, 1, what) == 1; }
  template <typename E>
  E choice(const char* what) {
    return (E)number(0, (int64_t)E::count - 1, what);
  }
  // A number of things to come, each of which takes at least one word.
  size_t listLength(const char* what) { return (size_t)number(0, (int64_t)(count_ - at_), what); }
  bool atEnd() const { return at_ == count_; }

 private:
  const int32_t* words_;
  size_t count_, at_ = 0;
};

class Decoder {
 public:
  Decoder(const int32_t* words, size_t count) : in_(words, count) {}

  Plan decode() {
    if (in_.word() != magic || in_.word() != version) throw PlanError("these words are no plan of this version");
    plan_.rows = in_.number(1, mostElements - 1, "rows");
    plan_.steps = in_.number(1, mostElements - 1, "steps");
    plan_.arena = in_.size("arena");
    plan_.parameters = in_.size("parameters");
    // Each token has a value at least, its reset: what is made for tokens stays in proportion to the arena.
    if (plan_.rows * (plan_.steps + 1) >= mostElements || plan_.rows * plan_.steps > plan_.arena)
      throw PlanError("the plan has too many tokens");
    plan_.buffers.resize(in_.listLength("number of buffers"));
    for (auto& b : plan_.buffers) readBuffer(b);
    plan_.seed = readNoiseBuffer("seed");
    plan_.step = readNoiseBuffer("step");
    plan_.packings.resize(in_.listLength("number of packings"));
    for (auto& p : plan_.packings) readPacking(p);
    plan_.kernels.resize(in_.listLength("number of kernels"));
    for (auto& k : plan_.kernels) readKernel(k);
    for (int p = 0; p < phaseCount; p++) readPhase(p);
    if (!in_.atEnd()) throw PlanError("words follow the end of the plan");
    return std::move(plan_);
  }

 private:
  void readBuffer(Buffer& b) {
    b.integer = in_.flag("buffer type");
    b.extent = in_.choice<Extent>("extent");
    b.width = in_.size("buffer width");
    b.isParameter = in_.flag("buffer space");
    b.offset = in_.size("buffer offset");
    b.size = in_.size("buffer size");
    const int64_t rows = b.extent == Extent::tokens   ? plan_.rows * plan_.steps
                         : b.extent == Extent::states ? plan_.rows * (plan_.steps + 1)
                         : b.extent == Extent::rows   ? plan_.rows
                                                      : 1;
    // Both factors are below 2^31.
    if (b.size != rows * b.width) throw PlanError("a buffer's size is not that of its shape");
    if (b.offset + b.size > (b.isParameter ? plan_.parameters : plan_.arena)) throw PlanError("a buffer lies outside its space");
    if (b.isParameter && b.integer) throw PlanError("parameters are floats");
  }

  int32_t readNoiseBuffer(const char* what) {
    const auto index = (int32_t)in_.number(-1, (int64_t)plan_.buffers.size() - 1, what);
    if (index >= 0 && (!plan_.buffers[index].integer || plan_.buffers[index].size < 1)) throw PlanError("a seed is an integer");
    return index;
  }

  void readPacking(Packing& p) {
    p.form = in_.choice<Packing::Form>("form of packing");
    p.matrices.resize(in_.listLength("number of matrices"));
    if (p.matrices.empty()) throw PlanError("a product without a matrix");
    int64_t rows = 0;
    for (auto& m : p.matrices) {
      m.buffer = (int32_t)in_.number(0, (int64_t)plan_.buffers.size() - 1, "matrix buffer");
      m.offset = in_.size("matrix offset");
      m.rows = in_.number(1, mostElements - 1, "matrix rows");
      m.columns = in_.number(1, mostElements - 1, "matrix columns");
      if (m.columns != p.matrices[0].columns) throw PlanError("stacked matrices differ in their columns");
      const Buffer& b = plan_.buffers[m.buffer];
      if (b.integer || b.extent != Extent::once) throw PlanError("a matrix stands in one row of floats");
      if (m.rows * m.columns > b.size - m.offset) throw PlanError("a matrix lies outside its buffer");
      rows += m.rows;
    }
    const int64_t columns = p.matrices[0].columns;
    p.depth = p.form == Packing::Form::pullback ? rows : columns;
    p.columns = p.form == Packing::Form::pullback ? columns : rows;
  }

  const Buffer& bufferOf(const Access& a) const { return plan_.buffers[a.buffer]; }

  // Columns `column` to `column + width` of rows that a kernel over `over` visits.
  Access readAccess(Over over, int64_t width, bool integer = false) {
    Access a{(int32_t)in_.number(0, (int64_t)plan_.buffers.size() - 1, "buffer"), 0, At::now};
    a.column = in_.size("column");
    a.at = in_.choice<At>("row origin");
    check(a, over, width, integer);
    return a;
  }

  void check(const Access& a, Over over, int64_t width, bool integer) const {
    const Buffer& b = bufferOf(a);
    if (b.integer != integer) throw PlanError("a kernel takes integers for floats, or floats for integers");
    if (a.column + width > b.width) throw PlanError("a kernel reaches beyond the columns of a buffer");
    if (a.at != At::now && b.extent != Extent::states) throw PlanError("only states have rows of the step before");
    const bool fits = over == Over::step     ? true
                      : over == Over::tokens ? b.extent == Extent::tokens || b.extent == Extent::once ||
                                                   (b.extent == Extent::states && a.at == At::now)
                      : over == Over::rows ? a.at != At::lag
                                           : b.extent == Extent::once;
    if (!fits) throw PlanError("a kernel visits more rows than a buffer has");
  }

  int32_t readPackingIndex(Packing::Form form) {
    const auto index = (int32_t)in_.number(0, (int64_t)plan_.packings.size() - 1, "packing");
    if (plan_.packings[index].form != form) throw PlanError("a kernel takes a packing of another form");
    return index;
  }

  Over readOver(bool step) {
    const Over over = in_.choice<Over>("extent of a kernel");
    if (!step && over != Over::tokens && over != Over::rows) throw PlanError("a kernel over what it cannot be over");
    return over;
  }

  // A block of one row: `size` values from its column on.
  Access readBlock(int64_t size) {
    const Access a = readAccess(Over::once, size);
    return a;
  }

  float readFloat() {
    const int32_t bits = in_.word();
    float value;
    memcpy(&value, &bits, 4);
    return value;
  }

  void readKernel(Kernel& k) {
    k = {};
    k.kind = in_.choice<Kind>("kind of kernel");
    k.over = Over::once;
    k.packing = -1;
    switch (k.kind) {
      case Kind::pointwise: return readPointwise(k);
      case Kind::matmul: {
        k.over = readOver(true);
        const bool transposed = in_.flag("transposition");
        k.packing = readPackingIndex(transposed ? Packing::Form::pullback : Packing::Form::product);
        k.from = readAccess(k.over, plan_.packings[k.packing].depth);
        k.into = readAccess(k.over, plan_.packings[k.packing].columns);
        if (bufferOf(k.into).isParameter) throw PlanError("a product cannot overwrite parameters");
        return;
      }
      case Kind::gather:
        k.over = readOver(true);
        k.packing = readPackingIndex(Packing::Form::table);
        k.indices = readAccess(k.over, 1, true);
        k.into = readAccess(k.over, plan_.packings[k.packing].columns);
        return;
      case Kind::outer:
      case Kind::scatter:
        k.over = readOver(false);
        k.m = in_.size("gradient's rows");
        k.n = in_.size("gradient's columns");
        if (k.m * k.n >= mostElements) throw PlanError("a gradient is too large");
        k.accumulate = in_.flag("accumulation");
        k.from = readAccess(k.over, k.m);
        if (k.kind == Kind::outer) k.vector = readAccess(k.over, k.n);
        else k.indices = readAccess(k.over, 1, true);
        k.into = readBlock(k.m * k.n);
        return;
      case Kind::columnSums:
        k.over = readOver(false);
        k.width = in_.size("width");
        k.accumulate = in_.flag("accumulation");
        k.from = readAccess(k.over, k.width);
        k.into = readBlock(k.width);
        return;
      case Kind::stepSums:
        k.over = Over::rows;
        k.width = in_.size("width");
        k.from = readAccess(Over::tokens, k.width);
        k.into = readAccess(Over::rows, k.width);
        return;
      case Kind::pick:
      case Kind::place: {
        k.over = readOver(true);
        k.width = in_.number(1, mostElements - 1, "width");
        k.n = in_.size("number of indices");
        const bool picks = k.kind == Kind::pick;
        k.from = readAccess(k.over, picks ? k.width : k.n);
        k.indices = readAccess(k.over, k.n);
        k.into = readAccess(k.over, picks ? k.n : k.width);
        if (bufferOf(k.into).isParameter) throw PlanError("what is picked cannot overwrite parameters");
        return;
      }
      case Kind::reverse: {
        k.over = Over::rows;
        k.width = in_.size("width");
        k.starts = in_.flag("marks of starts");
        const bool integer = in_.flag("type of what is reversed");
        k.from = readAccess(Over::tokens, k.width, integer);
        k.into = readAccess(Over::tokens, k.width, integer);
        if (bufferOf(k.from).extent == Extent::once || bufferOf(k.into).extent == Extent::once)
          throw PlanError("one row has no steps to reverse");
        return;
      }
      case Kind::oneHot:
        k.over = readOver(false);
        k.width = in_.size("width");
        k.indices = readAccess(k.over, 1, true);
        k.into = readAccess(k.over, k.width);
        return;
      case Kind::finals:
        k.over = Over::rows;
        k.width = in_.size("width");
        k.collect = in_.flag("direction");
        k.carried = in_.flag("carried");
        k.from = readAccess(Over::tokens, k.width);
        k.into = readAccess(Over::rows, k.width);
        return;
      case Kind::copyRows:
        k.over = Over::rows;
        k.width = in_.size("width");
        k.from = readAccess(Over::rows, k.width);
        k.into = readAccess(Over::rows, k.width);
        return;
      case Kind::crossEntropy:
        k.over = Over::tokens;
        k.width = in_.number(1, mostElements - 1, "number of classes");
        k.smoothing = readFloat();
        if (!(k.smoothing >= 0 && k.smoothing < 1)) throw PlanError("smoothing takes a share of a target");
        k.gradient = in_.flag("gradient");
        k.from = readAccess(Over::tokens, k.width);
        k.indices = readAccess(Over::tokens, 1, true);
        k.weights = readAccess(Over::tokens, 1);
        k.into = readBlock(1);
        if (k.gradient) k.vector = readAccess(Over::tokens, k.width);
        return;
      case Kind::norm:
        k.width = in_.size("width");
        k.from = readBlock(k.width);
        k.into = readBlock(1);
        return;
      case Kind::guard:
        k.into = readBlock(1);
        k.values.resize(in_.listLength("number of values"));
        for (auto& v : k.values) v = readBlock(1);
        return;
      case Kind::count: break;
    }
  }

  void readPointwise(Kernel& k) {
    Pointwise& p = k.pointwise;
    k.over = readOver(true);
    p.streams.resize(in_.listLength("number of streams"));
    for (auto& s : p.streams) {
      s.width = in_.size("width");
      s.single = s.width == 1;
      s.own = in_.flag("own");
      s.access = readAccess(k.over, s.width);
      if (s.own) p.ownFloats += s.width;
    }
    if (p.ownFloats > plan_.arena) throw PlanError("a kernel hands on more than the arena holds");
    p.numbers.resize(in_.listLength("number of numbers"));
    for (auto& n : p.numbers) n = readFloat();
    p.slots = in_.number(0, 4096, "number of slots");
    p.rowValues = in_.number(0, 4096, "number of row values");
    p.passes.resize(in_.listLength("number of passes"));
    p.columnwise = true;
    p.width = 1;
    for (auto& pass : p.passes) readPass(pass, p);
    for (const auto& pass : p.passes) {
      if (pass.reduces) p.columnwise = false;
      if (pass.width == p.width) continue;
      if (pass.width != 1) p.columnwise = false;
      for (const auto& s : pass.steps)
        if (s.into.kind == Place::Kind::memory) p.columnwise = false;
    }
  }

  void readPass(Pass& pass, Pointwise& p) {
    pass.width = in_.size("width of a pass");
    if (pass.width > p.width) p.width = pass.width;
    pass.reduces = false;
    pass.steps.resize(in_.listLength("number of instructions"));
    for (auto& s : pass.steps) {
      s = {};
      s.op = in_.choice<Op>("operation");
      s.into = readPlace(pass, p);
      if (s.op == Op::sum || s.op == Op::greatest) {
        pass.reduces = true;
        if (s.into.kind != Place::Kind::row) throw PlanError("a sum over a row is one number");
      } else if (s.into.kind == Place::Kind::row && pass.width != 1) {
        throw PlanError("a wide value has no room in one number");
      }
      if (s.into.kind == Place::Kind::none || s.into.kind == Place::Kind::number) throw PlanError("an instruction without a result");
      if (s.into.kind == Place::Kind::memory && p.streams[s.into.index].width != pass.width)
        throw PlanError("a result of another width than its place");
      if (s.op == Op::mask) {
        s.salt = (uint32_t)in_.word();
        s.rate = (uint32_t)in_.number(0, 1 << 24, "rate");
        s.perStep = in_.flag("period");
        continue;
      }
      s.a = readPlace(pass, p);
      s.b = readPlace(pass, p);
      s.c = readPlace(pass, p);
      const int arity = arityOf(s.op);
      if (s.a.kind == Place::Kind::none || (arity > 1 && s.b.kind == Place::Kind::none) || (arity > 2 && s.c.kind == Place::Kind::none))
        throw PlanError("an instruction lacks an argument");
    }
  }

  static int arityOf(Op op) {
    switch (op) {
      case Op::add: case Op::sub: case Op::mul: case Op::div: case Op::min: case Op::max: case Op::greater: case Op::dsigmoid: case Op::dtanh: return 2;
      case Op::where: case Op::madd: case Op::nmadd: case Op::sum3: case Op::sigmoid3: case Op::tanh3: return 3;
      default: return 1;
    }
  }

  Place readPlace(const Pass& pass, const Pointwise& p) {
    Place place{in_.choice<Place::Kind>("kind of place"), 0};
    if (place.kind == Place::Kind::none) return place;
    const size_t count = place.kind == Place::Kind::slot     ? p.slots
                         : place.kind == Place::Kind::memory ? p.streams.size()
                         : place.kind == Place::Kind::row    ? p.rowValues
                                                             : p.numbers.size();
    place.index = (int32_t)in_.number(0, (int64_t)count - 1, "place");
    if (place.kind == Place::Kind::memory) {
      const Stream& s = p.streams[place.index];
      if (!s.single && s.width != pass.width) throw PlanError("a pass of another width than its buffers");
    }
    return place;
  }

  void readPhase(int phase) {
    plan_.hasPhase[phase] = in_.flag("phase");
    if (!plan_.hasPhase[phase]) return;
    auto& items = plan_.phases[phase];
    items.resize(in_.listLength("number of items"));
    for (auto& item : items) {
      item.loop = in_.flag("loop");
      item.forward = item.loop ? in_.flag("direction") : true;
      item.body.resize(item.loop ? in_.listLength("number of kernels") : 1);
      for (auto& index : item.body) {
        index = (int32_t)in_.number(0, (int64_t)plan_.kernels.size() - 1, "kernel");
        const Kernel& k = plan_.kernels[index];
        const bool stepwise = k.over == Over::step;
        if (!item.loop && stepwise) throw PlanError("a kernel over one step stands outside a loop");
        if (item.loop && !(stepwise || (k.over == Over::rows && (k.kind == Kind::pointwise || k.kind == Kind::matmul || k.kind == Kind::gather ||
                                                                      k.kind == Kind::pick || k.kind == Kind::place))))
          throw PlanError("a kernel over all steps stands inside a loop");
      }
    }
  }

  Reader in_;
  Plan plan_{};
};

}  // namespace

Plan decodePlan(const int32_t* words, size_t count) { return Decoder(words, count).decode(); }

}  // namespace unrolled
