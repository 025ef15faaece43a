// The door to Node: memory, teams of threads and programs as JavaScript values, by Node-API. Every argument is checked
// here or by what is called; what goes wrong becomes a JavaScript error.
#define NAPI_VERSION 8
#include <node_api.h>

#include <algorithm>
#include <string>

#include "engine.h"
#include "roofline.h"

namespace unrolled {
namespace {

// The best instruction set that this processor has, or the one that is named.
const Kernels* kernelsFor(const std::string& wanted) {
#if defined(UNROLLED_X86_SETS)
  const Kernels* found[] = {kernelsAvx512, kernelsAvx2, kernelsBase};
  __builtin_cpu_init();
  const bool has[] = {__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
                          __builtin_cpu_supports("avx512bw"),
                      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"), true};
#else
  const Kernels* found[] = {kernelsBase};
  const bool has[] = {true};
#endif
  for (size_t i = 0; i < sizeof has; i++)
    if (has[i] && (wanted.empty() || wanted == found[i]->name)) return found[i];
  throw PlanError("this processor has no " + wanted + ", or it was not compiled in");
}

struct Failure {
  std::string message;
};

void check(napi_status status, const char* what) {
  if (status != napi_ok) throw Failure{std::string(what) + " is missing or of the wrong type"};
}

// The arguments of a call.
class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info) : env_(env) {
    size_t count = most;
    check(napi_get_cb_info(env, info, &count, values_, nullptr, nullptr), "an argument");
    for (size_t i = count; i < most; i++) napi_get_undefined(env, &values_[i]);
  }
  napi_value operator[](int i) const { return values_[i]; }
  int64_t integer(int i) const {
    double value;
    check(napi_get_value_double(env_, values_[i], &value), "a number");
    if (!(value >= -9e15 && value <= 9e15)) throw Failure{"a number is out of range"};
    if (value != (double)(int64_t)value) throw Failure{"a number is not whole"};
    return (int64_t)value;
  }
  bool boolean(int i) const {
    bool value;
    check(napi_get_value_bool(env_, values_[i], &value), "a boolean");
    return value;
  }
  std::string text(int i) const {
    char buffer[64];
    size_t length;
    check(napi_get_value_string_utf8(env_, values_[i], buffer, sizeof buffer, &length), "a text");
    return {buffer, length};
  }
  template <typename T>
  T* array(int i, napi_typedarray_type type, size_t* length) const {
    bool is;
    check(napi_is_typedarray(env_, values_[i], &is), "an array");
    if (!is) throw Failure{"an array is missing or of the wrong type"};
    napi_typedarray_type found;
    void* data;
    check(napi_get_typedarray_info(env_, values_[i], &found, length, &data, nullptr, nullptr), "an array");
    if (found != type) throw Failure{"an array is of the wrong type"};
    return static_cast<T*>(data);
  }
  template <typename T>
  T* wrapped(int i) const {
    bool is = false;
    napi_valuetype type;
    // Of what is no object Node would throw an error of its own.
    if (napi_typeof(env_, values_[i], &type) != napi_ok || type != napi_object || napi_check_object_type_tag(env_, values_[i], &T::tag, &is) != napi_ok || !is) throw Failure{"an argument is no such object"};
    void* data;
    check(napi_unwrap(env_, values_[i], &data), "an object");
    return static_cast<T*>(data);
  }

