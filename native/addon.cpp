// The Node-API bindings: memory, teams of threads and programs as JavaScript values. JavaScript holds
// handles, never an address, so that nothing it does can free or move what a program works in. Every argument
// is checked here or by the engine; failures become JavaScript errors.
#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include "arguments.h"
#include "engine.h"
#include "roofline.h"
#include "supported.h"

namespace unrolled {
namespace {

// The kernels of the best instruction set that this processor has, or of the one with the given name.
const Kernels* kernelsFor(const std::string& name) {
  for (const Kernels* kernels : supportedKernels())
    if (name.empty() || name == kernels->name) return kernels;
  throw PlanError("this processor has no " + name + ", or the addon was compiled without it");
}

// Floats that programs work in; JavaScript reaches them through `read` and `write` only.
struct Memory {
  Floats values;
  int64_t size;
  Memory(Floats floats, int64_t count) : values(std::move(floats)), size(count) {}
};

// A program and the memories that it works in, which live as long as it does.
struct BoundProgram {
  std::shared_ptr<Memory> arena, parameters;
  Program program;
  BoundProgram(Plan plan, const Kernels& kernels, std::shared_ptr<Memory> a, std::shared_ptr<Memory> p,
               bool profile)
      : arena(std::move(a)),
        parameters(std::move(p)),
        program(std::move(plan), kernels, arena->values.get(), arena->size, parameters->values.get(),
                parameters->size, profile) {}
};

}  // namespace

template <>
constexpr const char* nameOf<Team> = "a team";
template <>
constexpr uint64_t numberOf<Team> = 1;
template <>
constexpr const char* nameOf<BoundProgram> = "a program";
template <>
constexpr uint64_t numberOf<BoundProgram> = 2;
template <>
constexpr const char* nameOf<Memory> = "a memory";
template <>
constexpr uint64_t numberOf<Memory> = 3;

namespace {

// processor(): the name of the instruction set in use.
napi_value processor(napi_env env, napi_callback_info) {
  return guarded(env, [&] {
    napi_value name;
    check(napi_create_string_utf8(env, kernelsFor("")->name, NAPI_AUTO_LENGTH, &name));
    return name;
  });
}

// memory(count): that many floats, all 0, aligned to cache lines and, if large, on large pages.
napi_value memory(napi_env env, napi_callback_info info) {
  return guarded(env, [&] {
    const int64_t count = Arguments(env, info).integer(0);
    if (count < 0 || count >= int64_t(1) << 32)
      throw Failure{"the number of floats must be from 0 to below 2^32, got " + std::to_string(count)};
    return wrap<Memory>(env, std::make_shared<Memory>(allocate(count), count), 4 * count);
  });
}

// As JavaScript's typed arrays convert.
template <typename To, typename From>
To converted(From value) {
  if constexpr (std::is_floating_point_v<To> || std::is_same_v<From, int32_t>) {
    return (To)value;
  } else {
    const double whole = std::trunc((double)value);
    return std::isfinite(whole) ? (int32_t)(uint32_t)(int64_t)std::fmod(whole, 4294967296.0) : 0;
  }
}

// write(memory, start, values, whether it holds integers there)
napi_value write(napi_env env, napi_callback_info info) {
  return guarded(env, [&]() -> napi_value {
    const Arguments args(env, info);
    const auto memory = args.owned<Memory>(0);
    const int64_t start = args.integer(1);
    const bool integers = args.boolean(3);
    args.numbers(2, [&](const auto* values, int64_t count) {
      if (start < 0 || start > memory->size || count > memory->size - start)
        throw Failure{"cannot write " + std::to_string(count) + " values at " + std::to_string(start) +
                      " of " + std::to_string(memory->size)};
      const auto into = [&](auto* at) {
        using To = std::remove_pointer_t<decltype(at)>;
        for (int64_t i = 0; i < count; i++) at[i] = converted<To>(values[i]);
      };
      float* at = memory->values.get() + start;
      integers ? into(reinterpret_cast<int32_t*>(at)) : into(at);
    });
    return nullptr;
  });
}

// read(memory, start, width, stride, into, whether it holds integers there): fills `into` with rows of
// `width` values, which begin `stride` apart.
napi_value read(napi_env env, napi_callback_info info) {
  return guarded(env, [&]() -> napi_value {
    const Arguments args(env, info);
    const auto memory = args.owned<Memory>(0);
    const int64_t start = args.integer(1), width = args.integer(2), stride = args.integer(3);
    const bool integers = args.boolean(5);
    args.numbers(4, [&](auto* into, int64_t count) {
      if (count == 0) return;
      if (start < 0 || start > memory->size || width < 1 || stride < width)
        throw Failure{"cannot read rows of " + std::to_string(width) + " values, " + std::to_string(stride) +
                      " apart, at " + std::to_string(start) + " of " + std::to_string(memory->size)};
      const int64_t rows = (count - 1) / width, space = memory->size - start;
      if (rows > space / stride || rows * stride + (count - 1) % width >= space)
        throw Failure{"cannot read " + std::to_string(count) + " values at " + std::to_string(start) +
                      " of " + std::to_string(memory->size)};
      using To = std::remove_pointer_t<decltype(into)>;
      const auto from = [&](const auto* at) {
        for (int64_t i = 0; i < count; at += stride)
          for (int64_t column = 0; column < width && i < count; column++)
            into[i++] = converted<To>(at[column]);
      };
      const float* at = memory->values.get() + start;
      integers ? from(reinterpret_cast<const int32_t*>(at)) : from(at);
    });
    return nullptr;
  });
}

// team(threads): a team of threads, which end when it is released or garbage-collected.
napi_value team(napi_env env, napi_callback_info info) {
  return guarded(env, [&] {
    const auto threads = (int)std::clamp<int64_t>(Arguments(env, info).integer(0), 1, Team::limit);
    return wrap<Team>(env, std::make_shared<Team>(threads), 0);
  });
}

// program(words, arena, parameters, profile, instruction set or "" for the best one): a program, which keeps
// the two memories.
napi_value program(napi_env env, napi_callback_info info) {
  return guarded(env, [&] {
    const Arguments args(env, info);
    size_t wordCount;
    const auto* words = args.integers(0, &wordCount);
    // Another thread may write to the array while it is checked.
    const std::vector<int32_t> copy(words, words + wordCount);
    const auto arena = args.owned<Memory>(1), parameters = args.owned<Memory>(2);
    const bool profile = args.boolean(3);
    const Kernels* kernels = kernelsFor(args.text(4));
    auto object = std::make_shared<BoundProgram>(decodePlan(copy.data(), wordCount), *kernels, arena,
                                                 parameters, profile);
    const int64_t bytes = object->program.bytes();
    return wrap<BoundProgram>(env, std::move(object), bytes);
  });
}

// release(memory, team or program): gives back what the object holds, once no program and no run needs it.
// Afterwards every call with it throws; releasing it twice is allowed.
napi_value release(napi_env env, napi_callback_info info) {
  return guarded(env, [&]() -> napi_value {
    const Arguments args(env, info);
    if (auto* memory = args.handleIf<Memory>(0)) memory->release(env);
    else if (auto* team = args.handleIf<Team>(0)) team->release(env);
    else args.handle<BoundProgram>(0)->release(env);
    return nullptr;
  });
}

// A run's arguments, kept until it ends: (team, program, phase, rows, steps, carry, alive, offsets, pack).
struct Run {
  std::shared_ptr<Team> team;
  std::shared_ptr<BoundProgram> program;
  int phase;
  bool pack;
  std::vector<int32_t> alive, offsets;
  Extents extents;
  std::string error;
  napi_async_work work = nullptr;
  napi_deferred deferred = nullptr;

