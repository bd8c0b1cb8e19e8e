// Wrong on purpose, and built by nobody: what the check must refuse.
#include "common/mutex.h"

class Counter {
 public:
  void Add() { ++count_; }

 private:
  benari::Mutex mutex_;
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
};

void Count() {
  Counter counter;
  counter.Add();
}
