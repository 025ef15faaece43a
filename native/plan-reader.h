// Reads an encoded plan word by word, and checks every word against what has been read before.
#pragma once
#include <cstring>
#include <string>

#include "plan.h"

namespace unrolled {

// Offsets beyond this many elements would not fit into the words of a plan.
constexpr int64_t maximumElements = int64_t(1) << 31;

inline void require(bool holds, const char* message) {
  if (!holds) throw PlanError(message);
}

inline void expectEqual(const char* what, int64_t expected, int64_t actual) {
  if (actual != expected)
    throw PlanError(std::string(what) + " must be " + std::to_string(expected) + ", got " +
                    std::to_string(actual));
}

inline void expectAtMost(const char* what, int64_t limit, int64_t actual) {
  if (actual > limit)
    throw PlanError(std::string(what) + " must be at most " + std::to_string(limit) + ", got " +
                    std::to_string(actual));
}

class PlanReader {
 public:
  PlanReader(const int32_t* words, size_t count) : words_(words), count_(count) {}

  Plan plan{};

  int32_t word() {
    if (next_ >= count_) throw PlanError("expected more than " + std::to_string(count_) + " words");
    return words_[next_++];
  }
  // `what` names the number in errors.
  int64_t number(int64_t low, int64_t high, const std::string& what) {
    const int64_t value = word();
    if (value < low || value > high)
      throw PlanError(what + " must be from " + std::to_string(low) + " to " + std::to_string(high) +
                      ", got " + std::to_string(value));
    return value;
  }
  int64_t size(const char* what) { return number(0, maximumElements - 1, what); }
  int64_t positive(const char* what) { return number(1, maximumElements - 1, what); }
  int32_t index(size_t count, const char* what) { return (int32_t)number(0, (int64_t)count - 1, what); }
  bool flag(const char* what) { return number(0, 1, what) == 1; }
  template <typename E>
  E choice(const char* what) {
    return (E)number(0, (int64_t)E::count - 1, what);
  }
  float real() {
    const int32_t bits = word();
    float value;
    memcpy(&value, &bits, 4);
    return value;
  }
  // The length of a list; each of its entries takes at least one word.
  size_t length(const char* entries) {
    return (size_t)number(0, (int64_t)(count_ - next_), std::string("the number of ") + entries);
  }
  size_t wordsLeft() const { return count_ - next_; }

  Over over() { return choice<Over>("over"); }
  Over tokensOrRows() {
    const Over value = over();
    require(value == Over::tokens || value == Over::rows, "over must be tokens or rows");
    return value;
  }

  int32_t packing(Packing::Form form) {
    const int32_t i = index(plan.packings.size(), "packing");
    require(plan.packings[i].form == form, "its packing has another form");
    return i;
  }

  // `width` columns of the rows that a kernel over `over` visits.
  AccessIndex access(Over over, int64_t width, bool integer = false) {
    Access a;
    a.buffer = index(plan.buffers.size(), "buffer");
    a.column = size("column");
    a.at = choice<At>("the origin of rows");
    const Buffer& b = plan.buffers[a.buffer];
    require(b.integer == integer,
            integer ? "expected integers, got floats" : "expected floats, got integers");
    expectAtMost("the end of its columns", b.width, a.column + width);
    require(a.at == At::now || b.extent == Extent::states, "only states have rows of the previous step");
    require(hasRowsFor(over, b.extent, a.at), "a kernel visits more rows than its buffer has");
    plan.accesses.push_back(a);
    return (AccessIndex)plan.accesses.size() - 1;
  }

  // `size` values of a buffer with one row.
  AccessIndex block(int64_t size) { return access(Over::once, size); }

  const Buffer& bufferOf(AccessIndex a) const { return plan.buffers[plan.accesses[a].buffer]; }

 private:
  static bool hasRowsFor(Over over, Extent extent, At at) {
    switch (over) {
      case Over::step: return true;
      case Over::tokens:
        return extent == Extent::tokens || extent == Extent::once ||
               (extent == Extent::states && at == At::now);
      case Over::rows: return at != At::lag;
      default: return extent == Extent::once;
    }
  }

  const int32_t* words_;
  size_t count_, next_ = 0;
};

// Part of plan.cpp, apart for its length.
void read(PlanReader& in, Pointwise& kernel);

}  // namespace unrolled
