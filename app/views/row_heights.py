"""Heights of rows below each other, most of them only guessed, and where each row begins."""

from bisect import bisect_right


class RowHeights:
    """Keeps the upper edge of every row; a change costs only what lies below it."""

    def __init__(self, spacing: int = 0, margin: int = 0) -> None:
        self._spacing, self._margin = spacing, margin
        self._heights: list[int] = []
        self._tops: list[int] = []  # of the rows whose tops are known

    def __len__(self) -> int:
        return len(self._heights)

    def set_spacing(self, spacing: int, margin: int) -> None:
        """The room between rows, and above the first and below the last."""
        self._spacing, self._margin = spacing, margin
        self._tops.clear()

    def reset(self, heights: list[int]) -> None:
        """Other rows."""
        self._heights = list(heights)
        self._tops.clear()

    def insert(self, row: int, height: int) -> None:
        """A new row."""
        self._heights.insert(row, height)
        del self._tops[row:]

    def remove(self, first: int, last: int) -> None:
        """Rows that are gone."""
        del self._heights[first : last + 1]
        del self._tops[first:]

    def height(self, row: int) -> int:
        """How high a row is."""
        return self._heights[row]

    def set_height(self, row: int, height: int) -> bool:
        """Correct a height; whether that changed anything."""
        if self._heights[row] == height:
            return False
        self._heights[row] = height
        del self._tops[row + 1 :]
        return True

    def top(self, row: int) -> int:
        """Where a row begins."""
        tops = self._tops
        if not tops and self._heights:
            tops.append(self._margin)
        while len(tops) <= row:
            tops.append(tops[-1] + self._heights[len(tops) - 1] + self._spacing)
        return tops[row]

    def bottom(self, row: int) -> int:
        """Where a row ends."""
        return self.top(row) + self._heights[row]

    def total(self) -> int:
        """The height of everything."""
        last = len(self._heights) - 1
        return (self.bottom(last) if last >= 0 else self._margin) + self._margin

    def row_at(self, y: int) -> int:
        """The row at a height, or the one above the gap there; -1 without rows."""
        if not self._heights:
            return -1
        self.top(len(self._heights) - 1)
        return max(0, bisect_right(self._tops, y) - 1)

    def rows_between(self, top: int, bottom: int) -> range:
        """The rows that show between two heights."""
        if not self._heights or bottom <= top:
            return range(0)
        first = self.row_at(top)
        return range(first, min(len(self._heights), self.row_at(bottom - 1) + 1))