  explicit Run(const Arguments& args) {
    team = args.owned<Team>(0);
    program = args.owned<BoundProgram>(1);
    phase = (int)std::clamp<int64_t>(args.integer(2), -1, phaseCount);
    const int64_t steps = args.integer(4);
    if (steps < 1) throw Failure{"expected at least one step, got " + std::to_string(steps)};
    alive = table(args, 6, "alive", steps);
    offsets = table(args, 7, "offsets", steps + 1);
    pack = args.boolean(8);
    extents = {args.integer(3), steps, args.integer(5), alive.data(), offsets.data()};
  }
  void execute() { program->program.run(*team, phase, extents, pack); }

 private:
  static std::vector<int32_t> table(const Arguments& args, int i, const char* name, int64_t length) {
    size_t actual;
    const auto* values = args.integers(i, &actual);
    if ((int64_t)actual < length)
      throw Failure{std::string(name) + " must have at least " + std::to_string(length) + " entries, got " +
                    std::to_string(actual)};
    return {values, values + length};
  }
};

// run(…): runs a phase now, on the caller's thread and the team's.
napi_value run(napi_env env, napi_callback_info info) {
  return guarded(env, [&]() -> napi_value {
    Run(Arguments(env, info)).execute();
    return nullptr;
  });
}

// microseconds(…): a rough estimate of the run's time on one thread.
napi_value microseconds(napi_env env, napi_callback_info info) {
  return guarded(env, [&] {
    const Run run(Arguments(env, info));
    napi_value value;
    const double estimate = run.program->program.estimate(run.phase, run.extents);
    check(napi_create_double(env, estimate, &value));
    return value;
  });
}

// start(…): a promise of the same run on another thread, which leaves the caller's thread free.
napi_value start(napi_env env, napi_callback_info info) {
  return guarded(env, [&] {
    auto run = std::make_unique<Run>(Arguments(env, info));
    napi_value promise, name;
    check(napi_create_promise(env, &run->deferred, &promise));
    check(napi_create_string_utf8(env, "unrolled", NAPI_AUTO_LENGTH, &name));
    const auto execute = [](napi_env, void* data) {
      auto* r = static_cast<Run*>(data);
      try {
        r->execute();
      } catch (const std::exception& e) {
        r->error = e.what();
      }
    };
    const auto complete = [](napi_env e, napi_status, void* data) {
      std::unique_ptr<Run> r(static_cast<Run*>(data));
      napi_value value;
      if (r->error.empty()) {
        napi_get_undefined(e, &value);
        napi_resolve_deferred(e, r->deferred, value);
      } else {
        napi_value message;
        napi_create_string_utf8(e, ("native: " + r->error).c_str(), NAPI_AUTO_LENGTH, &message);
        napi_create_error(e, nullptr, message, &value);
        napi_reject_deferred(e, r->deferred, value);
      }
      napi_delete_async_work(e, r->work);
    };
    check(napi_create_async_work(env, nullptr, name, execute, complete, run.get(), &run->work));
    check(napi_queue_async_work(env, run->work));
    run.release();
    return promise;
  });
}

napi_value doubles(napi_env env, const double* values, size_t count) {
  napi_value array;
  check(napi_create_array_with_length(env, count, &array));
  for (size_t i = 0; i < count; i++) {
    napi_value value;
    check(napi_create_double(env, values[i], &value));
    check(napi_set_element(env, array, (uint32_t)i, value));
  }
  return array;
}

// times(program): nanoseconds by kind of work.
napi_value times(napi_env env, napi_callback_info info) {
  return guarded(env, [&] {
    const auto object = Arguments(env, info).owned<BoundProgram>(0);
    double values[workKinds];
    for (int i = 0; i < workKinds; i++) values[i] = (double)object->program.times[i];
    return doubles(env, values, workKinds);
  });
}

// roofline(team): GFLOP/s of multiply-adds on registers, of our best product, and of OpenBLAS or 0.
napi_value roofline(napi_env env, napi_callback_info info) {
  return guarded(env, [&] {
    const auto object = Arguments(env, info).owned<Team>(0);
    const Roofline roofline = measureRoofline(*object, *kernelsFor(""));
    const double values[] = {roofline.registers, roofline.product, roofline.openblas};
    return doubles(env, values, 3);
  });
}

napi_value initialise(napi_env env, napi_value exports) {
  const std::pair<const char*, napi_callback> functions[] = {
      {"processor", processor}, {"memory", memory},   {"write", write},       {"read", read},
      {"team", team},           {"program", program}, {"release", release},   {"run", run},
      {"start", start},         {"times", times},     {"roofline", roofline}, {"microseconds", microseconds},
  };
  for (const auto& [name, function] : functions) {
    napi_value value;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, function, nullptr, &value);
    napi_set_named_property(env, exports, name, value);
  }
  return exports;
}

}  // namespace
}  // namespace unrolled

NAPI_MODULE(unrolled, unrolled::initialise)
