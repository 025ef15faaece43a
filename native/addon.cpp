// The Node-API bindings: memory, teams of threads and programs as JavaScript values. JavaScript holds
// handles, never an address, so that nothing it does can free or move what a program works in. Every argument
// is checked here or by the engine; failures become JavaScript errors.
#define NAPI_VERSION 8
#include <node_api.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

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

struct Failure {
  std::string message;
};

void check(napi_status status) {
  if (status != napi_ok) throw Failure{"a call of Node-API failed with status " + std::to_string(status)};
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

// How errors call an object, and the number in the tag by which its handles are recognised.
template <typename T>
constexpr const char* nameOf = nullptr;
template <typename T>
constexpr uint64_t numberOf = 0;
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

// What a JavaScript object holds: a share of the ownership, until it is released or garbage-collected.
template <typename T>
struct Handle {
  static constexpr napi_type_tag tag = {0x756e726f6c6c6564, numberOf<T>};
  static constexpr const char* name = nameOf<T>;
  std::shared_ptr<T> object;
  // Memory that is reported to the garbage collector, which does not see it otherwise.
  int64_t bytes;
  Handle(std::shared_ptr<T> held, int64_t size) : object(std::move(held)), bytes(size) {}
  void release(napi_env env) {
    int64_t total;
    napi_adjust_external_memory(env, -std::exchange(bytes, 0), &total);
    object.reset();
  }
};

// The arguments of a call.
class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info) : env_(env) {
    size_t count = limit;
    check(napi_get_cb_info(env, info, &count, values_, nullptr, nullptr));
    for (size_t i = count; i < limit; i++) check(napi_get_undefined(env, &values_[i]));
  }
  int64_t integer(int i) const {
    double value;
    require(i, napi_get_value_double(env_, values_[i], &value) == napi_ok, "a number");
    require(i, value >= -9e15 && value <= 9e15 && value == (double)(int64_t)value, "a whole number");
    return (int64_t)value;
  }
  bool boolean(int i) const {
    bool value;
    require(i, napi_get_value_bool(env_, values_[i], &value) == napi_ok, "a boolean");
    return value;
  }
  std::string text(int i) const {
    char buffer[64];
    size_t length;
    const napi_status status = napi_get_value_string_utf8(env_, values_[i], buffer, sizeof buffer, &length);
    require(i, status == napi_ok, "a string");
    return {buffer, length};
  }
  const int32_t* integers(int i, size_t* length) const {
    napi_typedarray_type type;
    void* data = array(i, "an Int32Array", &type, length);
    require(i, type == napi_int32_array, "an Int32Array");
    return static_cast<int32_t*>(data);
  }
  // Calls `use(data, length)` with the numbers of an array, of the type that they have.
  template <typename F>
  void numbers(int i, F use) const {
    constexpr const char* expected = "a Float32Array, a Float64Array or an Int32Array";
    napi_typedarray_type type;
    size_t length;
    void* data = array(i, expected, &type, &length);
    if (type == napi_float32_array) return use(static_cast<float*>(data), (int64_t)length);
    if (type == napi_float64_array) return use(static_cast<double*>(data), (int64_t)length);
    require(i, type == napi_int32_array, expected);
    use(static_cast<int32_t*>(data), (int64_t)length);
  }
  template <typename T>
  Handle<T>* handle(int i) const {
    Handle<T>* handle = handleIf<T>(i);
    require(i, handle, Handle<T>::name);
    return handle;
  }
  // Null if the argument is no handle of this type.
  template <typename T>
  Handle<T>* handleIf(int i) const {
    napi_valuetype type;
    bool matches;
    // Node throws an error of its own if it checks the tag of anything but an object.
    if (napi_typeof(env_, values_[i], &type) != napi_ok || type != napi_object) return nullptr;
    const napi_status status = napi_check_object_type_tag(env_, values_[i], &Handle<T>::tag, &matches);
    if (status != napi_ok || !matches) return nullptr;
    void* data;
    check(napi_unwrap(env_, values_[i], &data));
    return static_cast<Handle<T>*>(data);
  }
  // The object of a handle, which lives at least as long as the result.
  template <typename T>
  std::shared_ptr<T> owned(int i) const {
    const std::shared_ptr<T>& object = handle<T>(i)->object;
    if (!object)
      throw Failure{"argument " + std::to_string(i + 1) + ", " + Handle<T>::name + ", has been released"};
    return object;
  }

 private:
  static void require(int i, bool holds, const char* expected) {
    if (!holds) throw Failure{"argument " + std::to_string(i + 1) + " must be " + expected};
  }
  // The data of a buffer that has been transferred, or shrunk too far, is empty.
  void* array(int i, const char* expected, napi_typedarray_type* type, size_t* length) const {
    bool isTypedArray = false;
    check(napi_is_typedarray(env_, values_[i], &isTypedArray));
    require(i, isTypedArray, expected);
    void* data;
    check(napi_get_typedarray_info(env_, values_[i], type, length, &data, nullptr, nullptr));
    if (!data) *length = 0;
    return data;
  }

  static constexpr size_t limit = 9;
  napi_env env_;
  napi_value values_[limit];
};

template <typename T>
napi_value wrap(napi_env env, std::shared_ptr<T> object, int64_t bytes) {
  napi_value value;
  check(napi_create_object(env, &value));
  check(napi_type_tag_object(env, value, &Handle<T>::tag));
  auto handle = std::make_unique<Handle<T>>(std::move(object), bytes);
  const auto finalize = [](napi_env e, void* data, void*) {
    std::unique_ptr<Handle<T>> owner(static_cast<Handle<T>*>(data));
    owner->release(e);
  };
  check(napi_wrap(env, value, handle.get(), finalize, nullptr, nullptr));
  handle.release();
  int64_t total;
  check(napi_adjust_external_memory(env, bytes, &total));
  return value;
}

// Runs `body` and turns C++ exceptions into JavaScript errors.
template <typename F>
napi_value guarded(napi_env env, F body) {
  std::string message;
  try {
    return body();
  } catch (const Failure& f) {
    message = f.message;
  } catch (const std::bad_alloc&) {
    message = "there is not enough memory; choose a smaller size, batch or window";
  } catch (const std::exception& e) {
    message = e.what();
  }
  napi_throw_error(env, nullptr, ("native: " + message).c_str());
  return nullptr;
}

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
