// The Node-API bindings: memory, teams of threads and programs as JavaScript values. Every argument is
// checked here or by the engine; failures become JavaScript errors.
#define NAPI_VERSION 8
#include <node_api.h>

#include <algorithm>
#include <string>

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

// The arguments of a call.
class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info) : env_(env) {
    size_t count = limit;
    check(napi_get_cb_info(env, info, &count, values_, nullptr, nullptr));
    for (size_t i = count; i < limit; i++) check(napi_get_undefined(env, &values_[i]));
  }
  napi_value operator[](int i) const { return values_[i]; }
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
  float* floats(int i, size_t* length) const {
    return static_cast<float*>(array(i, napi_float32_array, "a Float32Array", length));
  }
  const int32_t* integers(int i, size_t* length) const {
    return static_cast<int32_t*>(array(i, napi_int32_array, "an Int32Array", length));
  }
  template <typename T>
  T* wrapped(int i) const {
    napi_valuetype type;
    bool matches;
    // Node throws an error of its own if it checks the tag of anything but an object.
    require(i, napi_typeof(env_, values_[i], &type) == napi_ok && type == napi_object, T::name);
    const napi_status status = napi_check_object_type_tag(env_, values_[i], &T::tag, &matches);
    require(i, status == napi_ok && matches, T::name);
    void* data;
    check(napi_unwrap(env_, values_[i], &data));
    return static_cast<T*>(data);
  }

 private:
  static void require(int i, bool holds, const char* expected) {
    if (!holds) throw Failure{"argument " + std::to_string(i + 1) + " must be " + expected};
  }
  void* array(int i, napi_typedarray_type type, const char* expected, size_t* length) const {
    bool isTypedArray = false;
    check(napi_is_typedarray(env_, values_[i], &isTypedArray));
    require(i, isTypedArray, expected);
    napi_typedarray_type actual;
    void* data;
    check(napi_get_typedarray_info(env_, values_[i], &actual, length, &data, nullptr, nullptr));
    require(i, actual == type, expected);
    return data;
  }

  static constexpr size_t limit = 9;
  napi_env env_;
  napi_value values_[limit];
};

struct TeamObject {
  static constexpr napi_type_tag tag = {0x756e726f6c6c6564, 1};
  static constexpr const char* name = "a team";
  explicit TeamObject(int threads) : team(threads) {}
  Team team;
};

struct ProgramObject {
  static constexpr napi_type_tag tag = {0x756e726f6c6c6564, 2};
  static constexpr const char* name = "a program";
  std::unique_ptr<Program> program;
  // Memory that is reported to the garbage collector, which does not see it otherwise.
  int64_t bytes = 0;
  // The arrays that the program works in.
  napi_ref arena = nullptr, parameters = nullptr;
};