 private:
  static constexpr size_t most = 9;
  napi_env env_;
  napi_value values_[most];
};

struct TeamObject {
  static constexpr napi_type_tag tag = {0x756e726f6c6c6564, 1};
  explicit TeamObject(int threads) : team(threads) {}
  Team team;
};

struct ProgramObject {
  static constexpr napi_type_tag tag = {0x756e726f6c6c6564, 2};
  std::unique_ptr<Program> program;
  // What the collector is told of: it knows nothing of this memory by itself.
  int64_t bytes = 0;
  // The memory that the program works in.
  napi_ref arena = nullptr, parameters = nullptr;
};

template <typename T>
napi_value wrap(napi_env env, std::unique_ptr<T> object) {
  napi_value value;
  check(napi_create_object(env, &value), "an object");
  check(napi_type_tag_object(env, value, &T::tag), "an object");
  const auto finalize = [](napi_env e, void* data, void*) {
    auto* own = static_cast<T*>(data);
    if constexpr (requires { own->arena; }) {
      int64_t total;
      napi_adjust_external_memory(e, -own->bytes, &total);
      napi_delete_reference(e, own->arena);
      napi_delete_reference(e, own->parameters);
    }
    delete own;
  };
  check(napi_wrap(env, value, object.release(), finalize, nullptr, nullptr), "an object");
  return value;
}

// Runs `body` and turns what it throws into a JavaScript error.
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

// processor() → the name of the instruction set in use.
napi_value processor(napi_env env, napi_callback_info) {
  return guarded(env, [&] {
    napi_value name;
    check(napi_create_string_utf8(env, kernelsFor("")->name, NAPI_AUTO_LENGTH, &name), "a text");
    return name;
  });
}

// floats(count) → a zeroed Float32Array on cache lines and, if large, on large pages.
napi_value floats(napi_env env, napi_callback_info info) {
  return guarded(env, [&] {
    const Arguments args(env, info);
    const int64_t count = args.integer(0);
    if (count < 0 || count >= int64_t(1) << 32) throw Failure{"so many numbers are too many"};
    Floats memory = allocate(count);
    napi_value buffer, array;
    const auto release = [](napi_env, void* data, void*) { free(data); };
    check(napi_create_external_arraybuffer(env, memory.get(), 4 * std::max<int64_t>(1, count), release, nullptr, &buffer), "memory");
    memory.release();
    check(napi_create_typedarray(env, napi_float32_array, count, buffer, 0, &array), "memory");
    return array;
  });
}

// team(threads) → a team of threads; they end when it is collected.
napi_value team(napi_env env, napi_callback_info info) {
  return guarded(env, [&] {
    const Arguments args(env, info);
    return wrap<TeamObject>(env, std::make_unique<TeamObject>((int)std::clamp<int64_t>(args.integer(0), 1, Team::most)));
  });
}

// program(words, arena, parameters, profile, instruction set or "") → a program.
napi_value program(napi_env env, napi_callback_info info) {
  return guarded(env, [&] {
    const Arguments args(env, info);
    size_t words, arena, parameters;
    const auto* plan = args.array<int32_t>(0, napi_int32_array, &words);
    auto* arenaAt = args.array<float>(1, napi_float32_array, &arena);
    auto* parametersAt = args.array<float>(2, napi_float32_array, &parameters);
    auto object = std::make_unique<ProgramObject>();
    object->program = std::make_unique<Program>(decodePlan(plan, words), *kernelsFor(args.text(4)), arenaAt, arena, parametersAt,
                                                parameters, args.boolean(3));
    check(napi_create_reference(env, args[1], 1, &object->arena), "the arena");
    check(napi_create_reference(env, args[2], 1, &object->parameters), "the parameters");
    const int64_t bytes = object->bytes = object->program->bytes();
    napi_value value = wrap<ProgramObject>(env, std::move(object));
    int64_t total;
    check(napi_adjust_external_memory(env, bytes, &total), "memory");
    return value;
  });
}

// A run's arguments, kept while it goes on: (team, program, phase, rows, steps, carry, alive, offsets, pack).
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
    size_t alives, starts;
    const auto* aliveAt = args.array<int32_t>(6, napi_int32_array, &alives);
    const auto* offsetsAt = args.array<int32_t>(7, napi_int32_array, &starts);
    pack = args.boolean(8);
    const int64_t steps = args.integer(4);
    if (steps < 1 || (int64_t)alives < steps || (int64_t)starts < steps + 1) throw Failure{"the tables of tokens are too short"};
    alive.assign(aliveAt, aliveAt + steps);
    offsets.assign(offsetsAt, offsetsAt + steps + 1);
    extents = {args.integer(3), steps, args.integer(5), alive.data(), offsets.data()};
  }
  void execute() { program->program->run(team->team, phase, extents, pack); }
};

// run(…): at once, on the caller's thread and the team's.
napi_value run(napi_env env, napi_callback_info info) {
  return guarded(env, [&]() -> napi_value {
    Run(Arguments(env, info)).execute();
    return nullptr;
  });
}

// microseconds(…): what the run would take on one thread, roughly.
napi_value microseconds(napi_env env, napi_callback_info info) {
  return guarded(env, [&] {
    const Run run(Arguments(env, info));
    napi_value value;
    check(napi_create_double(env, run.program->program->estimate(run.phase, run.extents), &value), "a number");
    return value;
  });
}

// start(…) → a promise: the same on another thread, so that the caller's stays free.
napi_value start(napi_env env, napi_callback_info info) {
  return guarded(env, [&] {
    const Arguments args(env, info);
    auto run = std::make_unique<Run>(args);
    napi_value promise, name;
    check(napi_create_promise(env, &run->deferred, &promise), "a promise");
    check(napi_create_reference(env, args[0], 1, &run->keepTeam), "a team");
    check(napi_create_reference(env, args[1], 1, &run->keepProgram), "a program");
    check(napi_create_string_utf8(env, "unrolled", NAPI_AUTO_LENGTH, &name), "a name");
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
    check(napi_create_async_work(env, nullptr, name, execute, complete, run.get(), &run->work), "work");
    check(napi_queue_async_work(env, run->work), "work");
    run.release();
    return promise;
  });
}

napi_value doubles(napi_env env, const double* values, size_t count) {
  napi_value array;
  check(napi_create_array_with_length(env, count, &array), "an array");
  for (size_t i = 0; i < count; i++) {
    napi_value value;
    check(napi_create_double(env, values[i], &value), "a number");
    check(napi_set_element(env, array, (uint32_t)i, value), "an array");
  }
  return array;
}

// times(program) → nanoseconds by kind of work.
napi_value times(napi_env env, napi_callback_info info) {
  return guarded(env, [&] {
    const auto* object = Arguments(env, info).wrapped<ProgramObject>(0);
    double values[workKinds];
    for (int i = 0; i < workKinds; i++) values[i] = (double)object->program->times[i];
    return doubles(env, values, workKinds);
  });
}

// roofline(team) → GFLOP/s: multiply-adds on registers, our best product, OpenBLAS's or 0.
napi_value roofline(napi_env env, napi_callback_info info) {
  return guarded(env, [&] {
    auto* object = Arguments(env, info).wrapped<TeamObject>(0);
    const Roofline found = measureRoofline(object->team, *kernelsFor(""));
    const double values[] = {found.registers, found.product, found.openblas};
    return doubles(env, values, 3);
  });
}

napi_value initialise(napi_env env, napi_value exports) {
  const napi_property_descriptor functions[] = {
      {"processor", nullptr, processor, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"floats", nullptr, floats, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"team", nullptr, team, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"program", nullptr, program, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"run", nullptr, run, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"start", nullptr, start, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"microseconds", nullptr, microseconds, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"times", nullptr, times, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"roofline", nullptr, roofline, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
  };
  napi_define_properties(env, exports, sizeof functions / sizeof functions[0], functions);
  return exports;
}

}  // namespace
}  // namespace unrolled

NAPI_MODULE(unrolled, unrolled::initialise)
