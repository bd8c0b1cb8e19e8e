"""What ROWS.md names is there: files, tests, rows of the kit."""
import glob
import os
import re
import unittest

from bot_case import BOTS
from conformance.rows import ROWS

TESTS = os.path.dirname(BOTS)


class RowsTest(unittest.TestCase):
    def setUp(self):
        with open(os.path.join(BOTS, "ROWS.md"), encoding="utf-8") as file:
            rows = [line.split("|") for line in file if line.startswith("| ") and line.count("|") >= 3]
        self.shown_by = [cells[2] for cells in rows if cells[2].strip() not in ("shown by", "shown not to happen by")]
        self.files = glob.glob(os.path.join(TESTS, "**", "*_test.*"), recursive=True)

    def test_each_row_has_a_test(self):
        self.assertGreater(len(self.shown_by), 50)
        for cell in self.shown_by:
            self.assertRegex(cell, r"`|kit:|[A-Z][a-z]+[A-Z]")

    def test_files(self):
        known = {os.path.splitext(os.path.relpath(file, TESTS))[0] for file in self.files}
        for name in re.findall(r"`([\w/]+_test)`", " ".join(self.shown_by)):
            self.assertTrue(any(file == name or file.endswith("/" + name) for file in known), name)

    def test_names(self):
        sources = ""
        for path in self.files:
            with open(path, encoding="utf-8") as file:
                sources += file.read()
        names = re.findall(r"(…?)\b((?:[A-Z][a-z0-9]*){2,})\b(…?)", re.sub(r"`[^`]*`", "", " ".join(self.shown_by)))
        self.assertGreater(len(names), 60)
        for before, name, after in names:
            pattern = ("" if before else r"\b") + name + ("" if after else r"\b")
            self.assertTrue(re.search(pattern, sources), name)

    def test_rows_of_the_kit(self):
        named = set()
        for cell in self.shown_by:
            for rows in re.findall(r"kit: ([a-z_, ]+)", cell):
                named.update(row.strip() for row in rows.split(",") if row.strip())
        self.assertEqual(named - set(ROWS), set())
        self.assertEqual(set(ROWS) - named, {"complete"})


if __name__ == "__main__":
    unittest.main()