template <typename T>
napi_value wrap(napi_env env, std::unique_ptr<T> object) {
  napi_value value;
  check(napi_create_object(env, &value));
  check(napi_type_tag_object(env, value, &T::tag));
  const auto finalize = [](napi_env e, void* data, void*) {
    std::unique_ptr<T> owner(static_cast<T*>(data));
    if constexpr (std::is_same_v<T, ProgramObject>) {
      int64_t total;
      napi_adjust_external_memory(e, -owner->bytes, &total);
      napi_delete_reference(e, owner->arena);
      napi_delete_reference(e, owner->parameters);
    }
  };
  check(napi_wrap(env, value, object.release(), finalize, nullptr, nullptr));
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

// floats(count): a zeroed Float32Array, aligned to cache lines and, if large, on large pages.
napi_value floats(napi_env env, napi_callback_info info) {
  return guarded(env, [&] {
    const Arguments args(env, info);
    const int64_t count = args.integer(0);
    if (count < 0 || count >= int64_t(1) << 32)
      throw Failure{"the number of floats must be from 0 to below 2^32, got " + std::to_string(count)};
    Floats memory = allocate(count);
    napi_value buffer, array;
    const auto release = [](napi_env, void* data, void*) { free(data); };
    const int64_t bytes = 4 * std::max<int64_t>(1, count);
    check(napi_create_external_arraybuffer(env, memory.get(), bytes, release, nullptr, &buffer));
    memory.release();
    check(napi_create_typedarray(env, napi_float32_array, count, buffer, 0, &array));
    return array;
  });
}

// team(threads): a team of threads, which end when it is garbage-collected.
napi_value team(napi_env env, napi_callback_info info) {
  return guarded(env, [&] {
    const Arguments args(env, info);
    const auto threads = (int)std::clamp<int64_t>(args.integer(0), 1, Team::limit);
    return wrap<TeamObject>(env, std::make_unique<TeamObject>(threads));
  });
}

// program(words, arena, parameters, profile, instruction set or "" for the best one): a program.
napi_value program(napi_env env, napi_callback_info info) {
  return guarded(env, [&] {
    const Arguments args(env, info);
    size_t wordCount, arenaSize, parameterSize;
    const auto* words = args.integers(0, &wordCount);
    auto* arena = args.floats(1, &arenaSize);
    auto* parameters = args.floats(2, &parameterSize);
    const bool profile = args.boolean(3);
    const Kernels* kernels = kernelsFor(args.text(4));
    auto object = std::make_unique<ProgramObject>();
    object->program = std::make_unique<Program>(decodePlan(words, wordCount), *kernels, arena, arenaSize,
                                                parameters, parameterSize, profile);
    check(napi_create_reference(env, args[1], 1, &object->arena));
    check(napi_create_reference(env, args[2], 1, &object->parameters));
    const int64_t bytes = object->bytes = object->program->bytes();
    napi_value value = wrap<ProgramObject>(env, std::move(object));
    int64_t total;
    check(napi_adjust_external_memory(env, bytes, &total));
    return value;
  });
}

// A run's arguments, kept until it ends: (team, program, phase, rows, steps, carry, alive, offsets, pack).
struct Run {
  TeamObject* team;
  ProgramObject* program;
  int phase;
  bool pack;
  std::vector<int32_t> alive, offsets;
  Extents extents;
  std::string error;
  napi_async_work work = nullptr;
  napi_deferred deferred = nullptr;
  napi_ref keepTeam = nullptr, keepProgram = nullptr;

  explicit Run(const Arguments& args) {
    team = args.wrapped<TeamObject>(0);
    program = args.wrapped<ProgramObject>(1);
    phase = (int)std::clamp<int64_t>(args.integer(2), -1, phaseCount);
    const int64_t steps = args.integer(4);
    if (steps < 1) throw Failure{"expected at least one step, got " + std::to_string(steps)};
    alive = table(args, 6, "alive", steps);
    offsets = table(args, 7, "offsets", steps + 1);
    pack = args.boolean(8);
    extents = {args.integer(3), steps, args.integer(5), alive.data(), offsets.data()};
  }
  void execute() { program->program->run(team->team, phase, extents, pack); }

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
    const double estimate = run.program->program->estimate(run.phase, run.extents);
    check(napi_create_double(env, estimate, &value));
    return value;
  });
}

// start(…): a promise of the same run on another thread, which leaves the caller's thread free.
napi_value start(napi_env env, napi_callback_info info) {
  return guarded(env, [&] {
    const Arguments args(env, info);
    auto run = std::make_unique<Run>(args);
    napi_value promise, name;
    check(napi_create_promise(env, &run->deferred, &promise));
    check(napi_create_reference(env, args[0], 1, &run->keepTeam));
    check(napi_create_reference(env, args[1], 1, &run->keepProgram));
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
      napi_delete_reference(e, r->keepTeam);
      napi_delete_reference(e, r->keepProgram);
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
    const auto* object = Arguments(env, info).wrapped<ProgramObject>(0);
    double values[workKinds];
    for (int i = 0; i < workKinds; i++) values[i] = (double)object->program->times[i];
    return doubles(env, values, workKinds);
  });
}

// roofline(team): GFLOP/s of multiply-adds on registers, of our best product, and of OpenBLAS or 0.
napi_value roofline(napi_env env, napi_callback_info info) {
  return guarded(env, [&] {
    auto* object = Arguments(env, info).wrapped<TeamObject>(0);
    const Roofline roofline = measureRoofline(object->team, *kernelsFor(""));
    const double values[] = {roofline.registers, roofline.product, roofline.openblas};
    return doubles(env, values, 3);
  });
}

napi_value initialise(napi_env env, napi_value exports) {
  const std::pair<const char*, napi_callback> functions[] = {
      {"processor", processor},       {"floats", floats}, {"team", team},
      {"program", program},           {"run", run},       {"start", start},
      {"microseconds", microseconds}, {"times", times},   {"roofline", roofline},
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
