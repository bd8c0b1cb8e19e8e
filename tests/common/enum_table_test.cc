#include "common/enum_table.h"

#include <gtest/gtest.h>

namespace benari {
namespace {

enum class Fruit { kApple, kPear, kPlum };
constexpr EnumRow<Fruit> kFruits[] = {
    {Fruit::kApple, "apple"}, {Fruit::kPear, "pear"}, {Fruit::kPlum, "plum"}};
constexpr EnumRow<Fruit> kWithoutLast[] = {{Fruit::kApple, "apple"}, {Fruit::kPear, "pear"}};
constexpr EnumRow<Fruit> kInAnotherOrder[] = {
    {Fruit::kPear, "pear"}, {Fruit::kApple, "apple"}, {Fruit::kPlum, "plum"}};
constexpr EnumRow<Fruit, int> kNumbers[] = {{Fruit::kApple, 7}, {Fruit::kPear, 8}, {Fruit::kPlum, 9}};

static_assert(IsWhole(kFruits));
static_assert(!IsWhole(kWithoutLast));
static_assert(!IsWhole(kInAnotherOrder));
static_assert(Translate(kNumbers, Fruit::kPear) == 8);

TEST(EnumTable, HasAWordForEachValue) { EXPECT_STREQ(Translate(kFruits, Fruit::kPlum), "plum"); }

TEST(EnumTable, ReadsAWordOrSaysWhichAreAccepted) {
  Fruit fruit = Fruit::kApple;
  std::string error;
  EXPECT_TRUE(ParseWord("pear", kFruits, &fruit, &error));
  EXPECT_EQ(fruit, Fruit::kPear);
  for (const char* odd : {"", "Pear", "pears", " pear"}) {
    EXPECT_FALSE(ParseWord(odd, kFruits, &fruit, &error)) << odd;
    EXPECT_EQ(error, "accepted is apple, pear or plum");
  }
  EXPECT_FALSE(ParseWord("plum", kWithoutLast, &fruit, &error));
  EXPECT_EQ(error, "accepted is apple or pear");
  EXPECT_EQ(fruit, Fruit::kPear) << "stays";
}

TEST(EnumTable, ChoosesAWordOrReturnsWhichAreAccepted) {
  Fruit fruit = Fruit::kApple;
  EXPECT_EQ(ChooseWord("plum", kFruits, &fruit), absl::OkStatus());
  EXPECT_EQ(fruit, Fruit::kPlum);
  EXPECT_EQ(ChooseWord("plums", kFruits, &fruit),
            absl::InvalidArgumentError("accepted is apple, pear or plum"));
  EXPECT_EQ(fruit, Fruit::kPlum) << "stays";
}

TEST(EnumTable, ListsItsValues) {
  EXPECT_EQ(ValuesOf(kFruits), (std::array<Fruit, 3>{Fruit::kApple, Fruit::kPear, Fruit::kPlum}));
}

}  // namespace
}  // namespace benari
