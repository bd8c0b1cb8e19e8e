#include "media/link/attention.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <thread>
#include <vector>

namespace benari::media {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::shared_ptr<AttentionList> NewList() {
  auto list = AttentionList::Create();
  EXPECT_TRUE(list.ok()) << list.status();
  return *std::move(list);
}
std::vector<Attention*> TakeAll(AttentionList& list) {
  std::vector<Attention*> taken;
  for (auto each = list.Take(); each != nullptr; each = each->TakeNext()) taken.push_back(each.get());
  return taken;
}
uint64_t WakeUps(const AttentionList& list) {
  uint64_t count = 0;
  return read(list.fd(), &count, sizeof count) == sizeof count ? count : 0;
}

TEST(AttentionTest, EachIsTakenOnceInOrderForOneWakeUp) {
  const auto list = NewList();
  const auto a = std::make_shared<Attention>(list), b = std::make_shared<Attention>(list);
  EXPECT_THAT(TakeAll(*list), IsEmpty());
  a->Want();
  b->Want();
  a->Want();
  EXPECT_EQ(WakeUps(*list), 1u);
  EXPECT_THAT(TakeAll(*list), ElementsAre(a.get(), b.get()));
  EXPECT_THAT(TakeAll(*list), IsEmpty());
  b->Want();
  EXPECT_EQ(WakeUps(*list), 1u);
  EXPECT_THAT(TakeAll(*list), ElementsAre(b.get()));
}

TEST(AttentionTest, OneInTheListOutlivesItsOwner) {
  const auto list = NewList();
  auto attention = std::make_shared<Attention>(list);
  attention->Want();
  Attention* const raw = attention.get();
  attention.reset();
  EXPECT_THAT(TakeAll(*list), ElementsAre(raw));
}

TEST(AttentionTest, AClosedListKeepsNothing) {
  auto list = NewList();
  const std::weak_ptr<AttentionList> gone = list;
  auto before = std::make_shared<Attention>(list), after = std::make_shared<Attention>(list);
  before->Want();
  list->Close();
  after->Want();
  before->Want();
  list.reset();
  before.reset();
  after.reset();
  EXPECT_TRUE(gone.expired());
}

TEST(AttentionTest, NoWantIsLostBetweenThreads) {
  constexpr int kThreads = 4, kEach = 20000;
  const auto list = NewList();
  std::vector<std::shared_ptr<Attention>> all;
  std::vector<std::atomic<int>> given(kThreads);
  for (int i = 0; i < kThreads; ++i) all.push_back(std::make_shared<Attention>(list));
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < kEach; ++n) {
        given[i].fetch_add(1, std::memory_order_relaxed);
        all[i]->Want();
      }
    });
  }
  std::vector<int> seen(kThreads);
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (seen != std::vector<int>(kThreads, kEach) && std::chrono::steady_clock::now() < give_up) {
    for (auto each = list->Take(); each != nullptr;) {
      auto next = each->TakeNext();
      for (int i = 0; i < kThreads; ++i) {
        if (all[i] == each) seen[i] = given[i].load(std::memory_order_relaxed);
      }
      each = std::move(next);
    }
  }
  EXPECT_EQ(seen, std::vector<int>(kThreads, kEach)) << "what was given before Want is seen after Take";
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace benari::media
