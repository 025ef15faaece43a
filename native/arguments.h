// What JavaScript's values are to the addon: the arguments of a call, each checked as it is read; handles,
// which hold a share of an object; and errors.
#pragma once
#define NAPI_VERSION 8
#include <node_api.h>

#include <memory>
#include <string>
#include <utility>

namespace unrolled {

struct Failure {
  std::string message;
};

inline void check(napi_status status) {
  if (status != napi_ok) throw Failure{"a call of Node-API failed with status " + std::to_string(status)};
}

// How errors call an object, and the number in the tag by which its handles are recognised.
template <typename T>
constexpr const char* nameOf = nullptr;
template <typename T>
constexpr uint64_t numberOf = 0;

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

}  // namespace unrolled
