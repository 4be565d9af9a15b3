"""The table: one row a figure, ours beside a peer or a bare limit."""

LARGER_THAN_LIMIT = "over"


class Table:
    def __init__(self):
        self.rows = []
        self.notes = []

    def add(self, figure, ours, target=None, unit="", peer="", theirs=None, ratio_target=None):
        """`target` is the most that ours may be; `ratio_target` the most that ours may be of theirs."""
        ratio = ours / theirs if ours is not None and theirs else None
        judged, limit = (ours, target) if ratio_target is None else (ratio, ratio_target)
        verdict = "" if limit is None or judged is None else "ok" if judged <= limit else LARGER_THAN_LIMIT
        self.rows.append((
            figure, number(ours, unit), peer, number(theirs, unit), "" if ratio is None else f"{ratio:.2f}",
            "" if limit is None else f"≤ {limit:g} ×" if ratio_target else f"≤ {limit:g}{unit and ' ' + unit}", verdict))
        print("  " + "  ".join(field for field in self.rows[-1] if field), flush=True)

    @property
    def over(self):
        """The figures that are over their targets."""
        return [f"{row[0]} {row[1]}" for row in self.rows if row[-1] == LARGER_THAN_LIMIT]

    def note(self, text):
        self.notes.append(text)
        print("  " + text, flush=True)

    def __str__(self):
        rows = [("figure", "ours", "peer", "theirs", "ratio", "target", "")] + self.rows
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        lines = ["| " + " | ".join(text.ljust(width) for text, width in zip(row, widths)) + " |" for row in rows]
        lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
        return "\n".join(lines + [""] + self.notes)


def number(value, unit):
    if value is None:
        return ""
    text = f"{value:.0f}" if abs(value) >= 100 else f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
    return f"{text} {unit}".strip()
